// What the plans would send: units with their arrival and reasons, what is missing, and why not others.
import { rights, t } from "./boot.js";
import { act } from "./commands.js";
import { el } from "./dom.js";
import { onChange } from "./store.js";

/** So often it is asked for anew while units move and change, in milliseconds. */
const ASK_AFTER = 3000;
/** And so often while the incident itself changes. */
const SOON = 400;

const clock = (seconds) => (seconds === null ? "?" : `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`);
const words = (table, { code, values }) => (code === "on-incident" && values.incident === "#0" ? t("why.on-others") : t(`${table}.${code}`, values));

/** What a requirement asks for, as the page of the plans writes it. */
function needs({ count, types, skills, equipment, crew, seats }) {
  const [first, ...others] = types;
  const more = [
    ...others.map((choice) => t("plans.or", { type: choice.type, seconds: choice.later_seconds })),
    ...Object.entries(skills).map(([skill, n]) => `${n} ${skill}`),
    ...equipment,
    ...(crew ? [t("plans.crew", { n: crew })] : []),
    ...(seats ? [t("plans.seats", { n: seats })] : []),
  ];
  return `${count} ${first.type}${more.length ? ` (${more.join(", ")})` : ""}`;
}

export class Suggestion {
  /** `place` tells two of them on one page apart: "panel", "call". */
  constructor(id, place = "panel") {
    this.id = id;
    this.place = place;
    this.known = null;
    /** Whether the incident is on the map; only then does anybody drive there in a known time. */
    this.isPlaced = true;
    this.text = null;
    this.list = el("ul", { class: "suggested" });
    this.plan = el("p", { class: "plan" });
    this.buttons = el("div", { class: "row-of" });
    this.why = el("details", { class: "why-not", ontoggle: () => this.renderOthers() }, el("summary", { text: t("suggest.why_not") }), el("ul", {}));
    this.root = el("section", { class: "suggestion", "aria-label": t("suggest"), hidden: true }, el("h3", { text: t("suggest") }), this.plan, this.list, this.buttons, this.why);
    this.timer = null;
    this.asked = 0;
  }

  /** Asks anew; not more often than every three seconds, or `apart` milliseconds where the incident itself changed. */
  want(apart = ASK_AFTER) {
    if (!this.root || (this.timer && apart === ASK_AFTER)) return;
    clearTimeout(this.timer);
    const after = Math.max(0, this.asked + apart - Date.now());
    this.timer = setTimeout(() => { this.timer = null; this.ask(); }, after);
  }

  async ask() {
    this.asked = Date.now();
    let response;
    try {
      response = await fetch(`/api/v1/incidents/${this.id}/recommendation`, { headers: { Accept: "application/json" } });
    } catch { return; }
    if (!this.root.isConnected) return;
    const text = response.ok ? await response.text() : "null";
    // The same answer as before but for its time, as most are: what stands there stays.
    const told = `${this.isPlaced} ${text.replace(/"at":"[^"]*"/, "")}`;
    if (told === this.text) return;
    this.text = told;
    this.known = JSON.parse(text);
    this.render();
    this.onKnown?.();
  }

  render() {
    const { known } = this;
    this.root.hidden = !known;
    if (!known) return;
    const { plan, alarm, alarms, suggested, shortfalls, requirements, done } = known;
    this.plan.textContent = plan ? t("suggest.plan", { plan, alarm, alarms }) : t("suggest.no_plan");
    // An alarm is met once: who did its work there is not sent for again by itself.
    if (done.length) this.plan.append(" · ", t("suggest.done", { units: done.map((one) => one.unit).join(", ") }));
    // Said once, not for each unit.
    const noDrives = suggested.length > 1 && suggested.every((one) => one.drive === "unknown");
    this.noDrives = noDrives;
    if (plan && noDrives) this.plan.append(" · ", el("b", { text: t(this.isPlaced ? "suggest.no_drives" : "suggest.no_place") }));
    const items = suggested.map((one) => el("li", {},
      el("b", { text: one.unit }), " ", el("span", { class: "time", text: clock(one.eta_seconds) }),
      ...one.notes.filter((note) => !noDrives || note.code !== "no-drive").map((note) => el("small", { text: ` · ${words("note", note)}` })),
      ...(one.detour ? [el("small", { text: ` · ${t("suggest.detour", { streets: one.detour.around.join(", "), without: clock(one.detour.seconds_without) })}` })] : [])));
    items.push(...shortfalls.map((one) => el("li", { class: "missing" },
      el("b", { text: t("suggest.missing", { n: one.missing, what: needs(requirements[one.requirement]) }) }),
      ...one.reasons.map((why) => el("small", { text: ` · ${why.count}× ${words("why", why)}` })))));
    if (plan && !items.length) items.push(el("li", { text: t(done.length ? "suggest.met" : "suggest.all_there") }));
    this.list.replaceChildren(...items);
    // In the call entry the form's own button sends them.
    if (this.place === "panel") this.renderButtons(alarm, alarms, suggested);
    this.why.hidden = this.others().length === 0;
    this.renderOthers();
  }

  /** The others; where nobody's drive is known, that is said once and not for each. */
  others() {
    const isSaid = ({ why }) => this.noDrives && why.every(({ code }) => code === "no-drive");
    return (this.known?.others ?? []).filter((one) => !isSaid(one));
  }

  /** Why not the others: hundreds of them, so only while somebody looks. */
  renderOthers() {
    const shown = this.why.open ? this.others() : [];
    this.why.lastChild.replaceChildren(...shown.map((one) => el("li", {},
      el("b", { text: one.unit }), `: ${one.why.map((why) => words("why", why)).join("; ")}`)));
  }

  renderButtons(alarm, alarms, suggested) {
    const focused = this.buttons.contains(document.activeElement) ? document.activeElement.id : null;
    const button = (name, level, props, ...children) => el("button", { type: "button", id: this.place === "panel" ? name : `${this.place}-${name}`, ...props, onclick: () => this.send(level) }, ...children);
    this.buttons.replaceChildren(
      ...(rights.dispatch && suggested.length ? [button("suggest-send", alarm, { class: this.isBack ? "button" : "button main" }, suggested.length === 1 ? t("suggest.send_one", { unit: suggested[0].unit }) : t("suggest.send", { n: suggested.length }), " ", el("kbd", { text: "Ctrl Enter", hidden: this.isBack }))] : []),
      ...(rights.dispatch && suggested.length && this.onChangeUnits ? [el("button", { type: "button", id: "suggest-change", class: "button", text: t("suggest.change"), onclick: () => this.onChangeUnits(suggested.map((one) => one.unit)) })] : []),
      ...(rights.dispatch && alarm < alarms ? [button("suggest-alarm", alarm + 1, { class: "button" }, t("suggest.alarm", { alarm: alarm + 1 }))] : []));
    if (focused) document.getElementById(focused)?.focus();
  }

  /** While others are named, the key and the first button are theirs. */
  stepBack(isBack) {
    if (Boolean(this.isBack) === isBack) return;
    this.isBack = isBack;
    if (this.known && this.place === "panel") this.renderButtons(this.known.alarm, this.known.alarms, this.known.suggested);
  }

  /** Whether there is something to send. */
  get isReady() {
    return Boolean(rights.dispatch && this.known?.suggested.length);
  }

  /** Sends what the plans suggest at that moment for an alarm. */
  async send(alarm) {
    const level = alarm ?? this.known.alarm;
    const units = level === this.known.alarm ? this.known.suggested.map((one) => one.unit).join(", ") : "…";
    const done = t("say.alarm", { alarm: level, units, id: this.id });
    if (await act([...this.buttons.children], `/incidents/${this.id}/alarm`, { alarm: level }, done)) this.ask();
  }
}

/** The suggestions that follow the units, by their place on the page. */
const followed = new Map();

/** Makes the suggestion of an incident the one that follows the units in its place; null ends it. */
export function follow(suggestion, place = "panel") {
  followed.set(place, suggestion);
}

onChange((changed) => {
  for (const one of followed.values()) {
    if (!one) continue;
    // What was sent just now must not stand there as what is to be sent.
    if (changed.incidents.has(one.id)) one.want(SOON);
    else if (changed.all || changed.units.size) one.want();
  }
});
