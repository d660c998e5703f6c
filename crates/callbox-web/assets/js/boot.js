// What the server put into the page: language, texts, rights.
const boot = JSON.parse(document.getElementById("boot").textContent);

export const locale = boot.locale;
export const rights = boot.rights;

/** A refusal in the page's language: the server speaks English, its codes are translated. */
export function refusalText(code, detail) {
  const known = boot.texts[`refusal.${code}`];
  return locale === "en" || !known ? detail : `${known} (${detail})`;
}

/** The text for `key` in the page's language; `{name}` is replaced from `values`. */
export function t(key, values) {
  const text = boot.texts[key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : text;
}
