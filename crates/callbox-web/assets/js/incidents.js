// The pane of open incidents: the most urgent first, then the one that has waited longest.
import { view, setView } from "./address.js";
import { t } from "./boot.js";
import { everySecond, now, shortSpan, span, time } from "./clock.js";
import { arrange, by, el, reveal, setAttr, setShape, setText, shape } from "./dom.js";
import { closed, config, incidents, isWaiting, onChange, stage, units, urgency } from "./store.js";
import { watchRows } from "./visible.js";

const list = by("incidents");
const filter = by("incident-filter");
const divider = el("div", { class: "divider", role: "row" }, el("span", { role: "gridcell", text: t("incidents.closed") }));
const rows = new Map();
const seen = watchRows(list);
let order = [];
let isUnsorted = false;
let selected = Number(view.get("incident")) || null;
const listeners = new Set();

/** `listener(id or null)` is called when another incident is selected. */
export const onSelect = (listener) => listeners.add(listener);
export const selectedIncident = () => selected;

export function select(id, { focus = false } = {}) {
  if (selected !== id) {
    const before = rows.get(selected);
    if (before) setAttr(before.row, "aria-selected", "false");
    selected = id;
    setView("incident", id);
    for (const listener of listeners) listener(id);
  }
  const now = rows.get(id);
  if (now) setAttr(now.row, "aria-selected", "true");
  setAttr(list, "aria-activedescendant", now ? now.row.id : null);
  reveal(now?.row);
  if (focus) list.focus({ preventScroll: true });
}

function makeRow(id) {
  const cells = {
    rank: el("span", { class: "rank", role: "gridcell" }),
    no: el("span", { class: "no", role: "gridcell", text: id }),
    kind: el("span", { class: "kind", role: "gridcell" }),
    place: el("span", { class: "place", role: "gridcell" }),
    stage: shape(),
    units: el("span", {}),
    age: el("span", { class: "age", role: "gridcell" }),
  };
  const group = el("span", { class: "units", role: "gridcell" }, cells.stage, cells.units);
  const row = el("div", { class: "incident", role: "row", draggable: "true", id: `i${id}`, "aria-selected": "false" },
    cells.rank, cells.no, cells.kind, cells.place, group, cells.age);
  row.dataset.id = id;
  seen.add(row);
  return { row, ...cells };
}

function patch(id) {
  const data = incidents.get(id) ?? closed.get(id);
  let made = rows.get(id);
  if (!data) {
    if (made) { seen.remove(made.row); rows.delete(id); isUnsorted = true; }
    return;
  }
  if (!made) {
    made = makeRow(id);
    if (now() - data.received < 5000) made.row.classList.add("is-new");
    rows.set(id, made);
  }
  const at = stage(data);
  // What the order and the filter depend on.
  const key = `${data.rank} ${isWaiting(data)} ${data.received} ${data.closed} ${data.scheduled} ${data.merged_into} ${textOf(data)}`;
  if (made.key !== key) isUnsorted = true;
  made.key = key;
  setText(made.rank, data.priority ?? "–");
  setAttr(made.rank, "data-rank", data.rank);
  setText(made.kind, data.type_label ?? data.type ?? t("no_type"));
  setText(made.place, data.place ?? t(data.place_withheld ? "reads.withheld" : "no_place"));
  setAttr(made.place, "title", data.place_withheld ? t("reads.withheld_hint") : data.place);
  setText(made.units, unitsOf(data, at));
  setAttr(made.units, "title", data.units.join(" ") || null);
  made.row.classList.toggle("is-closed", data.state === "closed");
  setAttr(made.row, "data-meaning", at);
  setShape(made.stage, at);
  setAttr(made.row, "aria-selected", String(id === selected));
  tickRow(made, data, now());
}

function unitsOf(data, at) {
  if (data.state === "closed") return config.dispositions.find((known) => known.code === data.disposition)?.label ?? data.disposition;
  if (data.merged_into) return `→ #${data.merged_into}`;
  if (data.scheduled) return t("stage.scheduled", { at: time(data.scheduled).slice(0, 5) });
  if (data.call_backs) return t("calls.waits");
  return data.units.length ? data.units.join(" ") : t(at === "waiting" ? "stage.waiting" : "stage.clear");
}

function tickRow(made, data, at) {
  const age = data.scheduled ? data.scheduled - at : (data.closed ?? at) - data.received;
  // Seconds run only where somebody waits.
  setText(made.age, isWaiting(data) || data.closed ? span(age) : shortSpan(age));
  const { call, gone } = urgency(data, at);
  setAttr(made.row, "data-call", call);
  setAttr(made.row, "data-limit", isWaiting(data) && gone !== null && gone !== undefined);
  if (isWaiting(data) && gone !== null && gone !== undefined) made.row.style.setProperty("--gone", gone.toFixed(3));
}

const textOf = (row) => `#${row.id} ${row.type ?? ""} ${row.type_label ?? ""} ${row.place ?? ""} ${row.units.join(" ")} p${row.priority ?? ""}`.toLowerCase();

const matches = (row, words) => words.every((word) => textOf(row).includes(word));

function sort() {
  isUnsorted = false;
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  // A merged one is worked on under the other's number; a filter still finds it.
  const shown = [...incidents.values()].filter((row) => matches(row, words) && (!row.merged_into || words.length));
  // Those who wait come first within their rank: they need an act.
  shown.sort((a, b) => Boolean(a.scheduled) - Boolean(b.scheduled) || a.rank - b.rank || isWaiting(b) - isWaiting(a) || a.received - b.received || a.id - b.id);
  const ended = [...closed.values()].filter((row) => matches(row, words)).sort((a, b) => b.closed - a.closed);
  order = [...shown, ...ended].map((row) => row.id);
  const nodes = order.map((id) => rows.get(id).row);
  if (ended.length) nodes.splice(shown.length, 0, divider);
  arrange(list, nodes);
  by("incidents-empty").hidden = order.length > 0;
  setText(by("incident-count"), words.length ? `${shown.length}/${incidents.size}` : incidents.size);
  setAttr(list, "aria-rowcount", order.length);
}

onChange((changed) => {
  if (changed.all) {
    for (const id of new Set([...rows.keys(), ...incidents.keys(), ...closed.keys()])) patch(id);
    sort();
    if (selected) select(selected);
    return;
  }
  const touched = new Set(changed.incidents);
  for (const id of changed.units) {
    const on = units.get(id)?.incident;
    if (on && incidents.has(on)) touched.add(on);
  }
  for (const id of touched) patch(id);
  if (isUnsorted) sort();
});

everySecond((at) => {
  for (const row of seen.visible) {
    const data = incidents.get(Number(row.dataset.id));
    const made = rows.get(Number(row.dataset.id));
    if (data && made) tickRow(made, data, at);
  }
});

list.addEventListener("click", (event) => {
  const row = event.target.closest(".incident");
  if (row) select(Number(row.dataset.id), { focus: true });
});

/** Moves the selection by `step` rows. */
export function move(step) {
  if (!order.length) return;
  const at = order.indexOf(selected);
  const next = at < 0 ? (step > 0 ? 0 : order.length - 1) : Math.min(order.length - 1, Math.max(0, at + step));
  select(order[next]);
}

/** Filters by these words, as if they were typed into the filter. */
export function findIncidents(words) {
  filter.value = words;
  filter.dispatchEvent(new Event("input"));
  list.focus({ preventScroll: true });
}

export function initFilter() {
  filter.value = view.get("q") ?? "";
  filter.addEventListener("input", () => { setView("q", filter.value.trim()); sort(); });
}
