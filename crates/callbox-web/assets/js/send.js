// The dispatch line: call signs typed or picked, what will happen in words, then one key.
import { t } from "./boot.js";
import { act } from "./commands.js";
import { el, setAttr, setText } from "./dom.js";
import { config, onChange, unitCalled } from "./store.js";
import { onPick, pickOnly, pickedUnits } from "./units.js";

export class Send {
  constructor() {
    this.input = el("input", { class: "input", id: "send-units", autocomplete: "off", autocapitalize: "characters", spellcheck: "false", placeholder: t("send.placeholder"), "aria-label": t("send.label"), "aria-describedby": "send-plan" });
    this.button = el("button", { type: "submit", class: "button main" }, t("send.button"));
    // A unit that is elsewhere is reassigned; that it goes there as well has to be said, and said again.
    this.also = el("button", { type: "button", class: "button plain also", id: "send-also", hidden: true, onclick: () => this.sendAlso() });
    this.plan = el("p", { class: "plan", id: "send-plan", "aria-live": "polite" });
    this.root = el("form", { class: "send", id: "send" }, this.input, this.button, this.plan, this.also);
    this.incident = null;
    this.isWriting = false;
    this.input.addEventListener("input", () => this.fromText());
    this.root.addEventListener("submit", (event) => { event.preventDefault(); this.go(); });
    onPick(() => this.fromPicked());
    onChange((changed) => { if (this.incident && (changed.all || changed.units.size)) this.preview(); });
  }

  show(incident, suggestion) {
    this.suggestion = suggestion;
    const isOther = this.incident?.id !== incident.id;
    this.incident = incident;
    // Units picked before the incident was chosen stay picked.
    if (isOther) this.fromPicked();
    this.preview();
  }

  /** Puts units into the line, for somebody to change. */
  fill(signs) {
    this.input.value = signs.join(" ");
    this.fromText();
    this.input.focus();
  }

  words() {
    return this.input.value.toUpperCase().split(/[\s,]+/).filter(Boolean);
  }

  fromText() {
    const ids = this.words().map((sign) => unitCalled(sign)?.id).filter(Boolean);
    this.isWriting = true;
    pickOnly(ids);
    this.isWriting = false;
    this.preview();
  }

  fromPicked() {
    if (this.isWriting) return;
    const unknown = this.words().filter((sign) => !unitCalled(sign));
    const text = [...pickedUnits().map((unit) => unit.call_sign), ...unknown].join(" ");
    if (this.words().join(" ") !== text.toUpperCase()) this.input.value = text;
    this.preview();
  }

  /** What pressing the button would do: new dispatches, reassignments, or why not. */
  read() {
    const read = { fresh: [], moved: [], bad: [] };
    for (const sign of new Set(this.words())) {
      const unit = unitCalled(sign);
      if (!unit) read.bad.push(t("plan.unknown", { unit: sign }));
      else if (unit.meaning === "out_of_service") read.bad.push(t("plan.out", { unit: unit.call_sign }));
      else if (unit.crew_out_with) read.bad.push(`${unit.call_sign}: ${t("why.crew-out", { other: unit.crew_out_with })}`);
      else if (unit.incident === this.incident.id) read.bad.push(t("plan.here", { unit: unit.call_sign }));
      else if (unit.incident) read.moved.push(unit);
      else read.fresh.push(unit);
    }
    return read;
  }

  preview() {
    if (!this.incident) return;
    const { fresh, moved, bad } = this.read();
    const parts = [];
    if (fresh.length) parts.push(t("plan.dispatch", { units: fresh.map((unit) => unit.call_sign).join(", ") }));
    for (const unit of moved) parts.push(t("plan.reassign", { unit: unit.call_sign, from: unit.incident }));
    const isReady = !bad.length && parts.length > 0;
    setText(this.plan, bad.length ? bad.join(" · ") : parts.length ? `${parts.join(" · ")} → #${this.incident.id}` : t("plan.empty"));
    setAttr(this.plan, "data-plan", bad.length ? "bad" : isReady ? "ready" : null);
    // Writing what stands there already asks for a frame all the same.
    setAttr(this.button, "disabled", isReady ? null : "");
    this.suggestion?.stepBack(this.words().length > 0);
    setAttr(this.also, "hidden", isReady && moved.length ? null : "");
    if (moved.length) setText(this.also, t("send.also", { units: moved.map((unit) => unit.call_sign).join(", ") }));
  }

  async go() {
    const { fresh, moved, bad } = this.read();
    // With nothing typed or picked it is what the plans suggest.
    if (!this.words().length && this.suggestion?.isReady) { this.suggestion.send(); return; }
    if (bad.length || fresh.length + moved.length === 0) return;
    const id = this.incident.id;
    const signs = fresh.map((unit) => unit.call_sign);
    let isDone = true;
    if (signs.length) {
      const done = t("say.dispatched", { units: signs.join(", "), id });
      // Where a plan holds, what it suggested is recorded beside what was sent.
      const path = this.suggestion?.known?.plan ? `/incidents/${id}/alarm` : `/incidents/${id}/units`;
      isDone = Boolean(await act([this.button, this.input], path, { units: signs }, done));
    }
    for (const unit of isDone ? moved : []) {
      const done = t("say.reassigned", { unit: unit.call_sign, from: unit.incident, id });
      const path = `/units/${encodeURIComponent(unit.call_sign)}/reassign`;
      isDone = Boolean(await act([this.button, this.input], path, { from: unit.incident, to: id }, done)) && isDone;
    }
    if (isDone) this.clear();
  }

  clear() {
    this.input.value = "";
    pickOnly([]);
    this.preview();
  }

  /** All of them to this incident, none taken from another: refused, and then somebody may insist. */
  async sendAlso() {
    const { fresh, moved, bad } = this.read();
    const signs = [...fresh, ...moved].map((unit) => unit.call_sign);
    if (bad.length || !signs.length) return;
    const id = this.incident.id;
    const done = t("say.dispatched", { units: signs.join(", "), id });
    if (await act([this.also, this.button, this.input], `/incidents/${id}/units`, { units: signs }, done, () => this.clear())) this.clear();
  }
}

/** Options for a select from a table of the configuration. */
export function options(name, chosen, first) {
  const rows = config[name].map((row) => {
    const option = el("option", { value: row.code, text: row.label === row.code ? row.code : `${row.code} · ${row.label}` });
    option.selected = row.code === chosen;
    return option;
  });
  return first === undefined ? rows : [el("option", { value: "", text: first }), ...rows];
}
