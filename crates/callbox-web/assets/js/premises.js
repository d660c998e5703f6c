// What is known about a place: notes for those who are sent there, and what happened there before.
import { t } from "./boot.js";
import { ms, shortSpan, now } from "./clock.js";
import { post } from "./commands.js";
import { el } from "./dom.js";

export class Premises {
  constructor(root) {
    this.root = root;
    this.root.hidden = true;
    this.key = "";
    this.asked = 0;
  }

  /** Asks about a place, once for each place; without one nothing is shown. */
  async ask(body) {
    const key = JSON.stringify(body);
    if (this.key === key) return;
    this.key = key;
    const asked = ++this.asked;
    const known = body.place ? await post("/premises/at", body) : null;
    if (asked === this.asked) this.show(known ?? { notes: [], earlier: [] });
  }

  show({ notes, earlier }) {
    const parts = [];
    if (notes.length) {
      parts.push(el("h3", { text: t("premises.here") }), el("ul", {}, ...notes.map((note) => el("li", {},
        el("b", { text: t(`hazard.${note.hazard}`) }), ` ${note.text ?? t("erased")} `,
        el("small", { class: "quiet", text: [note.owner, note.overdue ? t("premises.overdue") : ""].filter(Boolean).join(" · ") })))));
    }
    if (earlier.length) {
      parts.push(el("h3", { text: t("premises.earlier") }), el("ul", { class: "earlier" }, ...earlier.map((row) => el("li", {},
        el("a", { href: `/incidents/${row.id}`, text: `#${row.id}` }), ` ${row.type_label ?? t("no_type")} · ${shortSpan(now() - ms(row.received))}`, row.disposition ? ` · ${row.disposition_label ?? row.disposition}` : ""))));
    }
    this.root.replaceChildren(...parts);
    this.root.hidden = parts.length === 0;
  }
}
