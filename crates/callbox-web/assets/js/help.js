// Keys and grammar, on every page: `?` shows them, outside of fields.
const dialog = document.getElementById("keys-dialog");
const search = document.getElementById("keys-search");

/** Shows the keys and the grammar of the command line. */
export function showHelp() {
  if (!dialog || dialog.open) return;
  dialog.showModal();
  search?.focus();
}

function filter() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const row of dialog.querySelectorAll("[data-help-row]")) {
    row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
  }
}

const isField = (node) => node instanceof HTMLElement && node.matches("input, select, textarea, [contenteditable]");

if (dialog) {
  for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", showHelp);
  for (const button of dialog.querySelectorAll("[data-close]")) button.addEventListener("click", () => dialog.close());
  search?.addEventListener("input", filter);
  const single = document.getElementById("single-keys");
  try { single.checked = localStorage.getItem("callbox.single-keys") !== "off"; } catch { /* stays on */ }
  single.addEventListener("change", () => {
    try { localStorage.setItem("callbox.single-keys", single.checked ? "on" : "off"); } catch { /* for this page */ }
  });
  addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    // Over another dialog too, but for one where signs are typed into a list.
    if (isField(event.target) || document.querySelector("#palette[open]") || !single.checked) return;
    event.preventDefault();
    showHelp();
  });
}
