// The pane of the selected incident: what, where, who is on it, what was said, and what can be done.
import { Assignments } from "./assignments.js";
import { rights, t } from "./boot.js";
import { everySecond, now, span, time } from "./clock.js";
import { act } from "./commands.js";
import { onDetail, want } from "./detail.js";
import { by, el, setAttr, setText } from "./dom.js";
import { onSelect, selectedIncident } from "./incidents.js";
import { Intake } from "./intake.js";
import { part } from "./parts.js";
import { Premises } from "./premises.js";
import { Links } from "./links.js";
import { answersOf } from "./answers.js";
import { Narrative } from "./narrative.js";
import { Send, options } from "./send.js";
import { Suggestion, follow } from "./suggestion.js";
import { incidents, isWaiting, onChange, urgency } from "./store.js";

const pane = by("selected");
const none = by("selected-none");
export const send = new Send();
let shown = null;

class Case {
  constructor(id) {
    this.id = id;
    this.assignments = new Assignments();
    this.head = {
      rank: el("span", { class: "rank rank-large" }),
      no: el("span", { class: "no", text: `#${id}` }),
      kind: el("span", { class: "kind" }),
      state: el("span", { class: "tag" }),
      place: el("h2", { class: "case-place" }),
    };
    this.times = Object.fromEntries(["received", "dispatched", "on_scene", "age"].map((name) => [name, el("dd", {})]));
    const box = (name) => el("div", {}, el("dt", { text: t(`times.${name}`) }), this.times[name]);
    this.boxes = { dispatched: box("dispatched"), on_scene: box("on_scene") };
    this.narrative = new Narrative(id);
    this.links = new Links(id);
    this.intake = new Intake(id);
    this.premises = new Premises(el("section", { class: "premises" }));
    this.answers = el("section", { hidden: true });
    this.caller = el("dl", { class: "facts" });
    this.callerSection = el("section", {}, el("h3", { text: t("caller") }), this.caller);
    this.suggestion = new Suggestion(id);
    this.suggestion.onChangeUnits = (units) => send.fill(units);
    follow(this.suggestion);
    this.sendSection = rights.dispatch ? el("section", {}, send.root) : null;
    this.unitsSection = el("section", {}, this.assignments.root, this.assignments.round);
    this.changeSection = rights.describe ? this.makeChange() : null;
    this.endSection = el("section", {});
    this.root = el("article", { class: "case", "aria-label": `#${id}` },
      el("div", { class: "case-head" },
        el("div", { class: "case-line" }, this.head.rank, this.head.no, this.head.kind, el("span", { class: "spacer" }), this.head.state,
          el("a", { href: `/incidents/${id}`, text: t("record") })),
        this.head.place),
      el("dl", { class: "case-times" }, box("received"), this.boxes.dispatched, this.boxes.on_scene, box("age")),
      this.suggestion.root,
      this.premises.root,
      this.sendSection,
      this.unitsSection,
      this.narrative.root,
      this.answers,
      this.callerSection,
      this.intake.root,
      this.links.root,
      this.changeSection,
      this.endSection);
  }

  /** Place, type, priority: one line each, sent when changed. */
  makeChange() {
    this.change = {
      place: el("input", { class: "input", maxlength: "400", autocomplete: "off" }),
      type: el("select", { class: "input" }),
      priority: el("select", { class: "input" }),
    };
    const list = el("ul", { class: "places", id: "change-places", role: "listbox", "aria-label": t("call.places"), hidden: true });
    const verdict = el("p", { class: "place-verdict", role: "status" });
    // What finds places and types comes when the form is opened, or before.
    const found = () => part("change").then((help) => help?.help(this.change, list, verdict));
    const line = (name, label, offers, said) => {
      const input = this.change[name];
      const id = `change-${name}`;
      input.id = id;
      const button = el("button", { type: "submit", class: "button" }, t("set"));
      const form = el("form", { class: "send" }, el("div", { class: "field place-field" }, el("label", { for: id, text: label }), input, offers), button, said);
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        if (!input.value.trim()) return;
        // A place is looked for on the map as in the call entry: words alone would take the incident off it.
        const search = name === "place" ? await found() : null;
        if (name === "place" && !search) return;
        await search?.settle();
        const body = search ? search.members() : { [name]: input.value.trim() };
        if (!await act([input, button], `/incidents/${this.id}/${name}`, body, t("say.changed", { id: this.id }))) return;
        search?.clear();
        input.blur();
      });
      return form;
    };
    this.changeDetails = el("details", {}, el("summary", { text: t("change") }),
      el("div", { class: "stack" }, line("place", t("place"), list, verdict), line("type", t("type")), line("priority", t("priority"))));
    this.changeDetails.addEventListener("toggle", found);
    return el("section", {}, this.changeDetails);
  }

  /** Takes new lists of codes over without touching what is being typed. */
  configure() {
    const before = this.assignments.root;
    this.assignments = new Assignments();
    before.replaceWith(this.assignments.root);
    const select = this.endSection.querySelector("select");
    if (select) {
      const chosen = select.value;
      select.replaceChildren(...options("dispositions", chosen, t("close.how")));
    }
  }

  show(detail) {
    this.detail = detail;
    const isClosed = detail.state === "closed";
    // One that was merged is worked on under the other's number.
    const isDone = isClosed || Boolean(detail.merged_into);
    const meaning = isClosed ? "closed" : null;
    setText(this.head.rank, detail.priority ?? "–");
    setAttr(this.head.rank, "data-rank", detail.rank);
    setText(this.head.kind, detail.type_label ?? detail.type ?? t("no_type"));
    setText(this.head.state, isClosed ? [t("state.closed"), detail.disposition].filter(Boolean).join(" · ") : detail.merged_into ? `${t("merge.is")} #${detail.merged_into}` : "");
    this.head.state.hidden = !isDone;
    setAttr(this.head.state, "data-meaning", meaning);
    setText(this.head.place, detail.place ?? t("no_place"));
    this.assignments.show(detail);
    this.unitsSection.hidden = detail.assignments.length === 0;
    if (this.sendSection) this.sendSection.hidden = isDone;
    if (this.changeSection) this.changeSection.hidden = isClosed;
    if (!isDone) {
      send.show(detail, this.suggestion);
      this.suggestion.isPlaced = detail.lat !== null && detail.lat !== undefined;
      this.suggestion.want();
    } else this.suggestion.root.hidden = true;
    this.narrative.show(detail.lines);
    this.showAnswers(detail.questions);
    this.links.show(detail.links);
    this.intake.show(detail);
    this.premises.ask({ place: detail.place, lat: detail.lat, lon: detail.lon, except: detail.id });
    this.showCaller(detail.caller);
    this.showChange(detail);
    this.showEnd(detail, isClosed);
    this.tick(now());
  }

  showAnswers(questions) {
    const list = answersOf(questions);
    this.answers.hidden = !list;
    if (list) this.answers.replaceChildren(el("h3", { text: t("questions") }), list);
  }

  showCaller(caller) {
    const erased = caller?.erased ? t("erased") : null;
    const facts = [[t("caller.name"), caller?.name ?? erased], [t("caller.number"), caller?.call_back]].filter(([, value]) => value);
    this.caller.replaceChildren(...facts.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", { text: value })]));
    this.callerSection.hidden = facts.length === 0;
  }

  showChange(detail) {
    if (!this.change) return;
    // What somebody has typed or chosen and not sent is not overwritten.
    const known = { place: detail.place ?? "", type: detail.type ?? "", priority: detail.priority ?? "" };
    const isTouched = (name) => this.known && this.change[name].value !== this.known[name];
    if (!isTouched("place")) this.change.place.value = known.place;
    for (const [name, table, none] of [["type", "types", t("no_type")], ["priority", "priorities", "–"]]) {
      const chosen = isTouched(name) ? this.change[name].value : known[name];
      this.change[name].replaceChildren(...options(table, chosen, known[name] ? undefined : none));
    }
    this.known = known;
  }

  showEnd(detail, isClosed) {
    const on = detail.assignments.filter((assignment) => !assignment.ended).map((assignment) => assignment.unit);
    const isMerged = Boolean(detail.merged_into);
    const key = `${isClosed} ${isMerged} ${on.join(" ")}`;
    if (this.endKey === key) return;
    this.endKey = key;
    const canAct = isClosed ? rights.reopen : rights.close;
    this.endSection.hidden = !canAct || isMerged;
    if (!canAct || isMerged) return;
    const input = isClosed
      ? el("input", { class: "input", id: "end-input", maxlength: "4000", autocomplete: "off", placeholder: t("reopen.reason"), "aria-label": t("reopen.reason") })
      : el("select", { class: "input", id: "end-input", "aria-label": t("disposition") }, ...options("dispositions", null, t("close.how")));
    const button = el("button", { type: "submit", class: "button" }, t(isClosed ? "reopen" : "close"));
    const isHeld = !isClosed && on.length > 0;
    input.disabled = isHeld;
    button.disabled = isHeld;
    const form = el("form", { class: "send", id: "end" }, input, button, isHeld ? el("p", { class: "plan", text: t("close.held", { units: on.join(", ") }) }) : null);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const value = input.value.trim();
      if (!value) { input.focus(); return; }
      const [path, body] = isClosed ? ["reopen", { reason: value }] : ["close", { disposition: value }];
      const done = t(isClosed ? "say.reopened" : "say.closed", { id: this.id });
      if (await act([input, button], `/incidents/${this.id}/${path}`, body, done)) want(this.id);
    });
    this.endSection.replaceChildren(form);
  }

  tick(at) {
    const { detail } = this;
    if (!detail) return;
    setText(this.times.received, time(detail.received));
    const since = (ms) => (ms === null ? null : `+${span(ms - detail.received)}`);
    const row = incidents.get(this.id);
    const { call } = row ? urgency(row, at) : { call: null };
    setText(this.times.dispatched, since(detail.first_dispatched) ?? "–");
    setText(this.times.on_scene, since(detail.first_on_scene) ?? "–");
    setText(this.times.age, span((detail.closed ?? at) - detail.received));
    setAttr(this.times.age.parentNode, "data-call", call);
    setText(this.times.age.previousSibling, t(row && isWaiting(row) ? "times.waiting" : "times.age"));
  }
}

function show(id) {
  send.incident = null;
  shown = id === null ? null : new Case(id);
  pane.replaceChildren(shown ? shown.root : none);
  if (shown) shown.root.classList.add("is-loading");
  pane.scrollTop = 0;
  want(id);
}

onSelect(show);

onDetail((detail) => {
  if (!shown || shown.id !== detail.id) return;
  if (detail.missing) { pane.replaceChildren(none); return; }
  shown.root.classList.remove("is-loading");
  shown.show(detail);
});

onChange((changed) => {
  const id = selectedIncident();
  if (id === null) return;
  // A new board may bring other codes; what somebody is typing stays.
  if (changed.all && shown?.id === id) {
    shown.configure();
    want(id);
  } else if (changed.all) show(id);
  else if (changed.incidents.has(id)) want(id);
});

everySecond((at) => shown?.tick(at));
