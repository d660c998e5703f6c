// The live board. Data flows one way: stream -> store -> panes; commands go to the server only.
import "./alarms.js";
import { initAlerts } from "./alerts.js";
import { initCall } from "./call.js";
import { t } from "./boot.js";
import { everySecond, learn, now, number, setTimeZone, span, time } from "./clock.js";
import { by, setAttr, setText } from "./dom.js";
import { initFilter, selectedIncident, select } from "./incidents.js";
import { initKeys } from "./keys.js";
import { focusLine, initLine } from "./line.js";
import { connect } from "./live.js";
import { onPalette } from "./palette.js";
import { initMapPane } from "./map-pane.js";
import { choosePanes, initPanes } from "./panes.js";
import { initParts } from "./parts.js";
import "./selected.js";
import "./undo.js";
import { config, incidents, isWaiting, loadClosed, onChange, openCount, position, units, urgency } from "./store.js";
import { Sync, fetchBoard } from "./sync.js";
import { initUnitFilter } from "./units.js";

/** Seconds without a sign of life after which the board is called old; the server beats every 2. */
const OLD_AFTER = 10;
const title = document.title;
let heard = performance.now();
/** An act that was chosen on another page; the address forgets it as soon as a view is set. */
const begun = /^#line=([^&]{1,40})$/.exec(location.hash);
let startAt = null;

const sync = new Sync(fetchBoard, (board) => {
  heard = performance.now();
  learn(board.at_ms);
  setTimeZone(board.center.timezone);
  startAt(board.seq);
  loadHistory();
});

/** What was closed last; nothing depends on it. */
async function loadHistory() {
  try {
    const response = await fetch("/api/v1/history?limit=12", { headers: { Accept: "application/json" } });
    if (response.ok) loadClosed((await response.json()).incidents);
  } catch { /* the board works without */ }
}

function tell({ kind, text, closed }) {
  if (kind === "down") {
    // A stream that the server refused: perhaps the session has ended. If the server is not reachable, the bar says so.
    if (closed) fetchBoard();
    return;
  }
  heard = performance.now();
  // Where units are is the map's matter.
  if (kind === "positions") return;
  const data = JSON.parse(text);
  learn(data.at);
  if (kind === "change") sync.change(data);
  else if (kind === "reset") sync.load();
  else sync.beat(data);
  if (kind === "beat") by("glass-broken")?.toggleAttribute("hidden", !data.glass);
  if (kind === "beat") by("record-troubled")?.toggleAttribute("hidden", !data.troubled);
}

function gauges(at) {
  let waits = 0;
  let longest = null;
  let call = null;
  const first = config.priorities.reduce((best, each) => (best && best.rank <= each.rank ? best : each), null);
  for (const row of incidents.values()) {
    if (!isWaiting(row)) continue;
    waits += 1;
    const state = urgency(row, at).call;
    if (state === "alarm" || (state === "warn" && call === null)) call = state;
    if (row.rank === first?.rank) longest = Math.max(longest ?? 0, at - row.received);
  }
  let free = 0;
  for (const unit of units.values()) if (unit.meaning === "available") free += 1;
  setText(by("g-waiting"), waits);
  setText(by("g-longest"), longest === null ? "–" : span(longest));
  setAttr(by("g-longest").parentNode, "data-call", longest === null ? null : call);
  setText(by("g-longest").previousElementSibling, t("gauge.longest", { p: first?.code ?? "1" }));
  setText(by("g-open"), openCount());
  const named = waits ? `(${waits}) ${title}` : title;
  if (document.title !== named) document.title = named;
  setText(by("g-free"), free);
  setText(by("g-units"), `/${units.size}`);
  setText(by("ledger-at"), number(position.seq));
}

everySecond((at) => {
  setText(by("clock"), time(at));
  const age = Math.floor((performance.now() - heard) / 1000);
  const isOld = age >= OLD_AFTER;
  by("old").hidden = !isOld;
  document.body.classList.toggle("is-old", isOld);
  if (isOld) setText(by("old-text"), t("old", { seconds: age }));
  setText(by("live-text"), isOld ? t("live.no") : t("live.age", { seconds: age }));
  setAttr(by("live"), "data-live", isOld ? "no" : "yes");
  if (sync.isLoaded) gauges(at);
});

onChange((changed) => { if (changed.all) gauges(now()); });

initFilter();
initUnitFilter();
initCall();
initAlerts();
initKeys();
initPanes();
initMapPane();
initLine();
onPalette("line", (line, isWhole) => focusLine(isWhole ? line : `${line} `));
onPalette("panes", choosePanes);
startAt = await connect(tell);
await sync.load();
if (selectedIncident() === null) by("incidents").focus({ preventScroll: true });
else select(selectedIncident());
if (location.hash === "#layouts") by("layouts").click();
if (begun) focusLine(`${decodeURIComponent(begun[1])} `);
// What is not needed at once comes when the board stands.
initParts();
