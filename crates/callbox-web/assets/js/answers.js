// What callers answered, in the page's language where the card has it.
import { locale, t } from "./boot.js";
import { el } from "./dom.js";

export const said = (wording) => (wording ? (locale.startsWith("zh") && wording.zh) || wording.own : "");

/** An answer in words: the card's own, or those that every card has, or what was typed. */
export const answerWords = (answer, words) =>
  said(words) || (["yes", "no", "unknown"].includes(answer) ? t(`answer.${answer}`) : answer);

/** What was answered so far, for whoever sends help; null where nobody was asked. */
export function answersOf(questions) {
  const given = (questions?.steps ?? []).filter((step) => step.answer !== null);
  if (!given.length) return null;
  return el("ol", { class: "answers" }, ...given.map((step) => el("li", {},
    el("span", { text: said(step.ask) }), " ", el("b", { text: answerWords(step.answer, step.words) }))));
}
