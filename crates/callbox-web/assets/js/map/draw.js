// Draws into a form: the corners of an area, or one place. The fields are what is sent; the map only writes into them,
// so that everything can be typed as well.
import { by } from "../dom.js";
import { emptySource, isDark, openMap } from "./base.js";
import { FONT, colours } from "./style.js";

const frame = by("draw-map");
const corners = document.querySelector("[data-corners]");
const lat = document.querySelector("[name=lat]");
const lon = document.querySelector("[name=lon]");
const others = JSON.parse(frame.dataset.others ?? "[]");

const short = (degrees) => String(Math.round(degrees * 1e6) / 1e6);
const numbers = (text) => text.split(/[\s,;]+/).filter(Boolean).map(Number);

/** The points that the fields say now, as [longitude, latitude]; half-typed ones are left out. */
function points() {
  const pairs = corners ? corners.value.split("\n").map(numbers) : [[...numbers(lat.value), ...numbers(lon.value)]];
  return pairs.filter((pair) => pair.length === 2 && pair.every(Number.isFinite)).map(([y, x]) => [x, y]);
}

function write(all) {
  if (corners) corners.value = all.map(([x, y]) => `${short(y)}, ${short(x)}`).join("\n");
  else [lat.value, lon.value] = all.length ? [short(all[0][1]), short(all[0][0])] : ["", ""];
  show();
}

const feature = (type, coordinates, properties = {}) => ({ type: "Feature", geometry: { type, coordinates }, properties });
const collection = (features) => ({ type: "FeatureCollection", features });
const ring = (all) => [[...all, all[0]]];

const map = openMap(frame, (made) => {
  const c = colours(isDark());
  for (const name of ["others", "drawn", "corners"]) made.sources[name] = emptySource();
  made.layers.push(
    { id: "others", type: "line", source: "others", paint: { "line-color": c.ink3, "line-width": 1.2, "line-dasharray": [4, 3] } },
    { id: "others-name", type: "symbol", source: "others", layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 11 },
      paint: { "text-color": c.ink2, "text-halo-color": c.halo, "text-halo-width": 1.4 } },
    { id: "drawn", type: "fill", source: "drawn", paint: { "fill-color": c.pick, "fill-opacity": 0.16 } },
    { id: "drawn-edge", type: "line", source: "drawn", paint: { "line-color": c.pick, "line-width": 2 } },
    { id: "corners", type: "circle", source: "corners", paint: { "circle-radius": 6, "circle-color": c.raised, "circle-stroke-color": c.pick, "circle-stroke-width": 2.5 } },
  );
  return made;
});

function show() {
  if (!map?.getSource("corners")) return;
  const all = points();
  map.getSource("corners").setData(collection(all.map((at, no) => feature("Point", at, { no }))));
  const shape = !corners || all.length < 2 ? [] : [all.length < 3 ? feature("LineString", all) : feature("Polygon", ring(all))];
  map.getSource("drawn").setData(collection(shape));
  map.getSource("others").setData(collection(others.filter((other) => other.corners.length > 2)
    .map((other) => feature("Polygon", ring(other.corners.map(([y, x]) => [x, y])), { name: other.name }))));
  frame.dataset.drawn = String(all.length);
}

/** Where a new corner belongs: between the two to which it adds the least way. */
function placeFor(all, at) {
  if (all.length < 3) return all.length;
  const far = ([ax, ay], [bx, by]) => Math.hypot((ax - bx) * Math.cos((ay * Math.PI) / 180), ay - by);
  const more = all.map((from, no) => {
    const to = all[(no + 1) % all.length];
    return far(from, at) + far(at, to) - far(from, to);
  });
  return more.indexOf(Math.min(...more)) + 1;
}

function tap({ point, lngLat }) {
  const [near] = map.queryRenderedFeatures([[point.x - 6, point.y - 6], [point.x + 6, point.y + 6]], { layers: ["corners"] });
  const at = [lngLat.lng, lngLat.lat];
  if (!corners) return write([at]);
  const all = points();
  if (near) all.splice(near.properties.no, 1);
  else all.splice(placeFor(all, at), 0, at);
  return write(all);
}

/** A corner that is held moves with the pointer. */
function hold(event) {
  const no = event.features[0].properties.no;
  event.preventDefault();
  let hasMoved = false;
  const move = ({ lngLat }) => {
    hasMoved = true;
    const all = points();
    all[no] = [lngLat.lng, lngLat.lat];
    write(all);
  };
  map.on("mousemove", move);
  map.once("mouseup", () => {
    map.off("mousemove", move);
    // The click that ends a move would take the corner away.
    if (hasMoved) { map.off("click", tap); setTimeout(() => map.on("click", tap), 0); }
  });
}

if (map) {
  map.getCanvas().style.cursor = "crosshair";
  map.on("click", tap);
  map.on("mousedown", "corners", hold);
  map.on("style.load", show);
  const known = points();
  if (known.length) {
    const box = known.reduce((all, at) => all.extend(at), new maplibregl.LngLatBounds(known[0], known[0]));
    map.fitBounds(box, { padding: 60, maxZoom: 16, animate: false });
  }
  for (const field of [corners, lat, lon]) field?.addEventListener("input", show);
}
