// Dragging as a second way: what is dropped stands in the command line, in words, and waits for Enter.
import { rights } from "./boot.js";
import { by } from "./dom.js";
import { selectedIncident } from "./incidents.js";
import { focusLine, quoted } from "./line.js";
import { units } from "./store.js";
import { pickedUnits } from "./units.js";

let dragged = null;

function start(event) {
  const row = event.target.closest?.(".unit, .incident:not(.is-closed)");
  if (!row) return;
  const id = Number(row.dataset.id);
  const picked = pickedUnits();
  dragged = row.matches(".incident") ? { incident: id }
    : { units: picked.some((unit) => unit.id === id) ? picked : [units.get(id)] };
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", dragged.incident ? `#${dragged.incident}` : dragged.units.map((unit) => unit.call_sign).join(" "));
}

/** The incident that the pointer is over: a row, or the selected one's pane. */
function target(event) {
  const row = event.target.closest?.(".incident:not(.is-closed)");
  if (row) return { node: row, id: Number(row.dataset.id) };
  const pane = event.target.closest?.("#selected");
  return pane && selectedIncident() ? { node: pane, id: selectedIncident() } : null;
}

function line(to) {
  if (dragged.incident) return dragged.incident === to ? null : `DU #${dragged.incident}>#${to}`;
  // Who is elsewhere is moved; several at once are sent, and the preview says who is not free.
  const [first] = dragged.units;
  if (dragged.units.length === 1 && first.incident) return first.incident === to ? null : `R ${quoted(first.call_sign)} #${to}`;
  return `D ${dragged.units.map((unit) => quoted(unit.call_sign)).join(" ")} #${to}`;
}

function init() {
  const board = by("content");
  let over = null;
  const leave = () => { over?.classList.remove("is-target"); over = null; };
  board.addEventListener("dragstart", start);
  board.addEventListener("dragend", () => { leave(); dragged = null; });
  board.addEventListener("dragover", (event) => {
    const to = dragged && target(event);
    if (to?.node !== over) { leave(); over = to?.node ?? null; over?.classList.add("is-target"); }
    if (to) event.preventDefault();
  });
  board.addEventListener("drop", (event) => {
    const to = dragged && target(event);
    leave();
    if (!to) return;
    event.preventDefault();
    const text = line(to.id);
    dragged = null;
    if (text) focusLine(text, true);
  });
}

if (rights.dispatch) init();
