// The pane of units: grouped by kind, each in its fixed place, so that the eye learns where it is.
import { setView, view } from "./address.js";
import { rights, t } from "./boot.js";
import { everySecond, now, shortSpan } from "./clock.js";
import { arrange, by, el, reveal, setAttr, setShape, setText, shape } from "./dom.js";
import { onSelect, selectedIncident } from "./incidents.js";
import { config, onChange, statusLabel, units } from "./store.js";
import { openUnit } from "./unit-dialog.js";
import { watchRows } from "./visible.js";

const list = by("units");
const filter = by("unit-filter");
const choices = by("unit-choices");
const cells = new Map();
const groups = new Map();
const seen = watchRows(list);
const picked = new Set();
const listeners = new Set();
let active = null;
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
  const row = el("div", { class: "unit", role: "option", draggable: "true", id: `u${id}`, "aria-selected": "false" },
    parts.glyph, parts.sign, parts.code, parts.on, parts.since);
  row.dataset.id = id;
  seen.add(row);
  return { row, ...parts };
}

function patch(id) {
  const data = units.get(id);
  let made = cells.get(id);
  if (!data) {
    if (made) { seen.remove(made.row); cells.delete(id); }
    return;
  }
  if (!made) cells.set(id, (made = makeCell(id)));
  setText(made.sign, data.call_sign);
  setText(made.code, data.status);
  setText(made.on, data.incident ? `#${data.incident}` : "");
  setAttr(made.row, "title", [statusLabel(data.status), data.station, data.stack.length ? t("stack.next", { ids: data.stack.map((id) => `#${id}`).join(", ") }) : null].filter(Boolean).join(" · "));
  setAttr(made.row, "data-meaning", data.meaning);
  setAttr(made.row, "data-emergency", data.emergency);
  setShape(made.glyph, picked.has(id) ? "closed" : data.meaning);
  made.row.classList.toggle("is-here", data.incident !== null && data.incident === selectedIncident());
  setText(made.since, shortSpan(now() - data.since));
}

const CHOICE = {
  "": () => true,
  available: (unit) => unit.meaning === "available",
  committed: (unit) => unit.meaning !== "available" && unit.meaning !== "out_of_service",
  out: (unit) => unit.meaning === "out_of_service",
};

function sort() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const want = CHOICE[view.get("units") ?? ""] ?? CHOICE[""];
  const byGroup = new Map();
  for (const unit of units.values()) {
    const key = `${unit.agency}\u0000${unit.type}`;
    if (!byGroup.has(key)) byGroup.set(key, []);
    byGroup.get(key).push(unit);
  }
  order = [];
  const compare = new Intl.Collator("en", { numeric: true }).compare;
  const shownGroups = [];
  for (const key of [...byGroup.keys()].sort(compare)) {
    const all = byGroup.get(key);
    const shown = all.filter((unit) => want(unit) && words.every((word) =>
      `${unit.call_sign} ${unit.type} ${unit.agency} ${unit.station ?? ""} ${unit.status} #${unit.incident ?? ""}`.toLowerCase().includes(word)));
    if (!shown.length) continue;
    shown.sort((a, b) => compare(a.call_sign, b.call_sign));
    const group = groups.get(key) ?? makeGroup(key);
    setText(group.name, config.unit_types.find((kind) => kind.code === all[0].type)?.label ?? all[0].type);
    setText(group.agency, all[0].agency);
    setAttr(group.agency, "title", config.agencies.find((agency) => agency.code === all[0].agency)?.name);
    group.members = all.map((unit) => unit.id);
    arrange(group.units, shown.map((unit) => cells.get(unit.id).row));
    order.push(...shown.map((unit) => unit.id));
    shownGroups.push(group.root);
  }
  arrange(list, shownGroups);
  countGroups();
  by("units-empty").hidden = order.length > 0;
}

function countGroups() {
  for (const group of groups.values()) {
    const free = group.members.filter((id) => units.get(id)?.meaning === "available").length;
    setText(group.free, t("units.free_of", { free, all: group.members.length }));
    setAttr(group.head, "data-none", free === 0 ? "yes" : null);
  }
}

function makeGroup(key) {
  const id = `g${groups.size}`;
  const name = el("b", {});
  const agency = el("span", {});
  const free = el("span", {});
  const head = el("div", { class: "group-head", id }, name, agency, el("span", { class: "spacer" }), free);
  const holder = el("div", { class: "group-units", role: "presentation" });
  const root = el("div", { role: "group", "aria-labelledby": id }, head, holder);
  const group = { root, head, name, agency, free, units: holder, members: [] };
  groups.set(key, group);
  return group;
}

function count() {
  const counts = { available: 0, committed: 0, out: 0 };
  for (const unit of units.values()) {
    for (const name of Object.keys(counts)) if (CHOICE[name](unit)) counts[name] += 1;
  }
  for (const button of choices.querySelectorAll("button")) {
    const name = button.dataset.choice;
    setText(button.querySelector(".count"), name ? counts[name] : units.size);
    setAttr(button, "aria-pressed", String((view.get("units") ?? "") === name));
  }
}

onChange((changed) => {
  if (changed.all) {
    for (const id of [...cells.keys()]) if (!units.has(id)) patch(id);
    for (const id of units.keys()) patch(id);
  } else {
    for (const id of changed.units) patch(id);
  }
  if (changed.all || changed.units.size) {
    // Without a filter a unit keeps its place: only a new one, or another kind, moves anything.
    if (changed.all || units.size !== order.length) sort();
    else countGroups();
    count();
    if (changed.all || changed.units.has(active)) showActive();
    for (const listener of listeners) listener();
  }
});

onSelect(() => { for (const id of units.keys()) patch(id); });

everySecond((at) => {
  for (const row of seen.visible) {
    const id = Number(row.dataset.id);
    const data = units.get(id);
    if (data) setText(cells.get(id).since, shortSpan(at - data.since));
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

function activate(id) {
  cells.get(active)?.row.classList.remove("is-active");
  active = id;
  const cell = cells.get(id);
  cell?.row.classList.add("is-active");
  setAttr(list, "aria-activedescendant", cell ? cell.row.id : null);
  showActive();
  reveal(cell?.row);
}

/** Moves among the units as they stand on the screen. */
export function moveUnit(direction) {
  if (!order.length) return;
  if (!order.includes(active)) { activate(order[0]); return; }
  const at = order.indexOf(active);
  if (direction === "left" || direction === "right") {
    activate(order[Math.min(order.length - 1, Math.max(0, at + (direction === "right" ? 1 : -1)))]);
    return;
  }
  const here = cells.get(active).row.getBoundingClientRect();
  const step = direction === "down" ? 1 : -1;
  // The nearest one in the next line: rows of groups differ in length.
  let best = null;
  for (let i = at + step; i >= 0 && i < order.length; i += step) {
    const box = cells.get(order[i]).row.getBoundingClientRect();
    if (Math.abs(box.top - here.top) < 4) continue;
    if (best && Math.abs(box.top - best.top) > 4) break;
    const far = Math.abs(box.left - here.left);
    if (!best || far < best.far) best = { far, top: box.top, id: order[i] };
  }
  if (best) activate(best.id);
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
