// The pane of open incidents: the most urgent first, then the one that has waited longest.
import { view, setView } from "./address.js";
import { t } from "./boot.js";
import { everySecond, now, shortSpan, span, time } from "./clock.js";
import { arrange, by, el, setAttr, setShape, setText, shape } from "./dom.js";
import { closed, config, incidents, isWaiting, onChange, openCount, signs, stage, units, urgency } from "./store.js";
import { Windowed } from "./windowed.js";

const list = by("incidents");
const filter = by("incident-filter");
const divider = el("div", { class: "divider", role: "row" }, el("span", { role: "gridcell", text: t("incidents.closed") }));
const lane = new Windowed(list, draw);
const box = el("div", { class: "lane-part", role: "presentation" });
lane.lane.append(box);
/** What the order of each incident depends on. */
const keys = new Map();
/** The rows that stand in the page. */
const rows = new Map();
/** All that is shown, in order; null is the line above those that are closed. */
let lines = [];
let order = [];
let words = [];
let isUnsorted = false;
let selected = Number(view.get("incident")) || null;
const listeners = new Set();
/** How many units a row names where there are more. */
const SIGNS = 2;

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
  show(id);
  if (focus) list.focus({ preventScroll: true });
}

/** Brings the selected row into sight. */
function show(id) {
  const at = lines.indexOf(id);
  if (id !== null && at >= 0) {
    lane.reveal(at * lane.row, (at + 1) * lane.row);
    if (!rows.has(id)) draw();
  }
  const now = rows.get(id);
  if (now) setAttr(now.row, "aria-selected", "true");
  setAttr(list, "aria-activedescendant", now ? now.row.id : null);
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
  return { row, ...cells };
}

const known = (id) => incidents.get(id) ?? closed.get(id);

/** Notes that an incident is another one than before; its row is written where it stands in the page, and then it says so. */
function note(id) {
  const data = known(id);
  // What the order depends on, and the filter where there is one.
  const key = data && `${data.rank} ${isWaiting(data)} ${data.received} ${data.closed} ${data.scheduled} ${data.merged_into} ${words.length ? textOf(data) : ""}`;
  if (keys.get(id) !== key) isUnsorted = true;
  if (data) keys.set(id, key);
  else keys.delete(id);
  const made = data && rows.get(id);
  if (made) write(made, data);
  return Boolean(made);
}

/** The row of an incident, made where it does not stand in the page yet. */
function rowOf(id) {
  let made = rows.get(id);
  if (!made) {
    const data = known(id);
    made = makeRow(id);
    if (now() - data.received < 5000) made.row.classList.add("is-new");
    rows.set(id, made);
    write(made, data);
  }
  return made;
}

function write(made, data) {
  const at = stage(data);
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
  setAttr(made.row, "aria-selected", String(data.id === selected));
  tickRow(made, data, now());
}

function unitsOf(data, at) {
  if (data.state === "closed") return config.dispositions.find((known) => known.code === data.disposition)?.label ?? data.disposition;
  if (data.merged_into) return `→ #${data.merged_into}`;
  if (data.scheduled) return t("stage.scheduled", { at: time(data.scheduled).slice(0, 5) });
  if (data.call_backs) return t("calls.waits");
  if (!data.units.length && data.stacked_on.length) return t("stack.waits", { units: data.stacked_on.join(" ") });
  // The first say who, the number how many: the hint over it names all.
  const rest = data.units.length - SIGNS;
  const shown = rest > 1 ? [...data.units.slice(0, SIGNS), `+${rest}`] : data.units;
  return shown.length ? shown.join(" ") : t(at === "waiting" ? "stage.waiting" : "stage.clear");
}

function tickRow(made, data, at) {
  const age = data.scheduled ? data.scheduled - at : (data.closed ?? at) - data.received;
  // Seconds run only where somebody waits.
  setText(made.age, isWaiting(data) || data.closed ? span(age) : shortSpan(age));
  const { call, gone } = urgency(data, at);
  setAttr(made.row, "data-call", call);
  const isLimited = isWaiting(data) && gone !== null && gone !== undefined;
  setAttr(made.row, "data-limit", isLimited);
  // A hundredth is less than a pixel of the line; on the one cell that draws it, for what a row says goes to all its cells.
  const share = isLimited ? gone.toFixed(2) : "";
  if (made.share !== share) made.age.style.setProperty("--gone", made.share = share);
}

const textOf = (row) => `#${row.id} ${row.type ?? ""} ${row.type_label ?? ""} ${row.place ?? ""} ${row.units.join(" ")} p${row.priority ?? ""}`.toLowerCase();

const matches = (row) => words.every((word) => textOf(row).includes(word));

/** Where a row stands: what waits and nobody has assessed yet is looked at first. */
const rankOf = (row) => (row.priority === null && isWaiting(row) ? 0 : row.rank);

function sort() {
  isUnsorted = false;
  // A merged one is worked on under the other's number; a filter still finds it.
  const shown = [...incidents.values()].filter((row) => matches(row) && (!row.merged_into || words.length));
  // Those who wait come first within their rank: they need an act.
  shown.sort((a, b) => Boolean(a.scheduled) - Boolean(b.scheduled) || rankOf(a) - rankOf(b) || isWaiting(b) - isWaiting(a) || a.received - b.received || a.id - b.id);
  const ended = [...closed.values()].filter(matches).sort((a, b) => b.closed - a.closed);
  order = [...shown, ...ended].map((row) => row.id);
  lines = ended.length ? [...order.slice(0, shown.length), null, ...order.slice(shown.length)] : order;
  draw();
  by("incidents-empty").hidden = order.length > 0;
  setText(by("incident-count"), words.length ? `${shown.length}/${openCount()}` : openCount());
  setAttr(by("incident-count"), "data-hides", words.length && shown.length < openCount() ? "yes" : null);
  setAttr(list, "aria-rowcount", lines.length);
}

/** Brings the rows in sight into the page, and takes the others out of it. */
function draw() {
  const { row } = lane;
  const [from, to] = lane.range(lines.length * row);
  const first = Math.max(0, Math.floor(from / row));
  const part = lines.slice(first, Math.ceil(to / row));
  const nodes = part.map((id, at) => {
    const node = id === null ? divider : rowOf(id).row;
    setAttr(node, "aria-rowindex", first + at + 1);
    return node;
  });
  const kept = new Set(part);
  for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
  box.style.insetBlockStart = `${first * row}px`;
  arrange(box, nodes);
  setAttr(list, "aria-activedescendant", rows.get(selected)?.row.id);
}

onChange((changed) => {
  if (changed.all) {
    for (const id of new Set([...keys.keys(), ...incidents.keys(), ...closed.keys()])) note(id);
    sort();
    if (selected) select(selected);
    return true;
  }
  const touched = new Set(changed.incidents);
  for (const id of changed.units) {
    const on = units.get(id)?.incident;
    if (on && incidents.has(on)) touched.add(on);
  }
  let isInPage = false;
  for (const id of touched) if (note(id)) isInPage = true;
  if (!isUnsorted) return isInPage;
  sort();
  return true;
});

everySecond((at) => {
  for (const [id, made] of rows) {
    const data = incidents.get(id);
    if (data) tickRow(made, data, at);
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

function readWords() {
  words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
}

/**
 * Whether words may stand in the address, which browsers keep: codes and labels of the center, call signs, numbers of
 * incidents. A place, or what a caller said, may not.
 */
function isOfTheCenter(word) {
  if (/^#?\d{1,6}$/.test(word)) return true;
  const tables = [...config.types, ...config.priorities.map((row) => ({ ...row, code: `p${row.code}` }))];
  return tables.some((row) => `${row.code} ${row.label ?? ""}`.toLowerCase().includes(word)) || [...signs.keys()].some((sign) => sign.toLowerCase().startsWith(word));
}

export function initFilter() {
  filter.value = view.get("q") ?? "";
  readWords();
  filter.addEventListener("input", () => {
    readWords();
    setView("q", words.every(isOfTheCenter) ? filter.value.trim() : null);
    sort();
  });
}
