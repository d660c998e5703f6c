// The wallboard: figures of the whole room, asked for every two seconds. Nothing on it can be chosen.
import { t } from "./boot.js";
import { learn, now, setTimeZone, span, time } from "./clock.js";
import { by, el, setText } from "./dom.js";

const EVERY_MS = 2000;
const OLD_S = 10;
let heard = performance.now();
let last = null;

async function ask() {
  try {
    const answer = await fetch("/api/v1/wall", { headers: { Accept: "application/json" } });
    if (answer.status === 401) { location.assign("/sign-in?next=/wall"); return; }
    if (!answer.ok) return;
    last = await answer.json();
    heard = performance.now();
    learn(last.at_ms);
    draw();
  } catch { /* the line that says how old it is speaks for itself */ }
}

// The wall shows the center's time, wherever its screen thinks it stands.
setTimeZone(by("wall-clock").dataset.zone);

const since = (ms) => span(now() - ms);

function tile(row) {
  const age = row.since === null ? 0 : (now() - row.since) / 1000;
  const state = row.waiting === 0 ? "none" : age >= (row.alarm_seconds ?? Infinity) ? "alarm" : age >= (row.warn_seconds ?? Infinity) ? "warn" : "some";
  return el("div", { class: "wall-tile", "data-state": state },
    el("span", { class: "wall-rank", text: `${row.priority} ${row.label}` }),
    el("b", { text: String(row.waiting) }),
    el("span", { class: "wall-longest", text: row.since === null ? "" : since(row.since) }));
}

function line(row) {
  return el("tr", { "data-waiting": String(row.units === 0) },
    el("td", { class: "wall-no", text: `#${row.incident}` }),
    el("td", {}, el("span", { class: "rank", "data-rank": String(row.rank), text: row.priority ?? "–" })),
    el("td", { text: row.label ?? "–" }),
    el("td", { text: row.block ?? "" }),
    el("td", { class: "number", text: row.units === 0 ? t("wall.waits") : String(row.units) }),
    el("td", { class: "number", text: since(row.received) }));
}

function kept(row) {
  const met = row.share === null ? "none" : row.share * 100 >= row.percent ? "met" : "short";
  return el("div", { class: "wall-kept", "data-state": met },
    el("span", { text: row.label }),
    el("b", { text: row.share === null ? "–" : `${Math.round(row.share * 100)} %` }),
    el("small", { text: t("wall.asked", { percent: row.percent, span: span(row.seconds * 1000), n: row.n }) }));
}

function draw() {
  if (!last) return;
  setText(by("wall-clock"), time(now()));
  by("wall-waiting").replaceChildren(...last.waiting.map(tile));
  setText(by("wall-open"), String(last.open));
  setText(by("wall-free"), `${last.free} / ${last.units}`);
  setText(by("wall-alarms"), String(last.alarms));
  by("wall-alarms-box").dataset.state = last.alarms ? "alarm" : "none";
  by("wall-types").replaceChildren(...last.types.map((row) => el("li", { "data-state": row.free ? "some" : "none" },
    el("span", { text: row.type }), el("b", { text: `${row.free}/${row.units}` }))));
  by("wall-today").replaceChildren(...last.today.map(kept));
  by("wall-incidents").replaceChildren(...last.incidents.map(line));
}

setInterval(ask, EVERY_MS);
setInterval(() => {
  draw();
  const silent = (performance.now() - heard) / 1000;
  const old = by("old");
  old.hidden = silent < OLD_S;
  document.body.classList.toggle("is-old", silent >= OLD_S);
  if (!old.hidden) setText(by("old-text"), t("map.old", { span: span(silent * 1000) }));
}, 1000);
await ask();
