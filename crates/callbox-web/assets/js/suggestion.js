// What the plans would send: units with their arrival and reasons, what is missing, and why not others.
import { rights, t } from "./boot.js";
import { act } from "./commands.js";
import { el } from "./dom.js";
import { onChange } from "./store.js";

/** So often it is asked for anew while units move and change, in milliseconds. */
const ASK_AFTER = 3000;

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
    /** How many units have done their work there already: what is suggested then is no longer what has to be done next. */
    this.cleared = 0;
    this.text = null;
    this.list = el("ul", { class: "suggested" });
    this.plan = el("p", { class: "plan" });
    this.buttons = el("div", { class: "row-of" });
    this.why = el("details", { class: "why-not", ontoggle: () => this.renderOthers() }, el("summary", { text: t("suggest.why_not") }), el("ul", {}));
    this.root = el("section", { class: "suggestion", "aria-label": t("suggest"), hidden: true }, el("h3", { text: t("suggest") }), this.plan, this.list, this.buttons, this.why);
    this.timer = null;
    this.asked = 0;
  }

  /** Asks anew; not more often than every three seconds. */
  want() {
    if (this.timer || !this.root) return;
    const after = Math.max(0, this.asked + ASK_AFTER - Date.now());
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
    // The same answer as before, as most are: what stands there stays.
    const told = `${this.cleared} ${text}`;
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
    const { plan, alarm, alarms, suggested, shortfalls, requirements, others } = known;
    this.plan.textContent = plan ? t("suggest.plan", { plan, alarm, alarms }) : t("suggest.no_plan");
    if (this.cleared && suggested.length) this.plan.append(" · ", t("suggest.again", { n: this.cleared }));
    // Said once, not for each unit.
    const noDrives = suggested.length > 1 && suggested.every((one) => one.drive === "unknown");
    if (plan && noDrives) this.plan.append(" · ", el("b", { text: t("suggest.no_drives") }));
    const items = suggested.map((one) => el("li", {},
      el("b", { text: one.unit }), " ", el("span", { class: "time", text: clock(one.eta_seconds) }),
      ...one.notes.filter((note) => !noDrives || note.code !== "no-drive").map((note) => el("small", { text: ` · ${words("note", note)}` })),
      ...(one.detour ? [el("small", { text: ` · ${t("suggest.detour", { streets: one.detour.around.join(", "), without: clock(one.detour.seconds_without) })}` })] : [])));
    items.push(...shortfalls.map((one) => el("li", { class: "missing" },
      el("b", { text: t("suggest.missing", { n: one.missing, what: needs(requirements[one.requirement]) }) }),
      ...one.reasons.map((why) => el("small", { text: ` · ${why.count}× ${words("why", why)}` })))));
    if (plan && !items.length) items.push(el("li", { text: t("suggest.all_there") }));
    this.list.replaceChildren(...items);
    // In the call entry the form's own button sends them.
    if (this.place === "panel") this.renderButtons(alarm, alarms, suggested);
    this.why.hidden = others.length === 0;
    this.renderOthers();
  }

  /** Why not the others: hundreds of them, so only while somebody looks. */
  renderOthers() {
    const shown = this.why.open ? this.known?.others ?? [] : [];
    this.why.lastChild.replaceChildren(...shown.map((one) => el("li", {},
      el("b", { text: one.unit }), `: ${one.why.map((why) => words("why", why)).join("; ")}`)));
  }

  renderButtons(alarm, alarms, suggested) {
    const focused = this.buttons.contains(document.activeElement) ? document.activeElement.id : null;
    const button = (name, level, props, ...children) => el("button", { type: "button", id: this.place === "panel" ? name : `${this.place}-${name}`, ...props, onclick: () => this.send(level) }, ...children);
    this.buttons.replaceChildren(
      ...(rights.dispatch && suggested.length ? [button("suggest-send", alarm, { class: this.cleared ? "button" : "button main" }, suggested.length === 1 ? t("suggest.send_one", { unit: suggested[0].unit }) : t("suggest.send", { n: suggested.length }), " ", el("kbd", { text: "Ctrl Enter" }))] : []),
      ...(rights.dispatch && alarm < alarms ? [button("suggest-alarm", alarm + 1, { class: "button" }, t("suggest.alarm", { alarm: alarm + 1 }))] : []));
    if (focused) document.getElementById(focused)?.focus();
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
    if (one && (changed.all || changed.units.size || changed.incidents.has(one.id))) one.want();
  }
});
