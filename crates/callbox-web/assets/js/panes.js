// On a phone one pane fills the window.
import { by } from "./dom.js";

const board = by("content");

export function showPane(name) {
  board.dataset.pane = name;
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.setAttribute("aria-pressed", String(button.dataset.paneTab === name));
  }
}

export function initPanes() {
  for (const button of document.querySelectorAll("[data-pane-tab]")) {
    button.addEventListener("click", () => showPane(button.dataset.paneTab));
  }
  by("incidents").addEventListener("click", () => showPane("selected"));
}
