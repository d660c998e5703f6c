// The keyboard. Function keys that browsers leave alone; plain signs only outside of fields.
import { acknowledgeFirst } from "./alarms.js";
import { clearRefusal } from "./commands.js";
import { openCall } from "./call.js";
import { by } from "./dom.js";
import { focusLine } from "./line.js";
import { move, select, selectedIncident } from "./incidents.js";
import { rights } from "./boot.js";
import { send } from "./selected.js";
import { activeUnit, moveUnit, openActive, pick, pickOnly, pickedUnits } from "./units.js";
import { showPane } from "./panes.js";
import { undo } from "./undo.js";

const incidents = by("incidents");
const units = by("units");
const single = by("single-keys");
let lastPane = incidents;
/** When Escape was pressed last; twice within this many milliseconds leads to the command line. */
const TWICE = 600;
let escaped = -Infinity;
/** Letters that follow each other within this many milliseconds are words that went astray, not keys. */
const RUN = 1000;
let lettered = -Infinity;

/** Whether a letter is part of a word: somebody writes, and believes to be in the command line. */
function isWord(event) {
  const isLetter = /^[\p{L}\d]$/u.test(event.key) && !event.ctrlKey && !isField(event.target);
  const isRun = isLetter && event.timeStamp - lettered < RUN;
  lettered = isLetter ? event.timeStamp : -Infinity;
  return isRun;
}

const isField = (node) => node instanceof HTMLElement && node.matches("input, select, textarea, [contenteditable]");

function focusPane(list, name) {
  showPane(name);
  list.focus({ preventScroll: true });
  if (list === incidents && selectedIncident() === null) move(1);
}

const STEPS = { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -1e6, End: 1e6 };
const SIDES = { ArrowDown: "down", ArrowUp: "up", ArrowLeft: "left", ArrowRight: "right" };

function inIncidents(event) {
  if (event.key in STEPS) move(STEPS[event.key]);
  else if (event.key === "Enter") {
    showPane("selected");
    (by("send-units") ?? by("narrative-text"))?.focus();
  } else return false;
  return true;
}

function inUnits(event) {
  if (event.key in SIDES) moveUnit(SIDES[event.key]);
  else if (event.key === "Enter" && event.ctrlKey) send.go();
  else if (event.key.toLowerCase() === "s" && !event.ctrlKey) openActive();
  else if ((event.key === "Enter" || event.key === " ") && activeUnit() && rights.dispatch) pick(activeUnit());
  else return false;
  return true;
}

function back(event) {
  if (!by("refusal").hidden) {
    clearRefusal();
    // The focus was on the second step, which is gone.
    if (document.activeElement === document.body) (by("send-units") ?? incidents).focus({ preventScroll: true });
  }
  else if (isField(event.target)) {
    if (event.target.type === "search" && event.target.value) {
      event.target.value = "";
      event.target.dispatchEvent(new Event("input"));
    } else (event.target.closest(".units-pane") ? units : incidents).focus({ preventScroll: true });
  } else if (pickedUnits().length) pickOnly([]);
  else if (document.activeElement !== incidents) focusPane(incidents, "incidents");
  else select(null);
}

const isOn = () => single.checked;

export function initKeys() {
  for (const list of [incidents, units]) list.addEventListener("focus", () => { lastPane = list; });
  by("refusal-close").addEventListener("click", clearRefusal);

  addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.altKey || event.metaKey) return;
    if (document.querySelector("dialog[open]")) return;
    const plain = !event.ctrlKey && !event.shiftKey;
    const isInWord = isWord(event);
    let isTaken = true;
    if (event.key === "F2" && plain) focusPane(incidents, "incidents");
    else if (event.key === "F4" && plain) focusPane(units, "units");
    else if (event.key === "F8" && plain) acknowledgeFirst();
    else if (event.key === "F9" && plain) openCall();
    else if (event.key === "Escape") {
      if (event.timeStamp - escaped < TWICE) focusLine();
      else back(event);
      escaped = event.timeStamp;
    }
    else if (isField(event.target)) {
      // Ctrl+Enter dispatches from every field of the pane; the rest belongs to the field.
      isTaken = event.key === "Enter" && event.ctrlKey && Boolean(event.target.closest(".selected-pane")) && Boolean(rights.dispatch);
      if (isTaken) send.go();
    } else if (event.key === "/" && isOn()) (lastPane === units ? by("unit-filter") : by("incident-filter")).focus();
    else if (event.key.toLowerCase() === "u" && plain && isOn() && !isInWord) undo();
    else if (event.target === incidents) isTaken = inIncidents(event);
    else if (event.target === units && !isInWord) isTaken = inUnits(event);
    else isTaken = false;
    if (isTaken) event.preventDefault();
  });
}
