// What asks for an action now: crews in need first, then the oldest. An alarm stays until that was done;
// acknowledging silences it and tells the others that somebody is on it.
import { rights, t } from "./boot.js";
import { heard, ringFor } from "./alerts.js";
import { everySecond, now, span, time } from "./clock.js";
import { act } from "./commands.js";
import { arrange, by, el, setAttr, setText } from "./dom.js";
import { select } from "./incidents.js";
import { focusLine, quoted } from "./line.js";
import { alarms, incidents, onChange } from "./store.js";
import { openUnit } from "./parts.js";

/** How many stand in the strip; the count opens the rest. */
const SHOWN = 4;
const strip = by("alarms");
const list = by("alarm-list");
const more = by("alarm-more");
let isWhole = false;
const rows = new Map();
let known = null;
let lasting = [];

function words(alarm) {
  const about = [alarm.unit, alarm.incident ? `#${alarm.incident}` : null].filter(Boolean).join(" ");
  const what = alarm.cause === "clock" ? `${alarm.clock_label}: ${t("alarm.clock")}`
    : alarm.cause === "emergency" ? `${t("alarm.emergency")} (${t(`emergency.${alarm.emergency}`)})` : t(`alarm.${alarm.cause}`);
  const row = incidents.get(alarm.incident);
  const more = row ? [row.type_label ?? row.type, row.place].filter(Boolean).join(", ") : "";
  if (alarm.cause === "next") return [t("alarm.next.about", alarm), more].filter(Boolean).join(" · ");
  return [alarm.cause === "welfare" ? `${about}: ${what}` : `${about} ${what}`, more].filter(Boolean).join(" · ");
}

const unitPath = (alarm, verb) => `/units/${encodeURIComponent(alarm.unit)}/${verb}`;

function make(alarm) {
  const at = el("time", { text: time(alarm.raised) });
  const about = el("button", { type: "button", class: "about", text: words(alarm), onclick: () => { if (alarm.incident) select(alarm.incident); else openUnit(alarm.unit); } });
  const action = el("span", { class: "action", text: alarm.action ?? "" });
  const age = el("span", { class: "age" });
  const buttons = [];
  if (alarm.cause === "welfare" && rights.status) {
    buttons.push(el("button", { type: "button", class: "button", text: t("welfare.well"), onclick: (event) =>
      act([event.currentTarget], unitPath(alarm, "well"), { incident: alarm.incident }, t("say.well", { unit: alarm.unit })) }));
  }
  if (alarm.cause === "emergency" && rights.status) {
    buttons.push(el("button", { type: "button", class: "button", text: t("emergency.end"), onclick: () => openUnit(alarm.unit) }));
  }
  if (alarm.cause === "next" && rights.dispatch) {
    buttons.push(el("button", { type: "button", class: "button", text: t("alarm.next.send"), onclick: () => focusLine(`D ${quoted(alarm.unit)} #${alarm.incident}`) }));
  }
  const ack = rights.acknowledge ? el("button", { type: "button", class: "button ack", text: t("alarm.acknowledge"), onclick: () => acknowledge(alarm.id) }) : null;
  const row = el("li", { class: "alarm" }, at, about, action, age, ...buttons, ack);
  return { row, about, age, ack };
}

function patch(alarm) {
  let made = rows.get(alarm.id);
  if (!made) rows.set(alarm.id, (made = make(alarm)));
  made.alarm = alarm;
  setAttr(made.row, "data-cause", alarm.cause);
  setAttr(made.row, "data-acknowledged", alarm.acknowledged_at ? "yes" : null);
  setAttr(made.row, "data-escalated", alarm.escalated ? "yes" : null);
  if (made.ack) made.ack.hidden = Boolean(alarm.acknowledged_at);
  setText(made.about, words(alarm) + (alarm.escalated && !alarm.acknowledged_at ? ` · ${t("alarm.escalated")}` : ""));
  return made.row;
}

async function acknowledge(id) {
  const made = rows.get(id);
  if (!made?.ack) return;
  await act([made.ack], `/alarms/${id}/acknowledge`, {}, t("say.acknowledged"));
}

const untaken = () => [...alarms.values()].find((alarm) => !alarm.acknowledged_at);

/** The key for it: the first that nobody has acknowledged. */
export function acknowledgeFirst() {
  const first = untaken();
  if (first) acknowledge(first.id);
}

/** No crew in need is left out, nor what the key acknowledges next. */
function draw() {
  const first = untaken();
  const shown = [...alarms.values()].filter((alarm, at) => isWhole || at < SHOWN || alarm.cause === "emergency" || alarm === first);
  const left = alarms.size - shown.length;
  arrange(list, shown.map(patch));
  more.hidden = !left;
  setText(more, t("alarm.more", { n: left }));
  ages(now());
}

more.addEventListener("click", () => { isWhole = true; draw(); });

function ages(at) {
  for (const { alarm, age } of rows.values()) setText(age, span(at - alarm.raised));
}

onChange((changed) => {
  if (!changed.all && !changed.alarms) return;
  for (const id of lasting) if (!alarms.has(id)) { rows.delete(id); heard(`alarm-${id}`); }
  lasting = [...alarms.keys()];
  if (!alarms.size) isWhole = false;
  strip.hidden = !alarms.size;
  draw();
  // What is new is said once; a change of an old one announces nothing.
  const isFirst = known === null;
  const fresh = [...alarms.values()].filter((alarm) => !alarm.acknowledged_at && !known?.has(`${alarm.id} ${alarm.raised}`));
  known = new Set([...alarms.values()].map((alarm) => `${alarm.id} ${alarm.raised}`));
  if (!isFirst && fresh.length) setText(by("alarm-said"), fresh.map(words).join("; "));
  for (const alarm of alarms.values()) {
    if (alarm.acknowledged_at || alarm.cause === "waiting") heard(`alarm-${alarm.id}`);
    else if (!isFirst && fresh.includes(alarm)) ringFor(`alarm-${alarm.id}`, alarm.cause === "emergency" ? 1 : 2);
  }
});

everySecond(ages);
