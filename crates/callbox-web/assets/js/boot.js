// What the server put into the page: language, texts, rights.
const boot = JSON.parse(document.getElementById("boot").textContent);

export const locale = boot.locale;
export const rights = boot.rights;

/** Values that are names of the program's own, and the table with their words. */
const WORDS = { meaning: "meaning", current: "meaning", wanted: "meaning", what: "what", part: "line.part", role: "role", allowed: "role", right: "right" };

/** What is wrong and what to do, in the page's language; where that is not known, as the server says it. */
export function problemText(problem) {
  const key = `refusal.${problem.text}`;
  if (!boot.texts[key]) return { detail: problem.detail ?? problem.title ?? "", hint: problem.hint ?? "" };
  const values = Object.fromEntries(Object.entries(problem.values ?? {}).map(([name, value]) =>
    [name, WORDS[name] ? value.split(", ").map((one) => boot.texts[`${WORDS[name]}.${one}`] ?? one).join(", ") : value]));
  return { detail: t(key, values), hint: t(`${key}.hint`, values) };
}

/** The text for `key` in the page's language; `{name}` is replaced from `values`. */
export function t(key, values) {
  const text = boot.texts[key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : text;
}
