// The pane of units: grouped by kind, each in its fixed place, so that the eye learns where it is.
import { setView, view } from "./address.js";
import { rights, t } from "./boot.js";
import { everySecond, now, shortSpan } from "./clock.js";
import { arrange, by, el, setAttr, setShape, setText, shape } from "./dom.js";
import { onSelect, selectedIncident } from "./incidents.js";
import { config, onChange, statusLabel, units } from "./store.js";
import { openUnit } from "./parts.js";
import { Windowed } from "./windowed.js";

/** The narrowest cell, in rem, and the room below a group, in pixels. */
const NARROWEST = 10.6;
const BELOW = 8;
const { compare } = new Intl.Collator("en", { numeric: true });

const list = by("units");
const filter = by("unit-filter");
const choices = by("unit-choices");
const lane = new Windowed(list, () => { place(); draw(); });
/** All units by kind, in order; made anew only where a unit has come or is of another kind. */
let kinds = null;
/** What the kind and the counts of each unit depend on. */
const noted = new Map();
/** How many units there are for each choice, and how many of each kind are free: counted as they change. */
const counts = { available: 0, committed: 0, out: 0 };
const free = new Map();
/** The cells and groups that stand in the page. */
const cells = new Map();
const groups = new Map();
/** The groups that the filter leaves, with their units and where they stand, in pixels. */
let shownGroups = [];
let allHeight = 0;
let columns = 1;
const picked = new Set();
const listeners = new Set();
let active = null;
/** The units that the filter leaves, as they stand on the screen. */
let order = [];

/** `listener()` is called when other units are picked. */
export const onPick = (listener) => listeners.add(listener);
export const pickedUnits = () => [...picked].map((id) => units.get(id)).filter(Boolean);

export function pick(id, want = !picked.has(id)) {
  if (want === picked.has(id)) return;
  if (want) picked.add(id);
  else picked.delete(id);
  const cell = cells.get(id);
  if (cell) {
    setAttr(cell.row, "aria-selected", String(want));
    setShape(cell.glyph, want ? "closed" : units.get(id)?.meaning);
  }
  for (const listener of listeners) listener();
}

export function pickOnly(ids) {
  for (const id of [...picked]) if (!ids.includes(id)) pick(id, false);
  for (const id of ids) pick(id, true);
}

function makeCell(id) {
  const parts = {
    glyph: shape(),
    sign: el("span", { class: "sign" }),
    code: el("span", { class: "code" }),
    on: el("span", { class: "on" }),
    since: el("span", { class: "since", "aria-hidden": "true" }),
  };
  const row = el("div", { class: "unit", role: "option", draggable: "true", id: `u${id}` },
    parts.glyph, parts.sign, parts.code, parts.on, parts.since);
  row.dataset.id = id;
  row.classList.toggle("is-active", id === active);
  return { row, ...parts };
}

/** The cell of a unit, made where it does not stand in the page yet. */
function cellOf(id) {
  let made = cells.get(id);
  if (!made) {
    made = makeCell(id);
    cells.set(id, made);
    write(made, units.get(id));
  }
  return made;
}

function write(made, data) {
  setText(made.sign, data.call_sign);
  setText(made.code, data.status);
  // What it is to do next is a number here, which is never cut off, and named by the hint over it and in its dialog.
  const on = data.incident ? `#${data.incident}` : "";
  made.on.classList.toggle("is-more", data.stack.length > 0);
  if (data.stack.length) made.on.replaceChildren(el("span", { text: on }), el("b", { text: `+${data.stack.length}` }));
  else setText(made.on, on);
  setAttr(made.row, "title", [data.emergency ? t(`emergency.${data.emergency}`) : null, statusLabel(data.status), data.station, data.stack.length ? t("stack.next", { ids: data.stack.map((id) => `#${id}`).join(", ") }) : null].filter(Boolean).join(" · "));
  setAttr(made.row, "data-meaning", data.meaning);
  setAttr(made.row, "data-emergency", data.emergency);
  setAttr(made.row, "aria-selected", String(picked.has(data.id)));
  setShape(made.glyph, picked.has(data.id) ? "closed" : data.meaning);
  made.row.classList.toggle("is-here", data.incident !== null && data.incident === selectedIncident());
  setText(made.since, shortSpan(now() - data.since));
}

const CHOICE = {
  "": () => true,
  available: (unit) => unit.meaning === "available",
  committed: (unit) => unit.meaning !== "available" && unit.meaning !== "out_of_service",
  out: (unit) => unit.meaning === "out_of_service",
};

const choiceOf = (unit) => Object.keys(counts).find((name) => CHOICE[name](unit));

/** What moves a unit to another place in the list, and what moves the counts. */
const kindOf = (unit) => `${unit.agency}\u0000${unit.type}`;

function sortKinds() {
  const byKind = new Map();
  for (const unit of units.values()) {
    const kind = kindOf(unit);
    if (!byKind.has(kind)) byKind.set(kind, []);
    byKind.get(kind).push(unit);
  }
  kinds = [...byKind.keys()].sort(compare).map((kind) => {
    const all = byKind.get(kind).sort((a, b) => compare(a.call_sign, b.call_sign));
    return { kind, type: all[0].type, agency: all[0].agency, members: all.map((unit) => unit.id) };
  });
}

/** Applies the filter. */
function sort() {
  if (!kinds) sortKinds();
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const want = CHOICE[view.get("units") ?? ""] ?? CHOICE[""];
  const isShown = (unit) => want(unit) && (!words.length || words.every((word) =>
    `${unit.call_sign} ${unit.type} ${unit.agency} ${unit.station ?? ""} ${unit.status} #${unit.incident ?? ""}`.toLowerCase().includes(word)));
  order = [];
  shownGroups = [];
  for (const one of kinds) {
    const shown = one.members.filter((id) => isShown(units.get(id)));
    if (!shown.length) continue;
    shownGroups.push({ ...one, shown, first: order.length });
    for (const id of shown) order.push(id);
  }
  place();
  draw();
  by("units-empty").hidden = order.length > 0;
}

/** Says where each group stands, by the width of the pane. */
function place() {
  const narrowest = NARROWEST * lane.rem;
  columns = Math.max(1, Math.floor((lane.width + 1) / (narrowest + 1)));
  lane.lane.style.setProperty("--columns", columns);
  let top = 0;
  for (const group of shownGroups) {
    group.top = top;
    group.height = lane.row * (1 + Math.ceil(group.shown.length / columns)) + BELOW;
    top += group.height;
  }
  allHeight = top;
}

/** Brings the cells in sight into the page, and takes the others out of it. */
function draw() {
  const { row } = lane;
  const [from, to] = lane.range(allHeight);
  const kept = new Set();
  const roots = [];
  for (const group of shownGroups) {
    if (group.top + group.height < from || group.top > to) continue;
    const made = groups.get(group.kind) ?? makeGroup(group.kind);
    const within = group.top + row;
    const first = Math.max(0, Math.floor((from - within) / row)) * columns;
    const part = group.shown.slice(first, Math.max(first, Math.ceil((to - within) / row) * columns));
    const nodes = part.map((id, at) => {
      const made = cellOf(id);
      const cell = made.row;
      kept.add(id);
      stand(made, at % columns, Math.floor(at / columns) * row);
      setAttr(cell, "aria-setsize", order.length);
      setAttr(cell, "aria-posinset", group.first + first + at + 1);
      return cell;
    });
    made.root.style.insetBlockStart = `${group.top}px`;
    made.root.style.blockSize = `${group.height}px`;
    made.units.style.insetBlockStart = `${row + (first / columns) * row}px`;
    arrange(made.units, nodes);
    writeGroup(made, group);
    roots.push(made.root);
  }
  for (const id of cells.keys()) if (!kept.has(id)) cells.delete(id);
  arrange(lane.lane, roots);
  const inPage = new Set(roots);
  for (const [kind, group] of groups) if (!inPage.has(group.root)) groups.delete(kind);
  setAttr(list, "aria-activedescendant", cells.get(active)?.row.id);
}

/** Where a cell stands: its column, and how many pixels below the first line that stands in the page. */
function stand(made, column, top) {
  const key = `${column} ${columns} ${top}`;
  if (made.stands === key) return;
  made.stands = key;
  made.row.style.insetInlineStart = `calc((100% + 1px) * ${column} / ${columns})`;
  made.row.style.insetBlockStart = `${top}px`;
}

function writeGroup(made, { kind, type, agency, members }) {
  made.members = members;
  setText(made.name, config.unit_types.find((known) => known.code === type)?.label ?? type);
  setText(made.agency, agency);
  setAttr(made.agency, "title", config.agencies.find((known) => known.code === agency)?.name);
  const left = free.get(kind) ?? 0;
  setText(made.free, t("units.free_of", { free: left, all: members.length }));
  setAttr(made.head, "data-none", left === 0 ? "yes" : null);
}

let made = 0;
function makeGroup(kind) {
  made += 1;
  const id = `g${made}`;
  const name = el("b", {});
  const agency = el("span", {});
  const free = el("span", {});
  const head = el("div", { class: "group-head", id }, name, agency, el("span", { class: "spacer" }), free);
  const holder = el("div", { class: "group-units", role: "presentation" });
  const root = el("div", { class: "group", role: "group", "aria-labelledby": id }, head, holder);
  const group = { root, head, name, agency, free, units: holder, members: [] };
  groups.set(kind, group);
  return group;
}

function count() {
  for (const button of choices.querySelectorAll("button")) {
    const name = button.dataset.choice;
    setText(button.querySelector(".count"), name ? counts[name] : units.size);
    setAttr(button, "aria-pressed", String((view.get("units") ?? "") === name));
  }
}

/** Counts a unit in or out. */
function tally(one, by_one) {
  if (!one) return;
  for (const name of Object.keys(counts)) if (CHOICE[name](one)) counts[name] += by_one;
  if (CHOICE.available(one)) free.set(one.kind, (free.get(one.kind) ?? 0) + by_one);
}

/** Takes over what is new about a unit; says whether kinds or counts are others now. */
function note(id) {
  const data = units.get(id);
  const before = noted.get(id);
  const now = { kind: kindOf(data), sign: data.call_sign, meaning: data.meaning };
  const isMoved = before?.kind !== now.kind || before.sign !== now.sign;
  // From one status to the next a unit mostly stays where it is counted.
  const isCounted = !before || choiceOf(before) !== choiceOf(now);
  if (isMoved || isCounted) {
    tally(before, -1);
    tally(now, 1);
    noted.set(id, now);
  }
  const cell = cells.get(id);
  if (cell) write(cell, data);
  return { isMoved, isCounted, isInPage: Boolean(cell) };
}

onChange((changed) => {
  if (!changed.all && !changed.units.size) return false;
  let isInPage = false;
  let isMoved = changed.all;
  let isCounted = changed.all;
  if (changed.all) {
    for (const [id, one] of [...noted]) if (!units.has(id)) { tally(one, -1); noted.delete(id); }
  }
  for (const id of changed.all ? units.keys() : changed.units) {
    const what = note(id);
    isMoved ||= what.isMoved;
    isCounted ||= what.isCounted;
    isInPage ||= what.isInPage;
  }
  if (isMoved) kinds = null;
  // Without a filter a unit keeps its place: only a new one, or another kind, moves anything.
  if (isMoved || order.length !== units.size) sort();
  else if (isCounted) for (const group of shownGroups) if (groups.has(group.kind)) writeGroup(groups.get(group.kind), group);
  if (isMoved || isCounted) count();
  if (changed.all || changed.units.has(active)) showActive();
  if (changed.all || [...picked].some((id) => changed.units.has(id))) for (const listener of listeners) listener();
  return isInPage;
});

onSelect(() => { for (const [id, cell] of cells) if (units.has(id)) write(cell, units.get(id)); });

everySecond((at) => {
  for (const [id, cell] of cells) {
    const data = units.get(id);
    if (data) setText(cell.since, shortSpan(at - data.since));
  }
});

/** The line under the list: the active unit in words, and what it can be told. */
function showActive() {
  const data = units.get(active);
  const bar = by("unit-bar");
  bar.hidden = !data;
  if (!data) return;
  setText(by("unit-bar-text"), [data.call_sign, statusLabel(data.status), data.incident ? `#${data.incident}` : null, data.station].filter(Boolean).join(" · "));
}

/** Where a unit stands: its group, its line in it, its column. */
function spot(id) {
  const at = order.indexOf(id);
  const group = at < 0 ? null : shownGroups.findLast((one) => one.first <= at);
  if (!group) return null;
  const within = at - group.first;
  return { group, line: Math.floor(within / columns), column: within % columns };
}

function activate(id) {
  cells.get(active)?.row.classList.remove("is-active");
  active = id;
  const at = spot(id);
  if (at) {
    const top = at.group.top + lane.row * (1 + at.line);
    // The group's head stands above its units, whichever is in sight.
    lane.reveal(top, top + lane.row, lane.row);
    if (!cells.has(id)) draw();
  }
  const cell = cells.get(id);
  cell?.row.classList.add("is-active");
  setAttr(list, "aria-activedescendant", cell ? cell.row.id : null);
  showActive();
}

/** Moves among the units as they stand on the screen. */
export function moveUnit(direction) {
  if (!order.length) return;
  const here = spot(active);
  if (!here) { activate(order[0]); return; }
  if (direction === "left" || direction === "right") {
    const at = order.indexOf(active);
    activate(order[Math.min(order.length - 1, Math.max(0, at + (direction === "right" ? 1 : -1)))]);
    return;
  }
  // The nearest one in the next line: lines and groups differ in length.
  const step = direction === "down" ? 1 : -1;
  let { group, line } = here;
  line += step;
  if (line < 0 || line * columns >= group.shown.length) {
    group = shownGroups[shownGroups.indexOf(group) + step];
    if (!group) return;
    line = step > 0 ? 0 : Math.ceil(group.shown.length / columns) - 1;
  }
  activate(group.shown[Math.min(group.shown.length - 1, line * columns + here.column)]);
}

export const activeUnit = () => active;

/** Opens what can be told the active unit. */
export function openActive() {
  const data = units.get(active);
  if (data) openUnit(data.call_sign);
}

list.addEventListener("dblclick", openActive);

list.addEventListener("focus", () => { if (!order.includes(active) && order.length) activate(order[0]); });

list.addEventListener("click", (event) => {
  const row = event.target.closest(".unit");
  if (!row) return;
  const id = Number(row.dataset.id);
  activate(id);
  if (rights.dispatch) pick(id);
  list.focus({ preventScroll: true });
});

export function initUnitFilter() {
  by("unit-tell")?.addEventListener("click", openActive);
  filter.value = view.get("uq") ?? "";
  filter.addEventListener("input", () => { setView("uq", filter.value.trim()); sort(); });
  choices.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    setView("units", button.dataset.choice);
    sort();
    count();
  });
}
