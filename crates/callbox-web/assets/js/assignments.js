// The selected incident's units: a row each, a column for each meaning; a time once it happened, a
// button until then. Every assignment has its own times.
import { rights, t } from "./boot.js";
import { now, span, time } from "./clock.js";
import { act } from "./commands.js";
import { arrange, el, setAttr, setShape, setText, shape } from "./dom.js";
import { course, statusLabel } from "./store.js";
import { openUnit } from "./parts.js";

export class Assignments {
  constructor() {
    this.rows = new Map();
    this.columns = course();
    this.body = el("tbody", {});
    const heads = this.columns.map((status) => el("th", { scope: "col", title: status.label, text: status.code }));
    this.root = el("table", { class: "grid-times" },
      el("thead", {}, el("tr", {},
        el("th", { scope: "col" }, el("span", { class: "hidden-text", text: t("unit") })),
        ...heads,
        el("th", { scope: "col" }, el("span", { class: "hidden-text", text: t("cancel") })))),
      this.body);
    // A round of answers: every crew that has arrived.
    this.round = rights.status ? el("button", { type: "button", class: "button plain round", text: t("welfare.ask"), onclick: (event) => this.ask(event.currentTarget) }) : null;
  }

  async ask(button) {
    await act([button], `/incidents/${this.incident.id}/welfare-check`, {}, t("say.asked_all", { id: this.incident.id }));
  }

  show(incident) {
    this.incident = incident;
    const shown = [...incident.assignments].sort((a, b) => Boolean(a.ended) - Boolean(b.ended) || a.no - b.no);
    for (const assignment of shown) this.patch(assignment);
    arrange(this.body, shown.map((assignment) => this.rows.get(assignment.no).row));
    this.root.hidden = shown.length === 0;
    if (this.round) this.round.hidden = !shown.some((one) => !one.ended && one.meaning === "on_scene");
  }

  make(no) {
    const glyph = shape();
    const sign = el("span", {});
    const cells = this.columns.map((status) => {
      const stamp = el("span", {});
      const button = rights.status && status.meaning !== "dispatched"
        ? el("button", { type: "button", text: status.code, onclick: (event) => this.set(no, status, event.currentTarget) })
        : null;
      const cell = el("td", {}, stamp, button);
      return { cell, stamp, button, status };
    });
    const cancel = rights.dispatch
      ? el("button", { type: "button", class: "cancel", text: "×", onclick: (event) => this.cancel(no, event.currentTarget) })
      : null;
    const more = rights.status || rights.dispatch
      ? el("button", { type: "button", class: "more", text: "⋯", onclick: () => this.more(no) })
      : null;
    const end = el("td", { class: "acts" }, cancel, more);
    const head = el("td", {}, el("span", { class: "sign" }, glyph, sign));
    const row = el("tr", { onpointerenter: () => this.hint(no) }, head, ...cells.map(({ cell }) => cell), end);
    return { row, glyph, sign, cells, cancel, more };
  }

  patch(assignment) {
    let made = this.rows.get(assignment.no);
    if (!made) this.rows.set(assignment.no, (made = this.make(assignment.no)));
    made.assignment = assignment;
    const { times, ended, meaning } = assignment;
    const welfare = assignment.ended ? null : assignment.welfare;
    setAttr(made.row, "data-welfare", welfare?.asked ? "asked" : null);
    setText(made.sign, assignment.concurrent ? `${assignment.unit} +` : assignment.unit);
    setAttr(made.row, "data-meaning", ended ? null : meaning);
    made.row.classList.toggle("is-ended", Boolean(ended));
    setShape(made.glyph, ended ? "closed" : meaning);
    setAttr(made.sign, "title", [ended ? this.howEnded(ended) : statusLabel(assignment.status), assignment.concurrent ? t("concurrent") : null].filter(Boolean).join(" · "));
    const at = this.columns.findIndex((status) => status.meaning === meaning);
    made.cells.forEach(({ stamp, button, status, cell }, index) => {
      const isLast = status.meaning === "available";
      const happened = isLast ? ended?.at : times[status.meaning];
      const isNow = !ended && status.meaning === meaning;
      const text = happened ? time(happened) : isLast && ended ? t(`ended.${ended.how}`) : "";
      // Another code of the same meaning than the one above the column is named.
      setAttr(cell, "data-code", isNow && assignment.status !== status.code ? assignment.status : null);
      setText(stamp, text);
      setAttr(stamp, "title", happened ? `${status.label} ${span(happened - this.incident.received)}` : null);
      cell.classList.toggle("now", isNow);
      if (!button) return;
      const isDone = Boolean(text) || Boolean(ended) || (index <= at && !isLast);
      button.hidden = isDone;
      button.classList.toggle("next", !isDone && (index === at + 1 || isLast));
      // What is seen stands in the name, so that it can be said aloud.
      setAttr(button, "aria-label", `${status.code} ${status.label}, ${assignment.unit}`);
      setAttr(button, "title", status.label);
    });
    if (made.more) {
      made.more.hidden = Boolean(ended);
      const words = t("more_unit", { unit: assignment.unit });
      setAttr(made.more, "aria-label", words);
      setAttr(made.more, "title", words);
    }
    if (made.cancel) {
      const arrived = ["on_scene", "transporting", "at_hospital"].includes(meaning);
      made.cancel.hidden = Boolean(ended) || arrived;
      const words = t("cancel_unit", { unit: assignment.unit });
      setAttr(made.cancel, "aria-label", words);
      setAttr(made.cancel, "title", words);
    }
  }

  /** Every status code, and the release. */
  more(no) {
    openUnit(this.rows.get(no).assignment.unit, this.incident.id);
  }

  howEnded(ended) {
    return [t(`ended.${ended.how}`), ended.at === null ? t("ended.unknown") : null, ended.to ? `#${ended.to}` : null, ended.reason].filter(Boolean).join(" · ");
  }

  async set(no, status, button) {
    const { assignment } = this.rows.get(no);
    const done = t("say.status", { unit: assignment.unit, status: status.label, id: this.incident.id });
    await act([button], `/units/${encodeURIComponent(assignment.unit)}/status`, { status: status.code, incident: this.incident.id }, done);
  }

  async cancel(no, button) {
    const { assignment } = this.rows.get(no);
    const done = t("say.cancelled", { unit: assignment.unit, id: this.incident.id });
    await act([button], `/units/${encodeURIComponent(assignment.unit)}/cancel`, { incident: this.incident.id }, done);
  }

  /** How long the unit that acts now has been at it, for the hint over its row: known when somebody asks. */
  hint(no) {
    const { row, assignment } = this.rows.get(no);
    if (!assignment.ended) setAttr(row, "title", `${statusLabel(assignment.status)} ${span(now() - assignment.since)}`);
  }
}
