// Units and incidents as the map's moving part: from the same rows and the same stream as the board's.
import { now, shortSpan } from "../clock.js";
import { config, incidents, stage, units, urgency } from "../store.js";

/** The newest fix of each unit; none is kept when a newer one comes. */
const fixes = new Map();

/** Takes positions in; whether one of them is the first of its unit. */
export function takePositions(rows) {
  const known = fixes.size;
  for (const row of rows) if ((fixes.get(row.id)?.at ?? 0) <= row.at) fixes.set(row.id, row);
  return fixes.size > known;
}

const collection = (features) => ({ type: "FeatureCollection", features });
const point = (lon, lat, properties) => ({ type: "Feature", geometry: { type: "Point", coordinates: [lon, lat] }, properties });

/** Incidents in work that have a position; the most urgent is drawn last, above the others. */
export function incidentFeatures() {
  const at = now();
  const rows = [...incidents.values()].filter((row) => row.state === "open" && row.lat !== null && !row.merged_into);
  return collection(rows.map((row) => {
    const how = stage(row) === "waiting" ? "waiting" : "attended";
    return point(row.lon, row.lat, { id: row.id, icon: `incident-${how}-${urgency(row, at).call ?? "none"}`, label: String(row.id), order: -(row.rank ?? 99) });
  }));
}

/** Units on duty whose position is known. A fix that is old is pale, and says how old. */
export function unitFeatures() {
  const at = now();
  const types = new Map(config.unit_types.map((type, no) => [type.code, no]));
  const rows = [...units.values()].filter((row) => fixes.has(row.id) && row.meaning !== "out_of_service");
  return collection(rows.map((row) => {
    const fix = fixes.get(row.id);
    const isOld = at >= fix.stale_at;
    return point(fix.lon, fix.lat, {
      id: row.id,
      icon: `unit-${row.meaning}-${types.get(row.type) ?? 0}${row.emergency ? "-help" : ""}`,
      label: isOld ? `${row.call_sign} · ${shortSpan(at - fix.at)}` : row.call_sign,
      opacity: isOld ? 0.45 : 1,
    });
  }));
}

/** Where something is: {lon, lat}, or null. */
export function place(kind, id) {
  if (kind === "unit") return fixes.get(id) ?? null;
  const row = incidents.get(id);
  return row && row.lat !== null ? row : null;
}

export function pickedFeatures(picked) {
  const at = picked && place(picked.kind, picked.id);
  return collection(at ? [point(at.lon, at.lat, {})] : []);
}

/** How many open incidents have no position, so that nobody thinks that the map shows all. */
export const withoutPlace = () => [...incidents.values()].filter((row) => row.state === "open" && row.lat === null && !row.merged_into).length;
