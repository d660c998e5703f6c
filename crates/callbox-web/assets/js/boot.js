// What the server put into the page: language, texts, rights.
const boot = JSON.parse(document.getElementById("boot").textContent);

export const locale = boot.locale;
export const rights = boot.rights;

/** The text for `key` in the page's language; `{name}` is replaced from `values`. */
export function t(key, values) {
  const text = boot.texts[key] ?? key;
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole) : text;
}
