// The question card in the call entry: one question at a time, with a key for each answer. Until the
// call is recorded the answers stand in the draft; then each is recorded as it is given.
import { answerWords, said } from "./answers.js";
import { t } from "./boot.js";
import { el } from "./dom.js";

/** What an answer does, where the card says something about it. */
function branchOf(question, answer) {
  if (question.kind !== "number" || answer === "unknown") return question.branches.find((branch) => branch.answer === answer) ?? null;
  const from = question.branches.filter((branch) => branch.answer !== "unknown" && Number(branch.answer) <= Number(answer));
  return from.reduce((best, branch) => (!best || Number(branch.answer) > Number(best.answer) ? branch : best), null);
}

/** The way through a card by the answers so far; the last step may have none. */
function pathOf(card, answers) {
  const path = [];
  for (let at = card.questions.length ? 0 : -1; at >= 0;) {
    const question = card.questions[at];
    const answer = answers[question.code] ?? null;
    path.push({ question, answer });
    if (answer === null) break;
    const then = branchOf(question, answer)?.then ?? question.then;
    if (then === "end") break;
    at = then === "following" ? (at + 1 < card.questions.length ? at + 1 : -1) : card.questions.findIndex((it) => it.code === then.question);
  }
  return path;
}

export class Questions {
  /** `changed()` is called after each answer, `record(answer)` where the call is recorded already. */
  constructor(root, changed) {
    this.root = root;
    this.changed = changed;
    this.cards = [];
    this.clear();
    root.addEventListener("keydown", (event) => this.key(event));
  }

  /** Fetches the cards in use: a call that begins now is asked by them to its end. */
  async load() {
    try {
      const response = await fetch("/api/v1/cards", { headers: { Accept: "application/json" } });
      if (response.ok) this.cards = (await response.json()).cards;
    } catch { /* without cards the call goes on */ }
    this.show();
  }

  clear() {
    this.chosen = null;
    this.type = null;
    this.answers = {};
    this.waiting = [];
    this.show();
  }

  /** What the draft keeps. */
  kept() {
    return this.card && Object.keys(this.answers).length ? { card: this.card.code, version: this.card.version, answers: this.answers, waiting: this.waiting } : null;
  }

  restore(kept) {
    if (!kept) return;
    this.chosen = kept.card;
    this.answers = kept.answers;
    this.waiting = kept.waiting;
    this.show();
  }

  /** The type of the call: its card opens, unless one was begun. */
  of(type) {
    if (this.type === type) return;
    this.type = type;
    this.show();
  }

  get card() {
    const chosen = this.cards.find((card) => card.code === this.chosen);
    return chosen ?? this.cards.find((card) => card.types.includes(this.type)) ?? null;
  }

  show(focus = false) {
    this.root.hidden = this.cards.length === 0;
    if (this.root.hidden) return;
    const { card } = this;
    const parts = [el("h3", { id: "questions-title", text: t("questions") }), this.chooser(card)];
    if (card) {
      const path = pathOf(card, this.answers);
      const done = path.filter((step) => step.answer !== null);
      if (done.length) parts.push(el("ol", { class: "answers" }, ...done.map((step) => this.answered(step))));
      const last = path.at(-1);
      if (last.answer === null) parts.push(this.asked(last.question));
      else parts.push(el("p", { class: "quiet", text: t("cards.end") }));
    }
    this.root.replaceChildren(...parts);
    if (focus) this.focus();
  }

  chooser(card) {
    const select = el("select", { class: "input", id: "call-card", "aria-label": t("cards.card") },
      el("option", { value: "", text: t("cards.choose") }),
      ...this.cards.map((one) => el("option", { value: one.code, text: said(one.label) })));
    select.value = card?.code ?? "";
    select.addEventListener("change", (event) => {
      event.stopPropagation();
      this.chosen = select.value || null;
      this.answers = {};
      this.show(true);
    });
    // Choosing a card changes nothing of the call.
    select.addEventListener("input", (event) => event.stopPropagation());
    return select;
  }

  answered({ question, answer }) {
    const branch = branchOf(question, answer);
    const again = el("button", { type: "button", class: "mini", text: t("answer.again") });
    again.addEventListener("click", () => { delete this.answers[question.code]; this.show(true); });
    return el("li", {}, el("span", { text: said(question.ask) }), " ", el("b", { text: answerWords(answer, branch?.words) }), " ", again,
      branch?.say ? el("p", { class: "read-out", text: said(branch.say) }) : null);
  }

  asked(question) {
    const say = question.say ? el("p", { class: "read-out", text: said(question.say) }) : null;
    const choices = [];
    if (question.kind === "yes-no") choices.push(["yes", t("answer.yes"), "Y"], ["no", t("answer.no"), "N"]);
    if (question.kind === "choice") question.branches.filter((it) => it.words).forEach((it, at) => choices.push([it.answer, said(it.words), String(at + 1)]));
    choices.push(["unknown", t("answer.unknown"), "U"]);
    const buttons = choices.map(([answer, words, key]) => {
      const button = el("button", { type: "button", class: "button", "data-key": key.toLowerCase() }, words, " ", el("kbd", { text: key }));
      button.addEventListener("click", () => this.give(question, answer));
      return button;
    });
    const isTyped = question.kind === "number" || question.kind === "text";
    const input = isTyped ? el("input", { class: "input", id: "call-answer", autocomplete: "off", maxlength: "4000", "aria-labelledby": "call-ask", ...(question.kind === "number" ? { inputmode: "numeric", pattern: "[0-9]*" } : {}) }) : null;
    // What is typed here is an answer, and no change of the call's own fields.
    input?.addEventListener("input", (event) => event.stopPropagation());
    input?.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      const text = input.value.trim();
      if (text && (question.kind === "text" || /^\d{1,9}$/.test(text))) this.give(question, text);
      else input.select();
    });
    return el("div", { class: "question", role: "group", "aria-labelledby": "call-ask" }, say,
      el("p", { id: "call-ask", class: "strong", text: said(question.ask) }), el("div", { class: "row-of" }, input, ...buttons));
  }

  /** Y, N, U and digits answer while a button has the focus; in a field they are text. */
  key(event) {
    if (event.ctrlKey || event.altKey || event.metaKey || event.target.matches("input, select")) return;
    const button = this.root.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
    if (!button) return;
    event.preventDefault();
    event.stopPropagation();
    button.click();
  }

  focus() {
    (this.root.querySelector(".question input") ?? this.root.querySelector(".question button") ?? this.root.querySelector("select"))?.focus();
  }

  give(question, answer) {
    const { card } = this;
    this.chosen = card.code;
    this.answers[question.code] = answer;
    this.waiting.push({ card: card.code, version: card.version, question: question.code, answer });
    this.show(true);
    this.changed();
  }

  /** The answers that are not recorded yet; those that fail come back by `put`. */
  take() {
    return this.waiting.splice(0);
  }

  put(answers) {
    this.waiting.unshift(...answers);
  }
}
