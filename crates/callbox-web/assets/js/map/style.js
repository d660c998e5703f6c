// How the streets look, in light and dark: quiet ground, so that only what asks for an act stands out. The same
// colours as the map that the server draws (css/map.css).

const LIGHT = {
  land: "#f1f2ee", green: "#e2eadc", water: "#cbdde5", building: "#e1e2dd", buildingLine: "#d3d5cf", stream: "#b5cfdb", coast: "#8fb3c4",
  ferry: "#7d9fb1", rail: "#b3b6b3", path: "#cfcfc6", edge: "#c9cdc8", street: "#ffffff", road: "#ffffff", main: "#f3eedf", halo: "#f4f5f2",
  ink: "#14181a", ink2: "#474e50", ink3: "#646b6d", waterInk: "#3f6678", raised: "#ffffff", alarm: "#bd1a21", warn: "#8f5300", pick: "#0a6479",
};
const DARK = {
  land: "#161b1f", green: "#18231d", water: "#10242e", building: "#20272c", buildingLine: "#2a3238", stream: "#173643", coast: "#2d5a6d",
  ferry: "#3d6678", rail: "#414a51", path: "#2b3439", edge: "#0a0d0f", street: "#2c343a", road: "#38424a", main: "#47525b", halo: "#12161a",
  ink: "#e9edef", ink2: "#b3bcc2", ink3: "#89939a", waterInk: "#86aabb", raised: "#1a2025", alarm: "#ff6b66", warn: "#ffbf4d", pick: "#63c3dc",
};

/** Drawn by the browser from its own fonts: no font server is asked. */
export const FONT = ["Noto Sans", "Segoe UI", "Liberation Sans", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif"];

export const colours = (isDark) => (isDark ? DARK : LIGHT);

const of = (...kinds) => ["in", ["get", "kind"], ["literal", kinds]];
const wide = (near, far) => ["interpolate", ["exponential", 1.6], ["zoom"], 9, far, 14, near * 0.45, 18, near * 3];

/** The style: `base` is the origin, `isChinese` prefers Chinese names. */
export function style({ base, bounds, isDark, isChinese }) {
  const c = colours(isDark);
  const name = isChinese ? ["coalesce", ["get", "name_zh"], ["get", "name"]] : ["get", "name"];
  const line = (id, layer, filter, paint, extra = {}) => ({
    id, type: "line", source: "streets", "source-layer": layer, filter, paint, layout: { "line-cap": "round", "line-join": "round" }, ...extra,
  });
  const area = (id, layer, paint) => ({ id, type: "fill", source: "streets", "source-layer": layer, paint });
  const text = (id, layer, filter, layout, paint, extra = {}) => ({
    id, type: "symbol", source: "streets", "source-layer": layer, filter,
    layout: { "text-field": name, "text-font": FONT, "text-size": 11, ...layout },
    paint: { "text-color": c.ink2, "text-halo-color": c.halo, "text-halo-width": 1.4, ...paint }, ...extra,
  });
  const roads = [["street", 6, 0.4, c.street], ["road", 9, 0.8, c.road], ["main", 11, 1.4, c.main], ["motorway", 11, 1.8, c.main]];
  return {
    version: 8,
    sources: {
      streets: { type: "vector", tiles: [`${base}/tiles/{z}/{x}/{y}.mvt`], minzoom: 6, maxzoom: 15, bounds, attribution: "© OpenStreetMap contributors" },
    },
    layers: [
      { id: "land", type: "background", paint: { "background-color": c.land } },
      area("green", "landuse", { "fill-color": c.green }),
      area("water", "water", { "fill-color": c.water }),
      line("stream", "waterway", of("stream"), { "line-color": c.stream, "line-width": 1.6 }),
      line("coast", "waterway", of("coast"), { "line-color": c.coast, "line-width": 1.6 }),
      { ...area("building", "building", { "fill-color": c.building, "fill-outline-color": c.buildingLine }), minzoom: 14 },
      line("ferry", "rail", of("ferry"), { "line-color": c.ferry, "line-width": 1.2, "line-dasharray": [5, 3] }),
      line("rail", "rail", of("rail"), { "line-color": c.rail, "line-width": 1.4, "line-dasharray": [5, 2] }),
      line("path", "road", of("path"), { "line-color": c.path, "line-width": 1, "line-dasharray": [3, 2] }, { minzoom: 14 }),
      // All edges first: where streets meet, no edge runs across.
      ...roads.map(([kind, near, far]) => line(`${kind}-edge`, "road", of(kind), { "line-color": c.edge, "line-width": wide(near * 1.25 + 1, far * 1.6 + 0.2) })),
      ...roads.map(([kind, near, far, colour]) => line(kind, "road", of(kind), { "line-color": colour, "line-width": wide(near, far) })),
      { id: "hydrant", type: "circle", source: "streets", "source-layer": "poi", filter: of("hydrant"), minzoom: 16,
        paint: { "circle-radius": ["interpolate", ["linear"], ["zoom"], 16, 1.6, 18, 3.4], "circle-color": c.halo, "circle-stroke-color": c.ink3, "circle-stroke-width": ["interpolate", ["linear"], ["zoom"], 16, 0.9, 18, 1.4] } },
      text("house-number", "house_number", true, { "text-size": 9 }, { "text-color": c.ink3 }, { minzoom: 16.5 }),
      text("stream-name", "waterway", ["has", "name"], { "symbol-placement": "line" }, { "text-color": c.waterInk }),
      text("street-name", "road", ["all", ["has", "name"], of("street", "road", "main", "motorway")],
        { "symbol-placement": "line", "symbol-spacing": 320 }, {}, { minzoom: 13 }),
      { id: "station", type: "symbol", source: "streets", "source-layer": "poi", filter: of("station", "hospital"), minzoom: 12,
        layout: { "icon-image": ["concat", "place-", ["get", "kind"]], "icon-allow-overlap": true, "text-field": name, "text-font": FONT, "text-size": 11,
          "text-anchor": "top", "text-offset": [0, 0.8], "text-optional": true },
        paint: { "text-color": c.ink2, "text-halo-color": c.halo, "text-halo-width": 1.4 } },
      text("place-name", "place", true, { "text-size": 13, "text-max-width": 8 }, { "text-color": c.ink }),
    ],
  };
}

/** The first layer of streets: shading lies below it, so that streets and names stay readable. */
export const STREETS_FROM = "path";

/** What lies between the land and the streets. */
export const groundLayers = () => [
  { id: "cover", type: "fill", source: "cover", paint: { "fill-pattern": ["concat", "cover-", ["get", "cover"]], "fill-antialias": false } },
];

/** What the dispatch floor puts on top; the data comes from live.js. */
export function liveLayers(isDark) {
  const c = colours(isDark);
  const label = { "text-font": FONT, "text-size": 12, "text-anchor": "left", "text-offset": [1.6, 0], "text-optional": true };
  const halo = { "text-color": c.ink, "text-halo-color": c.halo, "text-halo-width": 1.8 };
  const round = { "line-cap": "round", "line-join": "round" };
  return [
    { id: "closures-edge", type: "line", source: "closures", layout: round, paint: { "line-color": c.halo, "line-width": 8 } },
    { id: "closures", type: "line", source: "closures", paint: { "line-color": c.ink, "line-width": 5, "line-dasharray": [0.5, 1] } },
    { id: "closing-edge", type: "line", source: "closing", layout: round, paint: { "line-color": c.halo, "line-width": 9 } },
    { id: "closing", type: "line", source: "closing", paint: { "line-color": c.pick, "line-width": 5, "line-dasharray": [0.5, 1] } },
    { id: "closing-points", type: "circle", source: "closing-points", paint: { "circle-radius": 6, "circle-color": c.raised, "circle-stroke-color": c.pick, "circle-stroke-width": 2.5 } },
    { id: "ways-edge", type: "line", source: "ways", layout: round, paint: { "line-color": c.halo, "line-width": 8, "line-opacity": 0.9 } },
    { id: "ways", type: "line", source: "ways", layout: round, paint: { "line-color": c.pick, "line-width": 4 } },
    { id: "ways-name", type: "symbol", source: "ways", layout: { "symbol-placement": "line-center", "text-field": ["get", "label"], "text-font": FONT, "text-size": 12, "text-offset": [0, 1.1], "text-allow-overlap": true },
      paint: { "text-color": c.pick, "text-halo-color": c.halo, "text-halo-width": 2 } },
    { id: "closure-marks", type: "symbol", source: "closure-marks", layout: { "icon-image": "place-closed", "icon-allow-overlap": true, "text-field": ["get", "label"], ...label, "text-size": 11 },
      paint: { ...halo, "text-color": c.ink2 } },
    { id: "incidents", type: "symbol", source: "incidents",
      layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "text-field": ["get", "label"], ...label, "symbol-sort-key": ["get", "order"] }, paint: halo },
    { id: "units", type: "symbol", source: "units",
      layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "text-field": ["get", "label"], ...label }, paint: { ...halo, "icon-opacity": ["get", "opacity"] } },
    { id: "picked", type: "circle", source: "picked", paint: { "circle-radius": 15, "circle-opacity": 0, "circle-stroke-color": c.pick, "circle-stroke-width": 2.5 } },
  ];
}

/** The sources that live.js fills. */
export const liveSources = ["cover", "closures", "closure-marks", "closing", "closing-points", "ways", "incidents", "units", "picked"];
