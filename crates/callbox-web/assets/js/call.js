// The door of the call entry: it opens at the key, and what is typed stands in it, whether the rest of its script is
// there already or still comes.
import { clearRefusal } from "./commands.js";
import { by } from "./dom.js";
import { part } from "./parts.js";

const dialog = by("call-dialog");
const form = by("call-form");

export async function openCall() {
  if (!dialog || dialog.open) return;
  clearRefusal();
  dialog.showModal();
  form.elements.place.focus();
  (await part("call"))?.begin();
}

/** Records the call; with `andDispatch` also sends whom the main button names. */
const finish = async (andDispatch) => (await part("call"))?.finish(andDispatch);

export function initCall() {
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
  if (!dialog) return;
  by("new-call").addEventListener("click", (event) => { event.preventDefault(); openCall(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    finish(event.submitter?.value === "dispatch");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    finish(true);
  });
}
