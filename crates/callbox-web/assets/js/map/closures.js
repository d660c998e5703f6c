// Closed streets on the map: drawn with their reason, opened again, and closed by pointer or by keyboard. The form is
// what is sent; the pointer only writes points into it.
import { problemText, rights, t } from "../boot.js";
import { ms, now, time } from "../clock.js";
import { act, clearRefusal } from "../commands.js";
import { by, el, setAttr, setText } from "../dom.js";

const MAX_POINTS = 24;
const AFTER_MS = 250;
const DAY = 86_400_000;

const form = by("closing");
const button = by("map-close");
let map = null;
let known = [];
let mark = null;
let points = [];
let preview = [];
let asked = 0;
let timer = null;
let isOpen = false;

const feature = (type, coordinates, properties = {}) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const collection = (features) => ({ type: "FeatureCollection", features });

export function initClosures(drawnOn) {
  map = drawnOn;
  load();
  if (!form) return;
  button.addEventListener("click", () => toggle(!isOpen));
  by("closing-undo").addEventListener("click", () => { points.pop(); changed(); });
  by("closing-cancel").addEventListener("click", () => toggle(false));
  for (const name of ["from", "to"]) form.elements[name].addEventListener("input", () => { points = []; changed(); suggest(form.elements[name]); });
  form.addEventListener("submit", (event) => { event.preventDefault(); close(); });
  form.addEventListener("keydown", (event) => { if (event.key === "Escape") { toggle(false); event.stopPropagation(); } });
  map?.on("click", tap);
}

export function toggleClosing() { button?.click(); }

/** Whether the pointer draws now, so that a click chooses nothing. */
export const isDrawing = () => isOpen;

/** The mark of a change: another one when other streets are closed. */
export function closuresChanged(newMark) {
  const text = String(newMark);
  if (text === mark) return false;
  mark = text;
  load();
  return true;
}

async function load() {
  try {
    const response = await fetch("/api/v1/closures", { headers: { Accept: "application/json" } });
    if (!response.ok) return;
    known = (await response.json()).closures;
  } catch { return; /* the next change asks again */ }
  drawClosures();
  list();
}

function until(closure) {
  if (!closure.until) return t("closures.open_end");
  const at = ms(closure.until);
  return at - now() < DAY ? time(at).slice(0, 5) : closure.until.slice(0, 10);
}

const words = (closure) => `${t(`closure.${closure.cause}`)} · ${closure.until ? t("map.closed_until", { until: until(closure) }) : until(closure)}`;

export function drawClosures() {
  map?.getSource("closures")?.setData(collection(known.map((closure) =>
    feature("MultiLineString", closure.lines, { id: closure.closure, label: words(closure), shut: closure.impassable ? 1 : 0 }))));
  const middles = known.filter((closure) => closure.lines.length).map((closure) => {
    const line = closure.lines[Math.floor(closure.lines.length / 2)];
    return feature("Point", middle(line), { label: words(closure) });
  });
  map?.getSource("closure-marks")?.setData(collection(middles));
  by("map").dataset.closures = String(known.length);
  map?.getSource("closing")?.setData(collection(preview.map((line) => feature("LineString", line))));
  map?.getSource("closing-points")?.setData(collection(points.map((at, no) => feature("Point", at, { no }))));
}

/** The point half-way along a line. */
function middle(line) {
  const steps = line.slice(1).map((to, no) => Math.hypot((to[0] - line[no][0]) * Math.cos((to[1] * Math.PI) / 180), to[1] - line[no][1]));
  let rest = steps.reduce((sum, step) => sum + step, 0) / 2;
  for (const [no, step] of steps.entries()) {
    if (rest <= step && step > 0) {
      const [from, to] = [line[no], line[no + 1]];
      return [0, 1].map((axis) => from[axis] + ((to[axis] - from[axis]) * rest) / step);
    }
    rest -= step;
  }
  return line[0];
}

function list() {
  const box = by("map-closures");
  const { closure: shown, lift: lifted } = document.activeElement?.dataset ?? {};
  box.replaceChildren(...known.map((closure) => {
    const show = el("button", { type: "button", class: "map-line", "data-closure": String(closure.closure), onclick: () => go(closure) },
      el("b", { text: closure.street }), el("span", { text: words(closure) + (closure.impassable ? ` · ${t("closures.impassable")}` : "") }));
    show.disabled = !closure.lines.length;
    const lift = rights.streets && el("button", { type: "button", class: "mini", "data-lift": String(closure.closure), "aria-label": `${t("closures.lift")}: ${closure.street}`, onclick: (event) => open(event.currentTarget, closure) }, t("closures.lift"));
    const lost = closure.found === "lost" || closure.found === "nearby";
    return el("li", { class: "map-closure" }, show, lift || null, lost ? el("small", { class: "quiet", text: t("closures.lost") }) : null);
  }));
  by("map-no-closures").hidden = known.length > 0;
  // Who stands on a line stays there.
  if (shown) box.querySelector(`[data-closure="${shown}"]`)?.focus();
  if (lifted) box.querySelector(`[data-lift="${lifted}"]`)?.focus();
}

function go(closure) {
  if (map && closure.lines.length) reveal(closure.lines, true);
}

/** Moves the map to lines that are not in sight, or to them in any case. */
function reveal(lines, always = false) {
  const all = lines.flat();
  const seen = map.getBounds();
  if (!always && map.getZoom() > 13 && all.every((at) => seen.contains(at))) return;
  const box = all.reduce((sum, at) => sum.extend(at), new maplibregl.LngLatBounds(all[0], all[0]));
  map.fitBounds(box, { padding: 80, maxZoom: 16, animate: false });
}

const open = async (node, closure) => {
  if (await act([node], `/closures/${closure.closure}/lift`, {}, t("map.lifted", { street: closure.street }))) load();
};

// ——— closing ———

function toggle(on) {
  isOpen = on;
  form.hidden = !on;
  setAttr(button, "aria-pressed", String(on));
  if (map) map.getCanvas().style.cursor = on ? "crosshair" : "";
  points = [];
  preview = [];
  form.reset();
  clearRefusal();
  changed();
  if (on) form.elements.from.focus();
  else button.focus();
}

function tap({ point, lngLat }) {
  if (!isOpen) return;
  const [near] = map.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ["closing-points"] });
  if (near) points.splice(near.properties.no, 1);
  else if (points.length < MAX_POINTS) points.push([lngLat.lng, lngLat.lat]);
  form.elements.from.value = form.elements.to.value = "";
  changed();
}

function place() {
  if (points.length) return { line: points.map(([lon, lat]) => [Math.round(lat * 1e6) / 1e6, Math.round(lon * 1e6) / 1e6]) };
  const [from, to] = ["from", "to"].map((name) => form.elements[name].value.trim());
  return from ? { from, to: to || null } : null;
}

function changed() {
  form.elements.from.required = points.length === 0;
  by("closing-undo").hidden = points.length === 0;
  clearTimeout(timer);
  timer = setTimeout(ask, points.length ? 0 : AFTER_MS);
}

/** Which pieces would be closed; nothing is closed by asking. */
async function ask() {
  const mine = ++asked;
  const body = isOpen ? place() : null;
  let said = isOpen ? t("map.closing.hint") : "";
  let state = null;
  preview = [];
  if (body) {
    try {
      const response = await fetch("/api/v1/closures/preview", {
        method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body),
      });
      const answer = await response.json();
      if (mine !== asked) return;
      const problem = response.ok ? answer.problem : answer;
      if (!problem) {
        preview = answer.lines;
        state = "ready";
        said = t("map.closing.would", { street: answer.street, pieces: answer.pieces, meters: answer.meters });
      } else {
        const { detail, hint } = problemText(problem);
        state = "refused";
        said = `${detail} – ${hint}`;
      }
    } catch { said = t("say.unreachable"); }
  }
  if (mine !== asked) return;
  setText(by("closing-would"), said);
  setAttr(by("closing-would"), "data-state", state);
  drawClosures();
  // Who writes where sees it; who clicks sees it already.
  if (preview.length && !points.length && map) reveal(preview);
}

let suggested = 0;
async function suggest(input) {
  const mine = ++suggested;
  const text = input.value.trim();
  if (text.length < 2) return;
  await new Promise((resolve) => { setTimeout(resolve, 180); });
  if (mine !== suggested) return;
  const response = await fetch("/api/v1/places/find", {
    method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify({ text, typing: true }),
  }).catch(() => null);
  if (!response?.ok || mine !== suggested) return;
  const { answers } = await response.json();
  by("closing-places").replaceChildren(...answers.map((answer) => el("option", { value: answer.label, label: answer.tells_apart || undefined })));
}

async function close() {
  const body = place();
  if (!body) return;
  const { cause, hours, impassable } = form.elements;
  body.cause = cause.value;
  body.impassable = impassable.checked;
  body.until = hours.value ? new Date(now() + Number(hours.value) * 3_600_000).toISOString() : null;
  if (!await act([by("closing-send")], "/closures", body, t("map.closed"))) return;
  toggle(false);
  load();
}
