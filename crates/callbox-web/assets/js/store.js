// What the server said last: rows by number. Panes are told of what changed, what comes close together at once.
import { Beat } from "./beat.js";

export const config = { statuses: [], priorities: [], types: [], dispositions: [], agencies: [], unit_types: [], templates: [], center: {} };
export const incidents = new Map();
/** The incidents that were closed last, for a second look. */
export const closed = new Map();
export const units = new Map();
/** What asks for an action now, by number, in the order of urgency. */
export const alarms = new Map();
export const signs = new Map();
export const position = { seq: 0 };

const CLOSED_KEPT = 12;
let alarmsText = "";
const listeners = new Set();
let changed = { incidents: new Set(), units: new Set(), alarms: false, all: false };
const beat = new Beat(tellAll);

/** `listener({incidents, units, alarms, all})` is called with sets of numbers; says whether it wrote what is in sight. */
export const onChange = (listener) => listeners.add(listener);

/** Takes a whole board. */
export function load(board) {
  for (const name of Object.keys(config)) config[name] = board[name] ?? config[name];
  incidents.clear();
  units.clear();
  signs.clear();
  for (const row of board.incidents) incidents.set(row.id, row);
  for (const row of board.units) putUnit(row);
  putAlarms(board.alarms);
  position.seq = board.seq;
  changed.all = true;
  beat.plan();
}

/** Takes changed rows; one that is older than what is known is left out. */
export function apply(change) {
  for (const row of change.incidents) {
    const known = incidents.get(row.id);
    if (known && known.version > row.version) continue;
    putIncident(row);
    changed.incidents.add(row.id);
  }
  for (const row of change.units) {
    if ((units.get(row.id)?.version ?? 0) > row.version) continue;
    putUnit(row);
    changed.units.add(row.id);
  }
  // All of them come where one is another one: what is not there is over. An older message says nothing new.
  if (change.alarms && change.seq >= position.seq) changed.alarms = putAlarms(change.alarms) || changed.alarms;
  position.seq = Math.max(position.seq, change.seq);
  beat.plan();
}

/** Takes incidents that were closed before the board was opened. */
export function loadClosed(rows) {
  for (const row of rows) if (!incidents.has(row.id)) putIncident(row);
  changed.all = true;
  beat.plan();
}

function putIncident(row) {
  const [to, from] = row.state === "closed" ? [closed, incidents] : [incidents, closed];
  from.delete(row.id);
  to.set(row.id, row);
  if (closed.size > CLOSED_KEPT) {
    const oldest = [...closed.values()].reduce((a, b) => (a.closed < b.closed ? a : b));
    closed.delete(oldest.id);
    changed.incidents.add(oldest.id);
  }
}

/** Takes the alarms; says whether they are others than before. */
function putAlarms(rows) {
  const text = JSON.stringify(rows);
  if (text === alarmsText) return false;
  alarmsText = text;
  alarms.clear();
  for (const row of rows) alarms.set(row.id, row);
  return true;
}

function putUnit(row) {
  const known = units.get(row.id);
  if (known && known.call_sign !== row.call_sign) signs.delete(known.call_sign.toUpperCase());
  units.set(row.id, row);
  signs.set(row.call_sign.toUpperCase(), row.id);
}

function tellAll() {
  const now = changed;
  changed = { incidents: new Set(), units: new Set(), alarms: false, all: false };
  let isDrawn = false;
  for (const listener of listeners) if (listener(now) === true) isDrawn = true;
  return isDrawn;
}

/** The unit with this call sign, whatever its case. */
export const unitCalled = (sign) => units.get(signs.get(sign.toUpperCase()));

export const statusLabel = (code) => config.statuses.find((status) => status.code === code)?.label ?? code;

/** The first status of each meaning, in the order of an assignment's course. */
export function course() {
  const order = ["dispatched", "acknowledged", "en_route", "on_scene", "transporting", "at_hospital", "available"];
  return order.map((meaning) => config.statuses.find((status) => status.meaning === meaning)).filter(Boolean);
}

/** The most urgent priority that has a limit: what nobody has assessed yet may be the worst. */
function strictest() {
  const timed = config.priorities.filter((known) => known.unassigned_alarm_seconds);
  return timed.reduce((best, known) => (!best || known.rank < best.rank ? known : best), null);
}

/** How urgently an unassigned incident asks for an act: null, "warn", "alarm", and how much is gone. */
export function urgency(row, at) {
  // What is planned stands out shortly before it begins; a call that waits to be called back does at once.
  if (row.state === "open" && row.scheduled) return { call: at >= row.warn_from ? "warn" : null };
  if (!isWaiting(row)) return { call: row.state === "open" && row.call_backs ? "warn" : null };
  const priority = row.priority ? config.priorities.find((known) => known.code === row.priority) : strictest();
  const warn = priority?.unassigned_warn_seconds;
  const alarm = priority?.unassigned_alarm_seconds;
  const waited = (at - row.received) / 1000;
  const call = alarm && waited >= alarm ? "alarm" : warn && waited >= warn ? "warn" : null;
  return { call, gone: alarm ? Math.min(1, waited / alarm) : null };
}

/** How many are open; one that was merged is worked on, and counted, under the other. */
export function openCount() {
  let count = 0;
  for (const row of incidents.values()) if (!row.merged_into) count += 1;
  return count;
}

/** Whether nobody is on the way, and nobody has been there. */
export const isWaiting = (row) => row.state === "open" && !row.scheduled && !row.merged_into && row.units.length === 0 && row.first_on_scene === null;

const STAGES = ["on_scene", "at_hospital", "transporting", "en_route", "acknowledged", "dispatched"];

/** How far an incident is: that of its unit which is furthest, "waiting", or "closed" when all are clear. */
export function stage(row) {
  if (isWaiting(row)) return "waiting";
  if (row.scheduled) return "scheduled";
  const meanings = new Set(row.units.map((sign) => unitCalled(sign)).filter((unit) => unit?.incident === row.id).map((unit) => unit.meaning));
  return STAGES.find((meaning) => meanings.has(meaning)) ?? (row.units.length ? "dispatched" : "closed");
}
