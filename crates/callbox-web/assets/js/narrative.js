// What was said: lines that are never changed. A correction is a line of its own that refers back;
// both stay in sight.
import { rights, t } from "./boot.js";
import { time } from "./clock.js";
import { act } from "./commands.js";
import { arrange, by, el, setText } from "./dom.js";

export class Narrative {
  constructor(id) {
    this.id = id;
    this.lines = new Map();
    this.list = el("ol", { class: "lines" });
    this.none = el("p", { class: "quiet", text: t("narrative.none") });
    this.root = el("section", {}, el("h3", { text: t("narrative") }), this.none, this.list, rights.narrate ? this.makeAdd() : null);
  }

  makeAdd() {
    const input = el("input", { class: "input", id: "narrative-text", autocomplete: "off", maxlength: "4000", placeholder: t("narrative.placeholder"), "aria-label": t("narrative.placeholder") });
    const button = el("button", { type: "submit", class: "button" }, t("add"));
    const form = el("form", { class: "send" }, input, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text && await act([input, button], `/incidents/${this.id}/narrative`, { text }, t("say.noted", { id: this.id }))) input.value = "";
    });
    return form;
  }

  show(lines) {
    const corrections = new Map();
    for (const line of lines) {
      if (line.corrects) corrections.set(line.corrects, [...(corrections.get(line.corrects) ?? []), line.no]);
    }
    arrange(this.list, lines.map((line) => {
      let made = this.lines.get(line.no);
      if (!made) this.lines.set(line.no, (made = this.makeLine(line)));
      const by = corrections.get(line.no) ?? [];
      made.row.classList.toggle("is-corrected", by.length > 0);
      setText(made.note, by.length ? ` · ${t("narrative.corrected_by", { no: by.join(", ") })}` : "");
      if (made.button) made.button.hidden = by.length > 0;
      return made.row;
    }));
    this.none.hidden = lines.length > 0;
  }

  makeLine(line) {
    const words = line.text ?? t("erased");
    const note = el("span", { class: "by" });
    const label = t("narrative.correct_line", { no: line.no });
    const button = rights.narrate && line.text
      ? el("button", { type: "button", class: "mini", title: label, "aria-label": label, "data-line": line.no, onclick: () => this.begin(line) }, t("narrative.correct"))
      : null;
    const content = el("div", {}, el("span", { class: "line-no", text: `${line.no} ` }),
      el("p", { text: line.corrects ? `${t("narrative.corrects", { no: line.corrects })} ${words}` : words }),
      el("span", { class: "by", text: ` · ${authorOf(line)}` }), note);
    const row = el("li", {}, el("time", { text: time(line.at) }), content, button);
    return { row, note, button };
  }

  /** Opens the correction of one line; the line as it was stays above it. */
  begin(line) {
    this.correction?.remove();
    const made = this.lines.get(line.no);
    const input = el("input", { class: "input", id: "correct-text", autocomplete: "off", maxlength: "4000", value: line.text, "aria-label": t("narrative.correct_line", { no: line.no }) });
    const button = el("button", { type: "submit", class: "button" }, t("narrative.correct"));
    const form = el("form", { class: "send" }, input, button);
    const end = () => { form.remove(); this.correction = null; made.button?.focus(); };
    form.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      end();
    });
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (!text || text === line.text) { end(); return; }
      const path = `/incidents/${this.id}/narrative/${line.no}/correction`;
      if (await act([input, button], path, { text }, t("say.corrected", { no: line.no, id: this.id }))) {
        end();
        by("narrative-text")?.focus();
      }
    });
    this.correction = form;
    made.row.append(form);
    input.focus();
    input.select();
  }
}

/** The author's name, or the pseudonym of somebody who is not known here. */
const authorOf = (line) => line.author.name ?? `a${line.author.id}`;
