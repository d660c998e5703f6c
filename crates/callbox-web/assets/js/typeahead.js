// Choosing in a list by typing: by the code or by the words, while the browser knows only how a line begins.
// `CRASH · Collision` is found by `cras` and by `coll`; what fits nothing changes nothing.

/** Letters further apart than this begin a new word, in milliseconds. */
const PAUSE = 1000;

/** What a line is found by, the most exact first: its code, its words, each further word. */
function fits(option, typed) {
  const [code, ...rest] = option.text.toLowerCase().split(" · ");
  const words = rest.join(" · ");
  if (option.value && code.startsWith(typed)) return 0;
  if (words.startsWith(typed)) return 1;
  return ` ${words}`.includes(` ${typed}`) ? 2 : 3;
}

export function typeAhead(select) {
  let typed = "";
  let at = -Infinity;
  select.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.key.length !== 1) return;
    const isNew = event.timeStamp - at > PAUSE;
    if (event.key === " " && (isNew || !typed)) return; // opens the list
    typed = (isNew ? "" : typed) + event.key.toLowerCase();
    at = event.timeStamp;
    event.preventDefault();
    const ranked = [...select.options].map((option) => [fits(option, typed), option]).filter(([rank]) => rank < 3);
    ranked.sort(([a], [b]) => a - b);
    const [, found] = ranked[0] ?? [];
    if (!found || found.selected) return;
    select.value = found.value;
    for (const name of ["input", "change"]) select.dispatchEvent(new Event(name, { bubbles: true }));
  });
}
