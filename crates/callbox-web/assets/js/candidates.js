// Incidents in hand that the call may be about, with reasons in words; Alt+1 to Alt+8 attach to one.
import { t } from "./boot.js";
import { now, shortSpan } from "./clock.js";
import { by, el, setAttr } from "./dom.js";
import { post } from "./commands.js";

const AFTER_MS = 250;

export class Candidates {
  /** `attach(id)` is called when somebody says that the call belongs to an incident. */
  constructor(attach) {
    this.attach = attach;
    this.list = by("call-candidates");
    this.root = by("call-alike");
    this.asked = 0;
    this.show([]);
  }

  /** Asks again, a moment after the last change. */
  later(members) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(members()), AFTER_MS);
  }

  async ask(body) {
    const asked = ++this.asked;
    const found = await post("/calls/candidates", body);
    if (found && asked === this.asked) this.show(found.candidates);
  }

  show(candidates) {
    this.found = candidates;
    this.root.hidden = candidates.length === 0;
    setAttr(this.root, "data-same", candidates.some(({ reasons }) => reasons.some(({ reason }) => reason === "same-place" || reason === "same-call-back")) ? "yes" : null);
    this.list.replaceChildren(...candidates.map((candidate, at) => this.row(candidate, at)));
  }

  row({ row, calls, reasons }, at) {
    const why = reasons.map(({ reason, n }) => t(`likeness.${reason}`, { n })).join(" · ");
    const head = [`#${row.id}`, row.type_label ?? t("no_type"), row.place ?? t("no_place")].join(" · ");
    // How long ago stands among the reasons where it is one.
    const isTold = reasons.some(({ reason }) => reason === "ago" || reason === "closed");
    const more = [isTold ? "" : shortSpan(now() - row.received), row.units.join(" "), calls > 1 ? t("call.candidates.calls", { n: calls }) : ""].filter(Boolean).join(" · ");
    const button = el("button", { type: "button", class: "button", onclick: () => this.attach(row.id) },
      t("call.candidates.attach", { id: row.id }), " ", el("kbd", { text: `Alt ${at + 1}` }));
    return el("li", {}, el("div", {}, el("b", { text: head }), el("p", {}, why, " ", el("small", { class: "quiet", text: more }))), button);
  }

  /** The incident that a key names: 1 for the first. */
  at(number) {
    return this.found[number - 1]?.row.id ?? null;
  }
}
