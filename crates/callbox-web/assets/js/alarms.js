// What asks for an action now: crews in need first, then the oldest. An alarm stays until what it
// asks for was done; acknowledging it silences it and tells the others that somebody is on it.
import { rights, t } from "./boot.js";
import { heard, ringFor } from "./alerts.js";
import { everySecond, now, span, time } from "./clock.js";
import { act } from "./commands.js";
import { arrange, by, el, setAttr, setText } from "./dom.js";
import { select } from "./incidents.js";
import { focusLine, quoted } from "./line.js";
import { alarms, incidents, onChange } from "./store.js";
import { openUnit } from "./parts.js";

/** How many stand in the strip beside crews in need, who all do; the rest is counted until somebody asks for it. */
const SHOWN = 4;
const strip = by("alarms");
const list = by("alarm-list");
const more = by("alarm-more");
let isWhole = false;
const rows = new Map();
let known = null;
/** Which alarms lasted when it was last looked. */
let lasting = [];

/** What the alarm says, in words. */
function words(alarm) {
  const about = [alarm.unit, alarm.incident ? `#${alarm.incident}` : null].filter(Boolean).join(" ");
  const what = alarm.cause === "clock" ? `${alarm.clock_label}: ${t("alarm.clock")}`
    : alarm.cause === "emergency" ? `${t("alarm.emergency")} (${t(`emergency.${alarm.emergency}`)})` : t(`alarm.${alarm.cause}`);
  // Nobody knows numbers by heart: what and where follows.
  const row = incidents.get(alarm.incident);
  const more = row ? [row.type_label ?? row.type, row.place].filter(Boolean).join(", ") : "";
  if (alarm.cause === "next") return [t("alarm.next.about", alarm), more].filter(Boolean).join(" · ");
  // A question is one of its own.
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

const firstUnheard = () => [...alarms.values()].find((alarm) => !alarm.acknowledged_at);

/** The key for it: the first that nobody has acknowledged. */
export function acknowledgeFirst() {
  const first = firstUnheard();
  if (first) acknowledge(first.id);
}

/** What stands in the strip: no crew in need is left out, nor what the key acknowledges next. */
function shownNow() {
  const all = [...alarms.values()];
  const first = firstUnheard();
  const few = all.filter((alarm, at) => at < SHOWN || alarm.cause === "emergency" || alarm === first);
  more.hidden = few.length === all.length;
  setText(more, isWhole ? t("alarm.fewer") : t("alarm.more", { n: all.length - few.length }));
  setAttr(more, "aria-expanded", String(isWhole));
  return isWhole ? all : few;
}

more.addEventListener("click", () => {
  isWhole = !isWhole;
  arrange(list, shownNow().map(patch));
  ages(now());
});

function ages(at) {
  for (const { alarm, age } of rows.values()) setText(age, span(at - alarm.raised));
}

onChange((changed) => {
  if (!changed.all && !changed.alarms) return;
  const shown = shownNow();
  for (const id of lasting) if (!alarms.has(id)) { rows.delete(id); heard(`alarm-${id}`); }
  lasting = [...alarms.keys()];
  arrange(list, shown.map(patch));
  strip.hidden = shown.length === 0;
  ages(now());
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
