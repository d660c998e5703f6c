// The map as a pane of the board: its own page in a frame, which is there only while the pane is shown. So the board loads
// nothing of it and keeps its policy, and a map that nobody sees costs nothing. The stream is the one of the shared worker.
import { t } from "./boot.js";
import { by, el } from "./dom.js";
import { onSelect, select, selectedIncident } from "./incidents.js";

const box = by("map-pane");
const pane = box?.closest(".pane");
let frame = null;
/** What the map chose itself is not told to it again. */
let told = null;

function follow() {
  if (pane.hidden) {
    frame?.remove();
    frame = null;
  } else if (!frame) {
    const id = selectedIncident();
    frame = el("iframe", { src: `/map?pane=board${id === null ? "" : `&incident=${id}`}`, title: t("nav.map") });
    box.append(frame);
  }
}

export function initMapPane() {
  if (!box) return;
  new MutationObserver(follow).observe(pane, { attributeFilter: ["hidden"] });
  onSelect(() => {
    const id = selectedIncident();
    if (id !== told) frame?.contentWindow.postMessage({ kind: "pick", incident: id }, location.origin);
    told = null;
  });
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== location.origin || source !== frame?.contentWindow || data?.kind !== "picked") return;
    told = data.incident;
    select(data.incident);
  });
  follow();
}
