// What every map of the pages begins with: the library's worker, the policy that lets only it in, light and dark.
import { t, locale } from "../boot.js";
import { el } from "../dom.js";
import { style } from "./style.js";

const dark = matchMedia("(prefers-color-scheme: dark)");

/** Whether the page is dark now. */
export const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";

/**
 * Opens a map in `frame`, which says `data-bounds`, `data-view` (what is shown first) and `data-worker`; `dress` adds sources and layers to the style.
 * Gives null, and says why in the frame, where there are no streets or no WebGL.
 */
export function openMap(frame, dress) {
  const bounds = JSON.parse(frame.dataset.bounds ?? "null");
  const view = JSON.parse(frame.dataset.view ?? "null") ?? bounds;
  const say = (text) => { frame.replaceChildren(el("p", { class: "empty", text })); return null; };
  if (!bounds) return say(t("map.no_streets"));
  // The policy lets one more address be a worker: the library's own.
  const worker = frame.dataset.worker;
  globalThis.trustedTypes?.createPolicy("default", {
    createScriptURL: (url) => (url === worker ? url : null),
    // The scale bar writes its length so; nothing else of the library writes markup here.
    createHTML: (html) => (/^[\d.,]+&nbsp;(m|km)$/.test(html) ? html : null),
  });
  maplibregl.setWorkerUrl(worker);
  const look = () => dress(style({ base: location.origin, bounds, isDark: isDark(), isChinese: locale.startsWith("zh") }));
  let map = null;
  try {
    map = new maplibregl.Map({
      container: frame, style: look(), bounds: view, maxBounds: widened(bounds), minZoom: 6, maxZoom: 20, attributionControl: false,
      dragRotate: false, pitchWithRotate: false, fadeDuration: 0, locale: words(),
    });
  } catch {
    return say(t("map.no_webgl"));
  }
  map.touchZoomRotate.disableRotation();
  map.addControl(new maplibregl.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(new maplibregl.ScaleControl());
  // For whoever waits for the picture: units that move at every moment do not make it unfinished.
  const state = (text) => { frame.dataset.state = text; };
  map.on("dataloading", ({ sourceId }) => { if (sourceId === "streets" || !sourceId) state("loading"); });
  map.on("movestart", () => state("loading"));
  map.on("render", () => { if (!map.isMoving() && map.getSource("streets") && map.isSourceLoaded("streets")) state("idle"); });
  const restyle = () => map.setStyle(look(), { diff: false });
  dark.addEventListener("change", restyle);
  new MutationObserver(restyle).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return map;
}

/** Half a map's width around it: enough for neighbours, not enough to get lost. */
function widened([west, south, east, north]) {
  const [across, up] = [(east - west) * 0.75 + 0.05, (north - south) * 0.75 + 0.05];
  return [west - across, Math.max(-85, south - up), east + across, Math.min(85, north + up)];
}

const words = () => ({ "NavigationControl.ZoomIn": t("map.nearer"), "NavigationControl.ZoomOut": t("map.farther"), "Map.Title": t("nav.map") });

/** Puts an empty source of features into a style. */
export const emptySource = () => ({ type: "geojson", data: { type: "FeatureCollection", features: [] } });
