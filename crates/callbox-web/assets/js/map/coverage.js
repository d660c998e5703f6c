// Which streets help reaches in time, as a pattern below the streets. The pattern alone tells; the tint only helps.
import { t } from "../boot.js";
import { setView, view } from "../address.js";
import { by, setAttr, setText } from "../dom.js";

/** Units move and change all the time: asked for again this long after a change, in milliseconds. */
const AFTER_CHANGE = 4000;
const AFTER_MOVE = 400;
/** From this share of its streets on a square counts as reached. */
const WHOLE = 0.995;

const button = by("map-coverage");
const legend = by("map-legend");
let map = null;
let isOn = false;
let features = [];
let planned = null;
let asked = 0;

export function initCoverage(drawnOn) {
  map = drawnOn;
  button.addEventListener("click", () => turn(!isOn));
  for (const name of ["cover-from", "cover-minutes"]) by(name).addEventListener("change", () => { keep(); ask(); });
  map.on("moveend", () => plan(AFTER_MOVE));
  const [from, minutes] = (view.get("coverage") ?? "").split(",");
  if (from) {
    by("cover-from").value = from === "stations" ? from : "units";
    by("cover-minutes").value = minutes ?? "";
    turn(true);
  }
}

export function toggleCoverage() { button.click(); }

function turn(on) {
  isOn = on;
  setAttr(button, "aria-pressed", String(on));
  legend.hidden = !on;
  features = [];
  draw();
  keep();
  if (on) ask();
}

const keep = () => setView("coverage", isOn ? [by("cover-from").value, by("cover-minutes").value].filter(Boolean).join(",") : null);

/** Something changed that may change it: one question for many changes. */
export function coverageChanged() { plan(AFTER_CHANGE); }

function plan(after) {
  if (!isOn || planned) return;
  planned = setTimeout(() => { planned = null; ask(); }, after);
}

async function ask() {
  if (!isOn || document.hidden) return;
  const mine = ++asked;
  const box = map.getBounds();
  const bbox = [Math.max(-180, box.getWest()), Math.max(-90, box.getSouth()), Math.min(180, box.getEast()), Math.min(90, box.getNorth())];
  const query = new URLSearchParams({ from: by("cover-from").value, bbox: bbox.map((value) => value.toFixed(6)).join(",") });
  if (by("cover-minutes").value) query.set("minutes", by("cover-minutes").value);
  try {
    const response = await fetch(`/api/v1/coverage?${query}`, { headers: { Accept: "application/json" } });
    if (!response.ok || mine !== asked) return;
    show(await response.json());
  } catch { /* the last one stays, and the bar says when the map is old */ }
}

function show(told) {
  const side = 2 ** told.zoom;
  const lon = (x) => (x / side) * 360 - 180;
  const lat = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / side))) * 180) / Math.PI;
  features = told.squares.map(([x, y, meters, reached]) => {
    const [west, east, north, south] = [lon(x), lon(x + 1), lat(y), lat(y + 1)];
    const share = meters ? reached / meters : 1;
    return {
      type: "Feature", properties: { cover: share >= WHOLE ? "all" : share <= 1 - WHOLE ? "none" : "part" },
      geometry: { type: "Polygon", coordinates: [[[west, north], [east, north], [east, south], [west, south], [west, north]]] },
    };
  });
  by("cover-minutes").placeholder = String(Math.round(told.seconds / 6) / 10);
  const percent = told.meters ? Math.floor((told.in_time_meters / told.meters) * 100) : 0;
  const minutes = Math.round(told.seconds / 6) / 10;
  setText(by("cover-share"), t("map.cover.share", { percent, minutes, starts: told.starts }));
  const notes = [
    told.clock_label && !by("cover-minutes").value ? t("map.cover.clock", { clock: told.clock_label }) : null,
    told.turnout ? t("map.cover.turnout") : t("map.cover.drive"),
    told.unknown ? t("map.cover.unknown", { n: told.unknown }) : null,
  ];
  setText(by("cover-notes"), notes.filter(Boolean).join(" · "));
  legend.dataset.percent = String(percent);
  draw();
}

/** Puts the newest answer onto the map, also after the style was changed. */
export function draw() {
  map?.getSource("cover")?.setData({ type: "FeatureCollection", features });
}
