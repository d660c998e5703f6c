// The ways of the units that are under way to the chosen incident: lines, and in words when and by which streets.
import { t } from "../boot.js";
import { everySecond, now } from "../clock.js";
import { by, el } from "../dom.js";

/** Positions move all the time; a way is asked for again so often, in seconds. */
const EVERY = 5;
const empty = { type: "FeatureCollection", features: [] };

let map = null;
/** {incident, unit}: whose ways are shown. */
let shown = null;
let ways = [];
let asked = 0;

export function initWays(drawnOn) {
  map = drawnOn;
  everySecond((at) => { if (shown && Math.floor(at / 1000) % EVERY === 0) askWays(); });
}

/** Shows the ways to an incident, or of one unit to it; null shows none. */
export function showWays(what) {
  const isSame = shown?.incident === what?.incident && shown?.unit === what?.unit;
  shown = what;
  if (isSame) return;
  ways = [];
  draw();
  if (what) askWays();
}

export async function askWays() {
  if (!shown || document.hidden) return;
  const mine = ++asked;
  try {
    const response = await fetch(`/api/v1/ways?incident=${shown.incident}`, { headers: { Accept: "application/json" } });
    if (!response.ok || mine !== asked || !shown) return;
    ways = (await response.json()).ways.filter((way) => shown.unit === undefined || way.unit_id === shown.unit);
  } catch { return; /* the last ones stay */ }
  draw();
}

const minutes = (seconds) => Math.max(1, Math.ceil(seconds / 60));
const eta = (way) => t("way.eta", { minutes: minutes(way.eta_seconds), kilometers: (way.meters / 1000).toFixed(1) });

export function wayFeatures() {
  return { type: "FeatureCollection", features: ways.map((way) => ({
    type: "Feature", geometry: { type: "LineString", coordinates: way.line },
    properties: { label: `${way.unit} · ${t("way.minutes", { minutes: minutes(way.eta_seconds) })}` },
  })) };
}

function draw() {
  map?.getSource("ways")?.setData(ways.length ? wayFeatures() : empty);
  const list = by("map-ways");
  list.hidden = ways.length === 0;
  list.dataset.count = String(ways.length);
  list.dataset.at = String(Math.round(now()));
  list.replaceChildren(...ways.map(row));
}

function row(way) {
  const streets = way.legs.map((leg) => leg.street).filter((name, at, all) => name && name !== all[at - 1]);
  const why = [
    way.source.includes("stale") ? t("way.stale") : null,
    way.turnout_seconds ? t("way.turnout", { seconds: way.turnout_seconds }) : null,
    way.detour ? t("way.around", { streets: way.detour.around.join(", "), minutes: minutes(way.detour.seconds_without) }) : null,
    ...new Set(way.legs.flatMap((leg) => leg.notices).map((notice) => t(`way.notice.${notice}`))),
  ].filter(Boolean);
  return el("li", {}, el("b", { text: way.unit }), " ", el("span", { text: eta(way) }),
    el("p", { text: streets.join(" → ") }), why.length ? el("p", { class: "why", text: why.join(" · ") }) : null);
}
