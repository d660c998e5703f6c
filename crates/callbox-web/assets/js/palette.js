// Ctrl+K: every page and every act by its name, from anywhere.
const dialog = document.getElementById("palette");
const input = document.getElementById("palette-input");
const list = document.getElementById("palette-list");
const rows = list ? [...list.children] : [];
const number = document.getElementById("palette-number");
let shown = rows;
let active = 0;

/** What the page does with a row of its own; the board takes lines and panes. */
const takers = new Map();
export const onPalette = (kind, take) => takers.set(kind, take);

const wordsOf = (row) => `${row.textContent} ${row.dataset.words ?? ""}`.toLowerCase();

function filter() {
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  const digits = /^#?(\d{1,12})$/.exec(input.value.trim());
  if (number) {
    number.querySelector("b").textContent = digits ? `#${digits[1]}` : "";
    number.dataset.href = digits ? `/incidents/${digits[1]}` : "";
    number.dataset.line = digits ? `V #${digits[1]}` : "";
  }
  shown = rows.filter((row) => (row === number ? Boolean(digits) : words.every((word) => wordsOf(row).includes(word))));
  // What begins so comes first: a verb's own letters before words that hold them.
  const first = words[0];
  const rank = (row) => (first && row.querySelector("b").textContent.toLowerCase() === first ? 0 : 1);
  shown.sort((a, b) => rank(a) - rank(b));
  for (const row of rows) row.hidden = !shown.includes(row);
  list.append(...shown);
  document.getElementById("palette-empty").hidden = shown.length > 0;
  highlight(0);
}

function highlight(to) {
  for (const row of rows) row.setAttribute("aria-selected", "false");
  active = shown.length ? (to + shown.length) % shown.length : 0;
  const row = shown[active];
  row?.setAttribute("aria-selected", "true");
  row?.scrollIntoView({ block: "nearest" });
  if (row) input.setAttribute("aria-activedescendant", row.id);
  else input.removeAttribute("aria-activedescendant");
}

function take(row) {
  if (!row) return;
  dialog.close();
  const { line, panes, click, href } = row.dataset;
  if (line && takers.has("line")) takers.get("line")(line, row === number);
  else if (panes && takers.has("panes")) takers.get("panes")(panes);
  else if (click && document.querySelector(click)) document.querySelector(click).click();
  else if (href) location.assign(href);
  // Acts belong to the board: it opens with the line begun.
  else if (line) location.assign(`/board#line=${encodeURIComponent(line)}`);
  else if (panes) location.assign(`/board?panes=${panes}`);
}

if (dialog) {
  rows.forEach((row, at) => { row.id = `palette-${at}`; });
  input.addEventListener("input", filter);
  list.addEventListener("click", (event) => take(event.target.closest("li")));
  dialog.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") highlight(active + 1);
    else if (event.key === "ArrowUp") highlight(active - 1);
    else if (event.key === "Home" && event.ctrlKey) highlight(0);
    else if (event.key === "End" && event.ctrlKey) highlight(shown.length - 1);
    else if (event.key === "Enter") take(shown[active]);
    else return;
    event.preventDefault();
  });
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !event.ctrlKey || event.shiftKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (dialog.open) { dialog.close(); return; }
    if (document.querySelector("dialog[open]")) return;
    input.value = "";
    filter();
    dialog.showModal();
    input.focus();
  });
}
