// The map in a window of its own. What it shows stands on the board too: without WebGL nothing is lost but the picture.
import { view } from "../address.js";
import { t } from "../boot.js";
import { everySecond, learn, now, setTimeZone, span } from "../clock.js";
import { by, el, setText } from "../dom.js";
import { connect } from "../live.js";
import { incidents, onChange, stage, units } from "../store.js";
import { Sync, fetchBoard } from "../sync.js";
import { emptySource, isDark, openMap } from "./base.js";
import { icon } from "./icons.js";
import { closuresChanged, drawClosures, initClosures, isDrawing, toggleClosing } from "./closures.js";
import { coverageChanged, draw as drawCoverage, initCoverage, toggleCoverage } from "./coverage.js";
import { incidentFeatures, pickedFeatures, place, takePositions, unitFeatures, withoutPlace } from "./live.js";
import { groundLayers, liveLayers, liveSources, STREETS_FROM } from "./style.js";
import { askWays, initWays, showWays, wayFeatures } from "./ways.js";
import "../undo.js";

const frame = by("map");
let map = null;
let picked = null;
/** In the board's pane what is chosen here is chosen there, and the other way round. */
const isPane = parent !== window && view.get("pane") === "board";
document.body.classList.toggle("is-pane", isPane);
let startAt = null;
let heard = performance.now();

function open() {
  map = openMap(frame, (made) => {
    for (const name of liveSources) made.sources[name] = emptySource();
    made.layers.splice(made.layers.findIndex((layer) => layer.id === STREETS_FROM), 0, ...groundLayers());
    made.layers.push(...liveLayers(isDark()));
    return made;
  });
  if (!map) return;
  map.on("styleimagemissing", ({ id }) => {
    const made = icon(id, isDark());
    if (made && !map.hasImage(id)) map.addImage(id, made.data, { pixelRatio: made.ratio });
  });
  for (const [layer, kind] of [["units", "unit"], ["incidents", "incident"]]) {
    map.on("click", layer, ({ features }) => { if (!isDrawing()) pick({ kind, id: features[0].properties.id }); });
    map.on("mouseenter", layer, () => { map.getCanvas().style.cursor = "pointer"; });
    map.on("mouseleave", layer, () => { map.getCanvas().style.cursor = isDrawing() ? "crosshair" : ""; });
  }
  map.on("style.load", drawAll);
}

let isDrawn = false;
function draw() {
  if (!map?.getSource("units")) return;
  isDrawn = true;
  map.getSource("incidents").setData(incidentFeatures());
  const shown = unitFeatures();
  frame.dataset.units = String(shown.features.length);
  map.getSource("units").setData(shown);
  map.getSource("picked").setData(pickedFeatures(picked));
}

/** What is drawn rarely, and has to be drawn again where the style was changed. */
function drawAll() {
  draw();
  drawClosures();
  drawCoverage();
  map?.getSource("ways")?.setData(wayFeatures());
}

/** Once in a frame, however much came in; the lists only where they say something else. */
let isPlanned = false;
let isListPlanned = false;
function planDraw() {
  if (isPlanned) return;
  isPlanned = true;
  requestAnimationFrame(() => {
    isPlanned = false;
    draw();
    if (isListPlanned) list();
    isListPlanned = false;
  });
}

function planList() {
  isListPlanned = true;
  planDraw();
}

/** What an incident is, in words. */
const kindOf = (row) => row.type_label ?? row.type ?? t("no_type");

/** The same by keyboard and for those who do not see the picture: choosing a line moves the map there. */
function list() {
  const line = (kind, id, text, detail) => {
    const isPicked = picked?.kind === kind && picked.id === id;
    const button = el("button", { type: "button", class: "map-line", "aria-pressed": String(isPicked), "data-key": `${kind}-${id}`, onclick: () => pick({ kind, id }, true) },
      el("b", { text }), el("span", { text: detail }));
    button.disabled = !place(kind, id);
    return el("li", {}, button);
  };
  const focused = document.activeElement?.dataset?.key;
  const open = [...incidents.values()].filter((row) => row.state === "open" && !row.merged_into).sort((a, b) => a.rank - b.rank || a.received - b.received);
  by("map-incidents").replaceChildren(...open.map((row) => line("incident", row.id, String(row.id), `${kindOf(row)} · ${row.place ?? t("no_place")}`)));
  const busy = [...units.values()].filter((row) => row.incident !== null).sort((a, b) => a.call_sign.localeCompare(b.call_sign));
  by("map-units").replaceChildren(...busy.map((row) => line("unit", row.id, row.call_sign, `${t(`meaning.${row.meaning}`)} · ${row.incident}`)));
  const without = withoutPlace();
  setText(by("map-without"), without ? t("map.without", { n: without }) : "");
  if (focused) document.querySelector(`[data-key="${focused}"]`)?.focus();
}

function pick(what, moves = false, isTold = false) {
  picked = picked?.kind === what.kind && picked.id === what.id && !moves ? null : what;
  if (isPane && !isTold && picked?.kind === "incident") parent.postMessage({ kind: "picked", incident: picked.id }, location.origin);
  const at = picked && place(picked.kind, picked.id);
  if (moves && at && map) map.easeTo({ center: [at.lon, at.lat], zoom: Math.max(map.getZoom(), 15), duration: 0 });
  details();
  planList();
}

/** What is known of the thing that was chosen, with the way to its page. */
function details() {
  const box = by("map-picked");
  box.hidden = !picked;
  if (!picked) { showWays(null); return; }
  const row = picked.kind === "unit" ? units.get(picked.id) : incidents.get(picked.id);
  if (!row) { picked = null; box.hidden = true; showWays(null); return; }
  if (picked.kind === "incident") showWays({ incident: row.id });
  else showWays(row.incident === null ? null : { incident: row.incident, unit: row.id });
  const link = picked.kind === "unit" ? `/units/${encodeURIComponent(row.call_sign)}` : `/incidents/${row.id}`;
  const text = picked.kind === "unit" ? `${row.type} · ${t(`meaning.${row.meaning}`)}` : `${kindOf(row)} · ${row.units.join(" ") || t(stage(row) === "waiting" ? "map.nobody" : "map.attended")}`;
  box.replaceChildren(el("a", { href: link, text: picked.kind === "unit" ? row.call_sign : String(row.id) }), el("span", { text }));
}

const sync = new Sync(fetchBoard, (board) => {
  heard = performance.now();
  learn(board.at_ms);
  setTimeZone(board.center.timezone);
  startAt(board.seq);
});

function tell({ kind, text, closed }) {
  if (kind === "down") {
    if (closed) fetchBoard();
    return;
  }
  heard = performance.now();
  const data = JSON.parse(text);
  if (kind === "positions") {
    // A unit that is seen for the first time can be chosen in the list from now on.
    if (takePositions(data.positions)) planList();
    planDraw();
    coverageChanged();
    return;
  }
  learn(data.at);
  if (kind === "change") {
    sync.change(data);
    if (data.closures && closuresChanged(data.closures)) { askWays(); coverageChanged(); }
    if (data.units.length) coverageChanged();
  }
  else if (kind === "reset") sync.load();
  else sync.beat(data);
}

onChange(() => { details(); planList(); });
everySecond(() => {
  const silent = (performance.now() - heard) / 1000;
  const old = by("old");
  old.hidden = silent < 10;
  if (!old.hidden) setText(by("old-text"), t("map.old", { span: span(silent * 1000) }));
  if (isDrawn && Math.floor(now() / 1000) % 5 === 0) planDraw();
});

/** Single keys, as on the board: never while somebody types. */
addEventListener("keydown", (event) => {
  const isTyping = event.target.closest?.("input, select, textarea, dialog");
  if (isTyping || event.ctrlKey || event.altKey || event.metaKey || !map) return;
  if (event.key === "c") toggleCoverage();
  else if (event.key === "k") toggleClosing();
  else return;
  event.preventDefault();
});

open();
initClosures(map);
initWays(map);
if (map) initCoverage(map);
for (const name of ["map-coverage", "map-close"]) if (by(name)) by(name).disabled = !map && name === "map-coverage";
startAt = await connect(tell);
await sync.load();
const first = Number(view.get("incident"));
if (first && incidents.has(first)) pick({ kind: "incident", id: first }, true, true);
if (isPane) {
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== parent || data?.kind !== "pick") return;
    if (data.incident !== null && incidents.has(data.incident)) pick({ kind: "incident", id: data.incident }, true, true);
  });
}
