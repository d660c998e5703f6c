// Which panes a window shows, and how wide: on a phone one at a time, at a desk those that its address names, so
// that each screen of a position has its own. `incidents:60,units:40` says both.
import { setView, view } from "./address.js";
import { t } from "./boot.js";
import { by, el, setAttr } from "./dom.js";

const board = by("content");
const panes = [...board.querySelectorAll(":scope > .pane")];
const KEY = "callbox.panes";
/** The narrowest share of a pane in percent, and by how much an arrow moves an edge. */
const LEAST = 10;
const STEP = 2;
const listeners = new Set();

/** `listener()` is called when the window shows something else than before. */
export const onPanes = (listener) => listeners.add(listener);

export function showPane(name) {
  board.dataset.pane = name;
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.setAttribute("aria-pressed", String(button.dataset.paneTab === name));
  }
}

const nameOf = (pane) => pane.dataset.name;
const shown = () => panes.filter((pane) => !pane.hidden);

/** What the window shows, as the address and the server have it. */
export const panesShown = () => view.get("panes") || shown().map(nameOf).join(",");

/** Shows these panes from now on, in this window. */
export function choosePanes(text) {
  const wanted = new Map(text.split(",").map((part) => part.split(":")).filter(([name]) => panes.some((pane) => nameOf(pane) === name)));
  // The map is shown where it is asked for: it costs more than lists.
  const usual = panes.map(nameOf).filter((name) => name !== "map");
  const names = wanted.size ? panes.map(nameOf).filter((name) => wanted.has(name)) : usual;
  const isAll = names.join() === usual.join();
  for (const pane of panes) pane.hidden = !names.includes(nameOf(pane));
  if (isAll) delete board.dataset.panes;
  else board.dataset.panes = names.join(" ");
  const given = names.map((name) => Number(wanted.get(name)));
  share(given.length > 1 && given.every((part) => part >= 1 && part <= 100) ? given : null);
}

/** Gives each pane that is shown its share of the width; null is the usual one. */
function share(parts) {
  const sum = parts?.reduce((a, b) => a + b, 0);
  const all = parts?.map((part) => Math.max(LEAST, Math.round((part / sum) * 100)));
  setAttr(board, "data-shares", all ? "yes" : null);
  board.style.setProperty("--shares", all ? all.map((part) => `minmax(0, ${part}fr)`).join(" ") : "");
  const names = board.dataset.panes?.split(" ");
  setView("panes", all ? shown().map((pane, at) => `${nameOf(pane)}:${all[at]}`).join(",") : names?.join(",") ?? null);
  for (const pane of panes) {
    const at = shown().indexOf(pane);
    pane.edge.hidden = at < 0 || at === shown().length - 1;
    setAttr(pane.edge, "aria-valuenow", all?.[at] ?? Math.round(100 / Math.max(1, shown().length)));
  }
  for (const listener of listeners) listener();
}

/** Moves the edge behind a pane by some percent of the board: its neighbour gives or takes them. */
function moveEdge(pane, by_percent) {
  const all = shown();
  const at = all.indexOf(pane);
  const width = board.clientWidth;
  const parts = all.map((one) => (one.clientWidth / width) * 100);
  const move = Math.max(LEAST - parts[at], Math.min(parts[at + 1] - LEAST, by_percent));
  parts[at] += move;
  parts[at + 1] -= move;
  share(parts);
}

/** Where a line is written from the right, the edge moves the other way. */
const forward = () => (getComputedStyle(board).direction === "rtl" ? -1 : 1);

function addEdge(pane) {
  pane.edge = el("div", { class: "edge", role: "separator", "aria-orientation": "vertical", tabindex: "0", "aria-valuemin": LEAST, "aria-valuemax": 100 - LEAST,
    "aria-label": t("panes.edge", { pane: pane.dataset.title }), title: t("panes.edge.hint") });
  pane.append(pane.edge);
  pane.edge.addEventListener("keydown", (event) => {
    const step = { ArrowRight: STEP, ArrowLeft: -STEP }[event.key];
    if (step) moveEdge(pane, step * forward());
    else if (event.key === "Home") share(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  pane.edge.addEventListener("dblclick", () => share(null));
  pane.edge.addEventListener("pointerdown", (event) => {
    pane.edge.setPointerCapture(event.pointerId);
    let last = event.clientX;
    const move = (moved) => {
      moveEdge(pane, ((moved.clientX - last) / board.clientWidth) * 100 * forward());
      last = moved.clientX;
    };
    pane.edge.addEventListener("pointermove", move);
    pane.edge.addEventListener("lostpointercapture", () => pane.edge.removeEventListener("pointermove", move), { once: true });
  });
}

export function initPanes() {
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.addEventListener("click", () => showPane(button.dataset.paneTab));
  }
  by("incidents").addEventListener("click", () => showPane("selected"));
  panes.forEach(addEdge);
  // A window that is opened without saying what it shows shows what this one showed last.
  let before = null;
  try { before = sessionStorage.getItem(KEY); } catch { /* all of them */ }
  choosePanes(view.get("panes") ?? before ?? "");
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(KEY, view.get("panes") ?? ""); } catch { /* private windows */ }
  });
}
