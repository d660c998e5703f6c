// Which panes a window shows: on a phone one at a time, at a desk those that its address names, so
// that each screen of a position has its own.
import { setView, view } from "./address.js";
import { by } from "./dom.js";

const board = by("content");
const KEY = "callbox.panes";

export function showPane(name) {
  board.dataset.pane = name;
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.setAttribute("aria-pressed", String(button.dataset.paneTab === name));
  }
}

/** Shows these panes from now on, in this window. */
export function choosePanes(names) {
  const panes = [...board.querySelectorAll(":scope > .pane")];
  const wanted = names.split(",").filter((name) => panes.some((pane) => pane.dataset.name === name));
  // The map is shown where it is asked for: it costs more than lists.
  const usual = panes.filter((pane) => pane.dataset.name !== "map").map((pane) => pane.dataset.name);
  const isAll = !wanted.length || (wanted.length === usual.length && usual.every((name) => wanted.includes(name)));
  for (const pane of panes) pane.hidden = !(isAll ? usual : wanted).includes(pane.dataset.name);
  if (isAll) delete board.dataset.panes;
  else board.dataset.panes = wanted.join(" ");
  setView("panes", isAll ? null : wanted.join(","));
}

export function initPanes() {
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.addEventListener("click", () => showPane(button.dataset.paneTab));
  }
  by("incidents").addEventListener("click", () => showPane("selected"));
  // A window that is opened without saying what it shows shows what this one showed last.
  let before = null;
  try { before = sessionStorage.getItem(KEY); } catch { /* all of them */ }
  choosePanes(view.get("panes") ?? before ?? "");
  addEventListener("pagehide", () => {
    try { sessionStorage.setItem(KEY, view.get("panes") ?? ""); } catch { /* private windows */ }
  });
}
