// What the calls brought to the selected incident: each call, how sure the place is, what was merged.
import { rights, t } from "./boot.js";
import { ms, time } from "./clock.js";
import { act } from "./commands.js";
import { el } from "./dom.js";
import { select } from "./incidents.js";
import { incidents } from "./store.js";

const HOW = { abandoned: ["reached", "no-answer", "settled"], silent: ["signal-given", "no-signal", "reached", "no-answer", "settled"], written: ["wrote-back", "settled"], relayed: ["reached", "settled"] };

export class Intake {
  constructor(id) {
    this.id = id;
    this.root = el("section", { class: "intake", "aria-label": t("calls") });
  }

  show(detail) {
    const { calls, assessed, merged, transfers } = detail.intake;
    const key = JSON.stringify([detail.intake, detail.scheduled, detail.merged_into, detail.state, detail.stacked_on]);
    if (this.key === key) return;
    this.key = key;
    const isTold = calls.length > 1 || calls.some((call) => call.kind !== "spoken" || call.reported);
    const isOpen = detail.state === "open";
    const lines = [
      assessed && this.line(t("place.checked"), [t(`verdict.${assessed.verdict}`), t(`source.${assessed.source}`), assessed.fit_percent === null ? null : `${assessed.fit_percent}%`, assessed.by.name]),
      detail.scheduled && this.line(t("schedule"), [time(detail.scheduled)], isOpen && rights.describe && this.button("schedule.begin", "activate", {})),
      ...detail.stacked_on.map((unit) => this.line(t("stack.for"), [unit], rights.dispatch && this.takeOff(unit))),
      detail.merged_into && this.line(t("merge.is"), [], this.link(detail.merged_into), rights.describe && this.button("merge.undo", "unmerge", { from: detail.merged_into })),
      ...merged.map((id) => this.merged(id)),
      ...transfers.map((transfer) => this.line(t("transfer.is"), [transfer.to, transfer.reference, time(ms(transfer.at))])),
      ...(isTold ? calls.map((call) => this.call(call, isOpen)) : []),
      isOpen && !detail.merged_into && rights.describe ? this.merging() : null,
    ];
    this.root.replaceChildren(...lines.filter(Boolean));
    this.root.hidden = !lines.some(Boolean);
  }

  line(name, parts, ...more) {
    return el("div", { class: "intake-line" }, el("span", { class: "quiet", text: name }), el("span", { text: parts.filter(Boolean).join(" · ") }), ...more.filter(Boolean));
  }

  /** One that is worked on under this one: it stands in no list of open incidents, so it is reached from here. */
  merged(id) {
    const words = t("merge.undo_one", { id });
    const apart = rights.describe && this.button("merge.undo", "unmerge", { from: this.id }, id);
    if (apart) apart.setAttribute("aria-label", words);
    return this.line(t("merge.has"), [], this.link(id), apart);
  }

  /** Leads to another incident: on the board where it is there, on its page otherwise. */
  link(id) {
    return el("a", { href: `/incidents/${id}`, text: `#${id}`, onclick: (event) => {
      if (!incidents.has(id) || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      select(id, { focus: true });
    } });
  }

  takeOff(unit) {
    const button = el("button", { type: "button", class: "button" }, t("stack.take_off", { unit }));
    button.addEventListener("click", () => act([button], `/units/${encodeURIComponent(unit)}/unstack`, { incident: this.id }, t("say.changed", { id: this.id })));
    return button;
  }

  button(words, path, body, id = this.id) {
    const button = el("button", { type: "button", class: "button" }, t(words));
    button.addEventListener("click", () => act([button], `/incidents/${id}/${path}`, body, t("say.changed", { id })));
    return button;
  }

  call(call, isOpen) {
    const said = call.reported;
    const device = said && t("calls.device", { place: `${said.lat?.toFixed(5)}, ${said.lon?.toFixed(5)}`, meters: said.uncertainty_meters ?? "?" });
    const handled = call.handled.map((it) => `${time(ms(it.at)).slice(0, 5)} ${t(`handling.${it.how}`)}`);
    const parts = [time(ms(call.at)), t(`call.kind.${call.kind}`), call.erased ? t("erased") : call.caller_name, call.caller_number, device, ...handled];
    // Offered, and taken over only by a person.
    const use = said && isOpen && rights.describe && said.lat !== null && this.button("calls.device.use", "place", {
      place: `${said.lat.toFixed(6)}, ${said.lon.toFixed(6)}`, lat: said.lat, lon: said.lon, source: "device", verdict: "confirmed", uncertainty_meters: said.uncertainty_meters,
    });
    const row = this.line(t("calls.one", { n: call.no }), parts, use);
    if (rights.describe) for (const how of HOW[call.kind] ?? []) {
      const button = el("button", { type: "button", class: "mini" }, t(`handling.${how}`));
      button.addEventListener("click", () => act([button], `/incidents/${this.id}/calls/${call.no}/handling`, { how }, t("say.changed", { id: this.id })));
      row.append(button);
    }
    if (call.needs_handling) row.setAttribute("data-call", "warn");
    return row;
  }

  merging() {
    const input = el("input", { class: "input", inputmode: "numeric", autocomplete: "off", id: "merge-into", "aria-label": t("merge.into"), placeholder: "#" });
    const button = el("button", { type: "submit", class: "button" }, t("merge"));
    const form = el("form", { class: "send" }, input, button);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const into = Number(input.value.trim().replace("#", ""));
      if (into > 0) act([input, button], `/incidents/${this.id}/merge`, { into }, t("call.merged", { id: this.id, into }));
      else input.focus();
    });
    return el("details", {}, el("summary", { text: t("merge.into") }), form);
  }
}
