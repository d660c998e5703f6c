// Taking back one's own last act, for half a minute after it: the button says how long it is there.
import { t } from "./boot.js";
import { everySecond } from "./clock.js";
import { act, onDone } from "./commands.js";
import { by, setText } from "./dom.js";

/** As the rules have it. */
const SECONDS = 30;
const UNDOABLE = /^\/(incidents\/\d+\/(units|alarm|close)|units\/[^/]+\/(status|cancel|reassign|release)|closures(\/\d+\/lift)?)$/;
const button = by("undo");
let until = 0;

function show() {
  const left = Math.ceil((until - performance.now()) / 1000);
  button.hidden = left <= 0;
  if (left > 0) setText(by("undo-left"), `${left} s`);
}

export async function undo() {
  if (button.hidden) return;
  // Refused or done: the button has nothing more to offer.
  await act([button], "/undo", {}, t("say.undone"));
  endUndo();
}

/** What was done cannot be taken back any more. */
export function endUndo() {
  until = 0;
  show();
}

/** Something was done that can be taken back from now on. */
export function offerUndo() {
  until = performance.now() + SECONDS * 1000;
  show();
}

onDone((path) => { if (UNDOABLE.test(path)) offerUndo(); });
button?.addEventListener("click", undo);
everySecond(show);
