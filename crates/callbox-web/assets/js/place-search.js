// What the words of a place may mean: asked while somebody types, chosen with the arrows and Enter.
// A place is never taken over silently: only one that is certain, or one that a person confirms.
import { t } from "./boot.js";
import { post } from "./commands.js";
import { el, setAttr, setText } from "./dom.js";

const AFTER_MS = 180;

/** Why a place is offered, in the page's language. */
function reason({ code, values }) {
  const word = code === "read-as" ? t(`placed.form.${values.word.toLowerCase().replace(/[ ,]+/g, "-")}`) : values.word;
  return t(`placed.why.${code}`, { ...values, word });
}

export class PlaceSearch {
  /** `onChange()` is called when the place is another one; `list` and `line` show what it may be and how sure that is. */
  constructor(input, list, line, onChange) {
    this.input = input;
    this.list = list;
    this.line = line;
    this.onChange = onChange;
    this.asked = 0;
    this.clear();
    for (const [name, value] of Object.entries({ role: "combobox", "aria-controls": list.id, "aria-expanded": "false", "aria-autocomplete": "list" })) setAttr(input, name, value);
    input.addEventListener("input", () => { this.isWritten = true; this.forget(); this.later(); });
    // Words that stand there as they stood, and that nobody asked about, mean what they meant.
    input.addEventListener("blur", () => (this.isWritten || this.asked ? this.settle() : this.hide()));
    input.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) { event.preventDefault(); this.take(Number(row.dataset.at)); }
    });
  }

  clear() {
    this.answers = [];
    this.verdict = null;
    this.at = -1;
    /** What was taken: an answer with its verdict; null while the words are only words. */
    this.taken = null;
    this.isSettled = false;
    this.hide();
    setText(this.line, "");
    setAttr(this.line, "data-verdict", null);
  }

  forget() {
    if (this.taken) this.onChange();
    this.taken = null;
    this.isSettled = false;
    this.at = -1;
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(true), AFTER_MS);
  }

  async ask(typing) {
    const text = this.input.value.trim();
    const asked = ++this.asked;
    if (text.length < 2) { this.clear(); this.onChange(); return; }
    const found = await post("/places/find", { text, typing });
    // An answer to words that were changed meanwhile says nothing any more.
    if (!found || asked !== this.asked || this.taken) return;
    this.answers = found.answers;
    this.verdict = found.verdict;
    this.why = found.why;
    this.streets = found.streets;
    this.show();
    this.onChange();
  }

  show() {
    const key = this.streets ? this.verdict : "none";
    // What nobody finds is named: it may be a word that was misheard.
    setText(this.line, [t(`placed.${key}`), ...(key === "missing" ? this.why.map(reason) : [])].join(" · "));
    setAttr(this.line, "data-verdict", key);
    this.list.replaceChildren(...this.answers.map((answer, at) => {
      const why = [answer.tells_apart, ...answer.why.map(reason)].filter(Boolean).join(" · ");
      return el("li", { role: "option", id: this.optionId(at), "data-at": String(at), "aria-selected": String(at === this.at) },
        el("span", { text: answer.label }), el("small", { class: "quiet", text: [`${answer.fit_percent}%`, why].filter(Boolean).join(" · ") }));
    }));
    this.list.hidden = this.answers.length === 0 || document.activeElement !== this.input;
    setAttr(this.input, "aria-expanded", String(!this.list.hidden));
    setAttr(this.input, "aria-activedescendant", this.at >= 0 ? this.optionId(this.at) : null);
    // At the end of a pane the list would stand below what is seen of it.
    if (!this.list.hidden) this.list.scrollIntoView({ block: "nearest" });
    this.list.children[this.at]?.scrollIntoView({ block: "nearest" });
  }

  optionId(at) {
    return `${this.list.id}-${at}`;
  }

  hide() {
    this.list.hidden = true;
    setAttr(this.input, "aria-expanded", "false");
    setAttr(this.input, "aria-activedescendant", null);
  }

  key(event) {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!this.answers.length) return;
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.at = (this.at + step + this.answers.length) % this.answers.length;
      this.show();
      event.preventDefault();
    } else if (event.key === "Enter" && !event.ctrlKey && !this.list.hidden && this.verdict !== "missing") {
      // Of several none is taken by itself: the first Enter only goes to the first.
      if (this.at < 0 && this.verdict === "choose") { this.at = 0; this.show(); }
      else this.take(Math.max(0, this.at), this.at < 0 && this.verdict === "confirm" ? "confirmed" : null);
      event.preventDefault();
      event.stopPropagation();
    } else if (event.key === "Escape" && !this.list.hidden) {
      this.hide();
      event.preventDefault();
      event.stopPropagation();
    }
  }

  take(at, verdict) {
    const answer = this.answers[at];
    if (!answer) return;
    const how = verdict ?? (this.verdict === "certain" && at === 0 ? "certain" : this.answers.length > 1 ? "chosen" : "confirmed");
    // Nobody knows by a position alone where that is: what stands there is said with it.
    const label = answer.kind === "coordinates" && answer.tells_apart ? `${answer.label} (${answer.tells_apart})` : answer.label;
    this.input.value = label;
    this.have({ ...answer, label, verdict: how });
    this.onChange();
  }

  /** Shows a place as the one that was taken: now, or before a draft was put away. */
  have(answer) {
    this.taken = answer;
    this.asked += 1;
    this.hide();
    setText(this.line, t("call.verified", { place: answer.label, fit: answer.fit_percent, meters: Math.max(1, answer.extent_meters) }));
    setAttr(this.line, "data-verdict", "taken");
  }

  /** Before the words are sent: asks once more without typing, and takes what is certain. */
  async settle() {
    clearTimeout(this.timer);
    if (this.taken || this.isSettled || this.input.value.trim().length < 2) { this.hide(); return; }
    await this.ask(false);
    if (!this.taken && this.verdict === "certain" && this.answers.length) this.take(0, "certain");
    else if (!this.taken && this.streets && this.input.value.trim().length >= 2) setText(this.line, t("call.unverified"));
    this.hide();
    // Words that nobody will verify are known too, once the field was left.
    if (!this.isSettled) { this.isSettled = true; this.onChange(); }
  }

  /** The members of a command that say where it is, and how sure that is. */
  members() {
    const place = this.input.value.trim() || null;
    if (!place) return { place: null };
    if (!this.taken) return { place, verdict: this.streets ? "unverified" : null };
    const { lat, lon, kind, fit_percent, extent_meters, verdict } = this.taken;
    return { place, lat, lon, verdict, source: "caller", found: kind, fit_percent, extent_meters };
  }
}
