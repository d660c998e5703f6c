// Incidents that belong together: shown on both, each leads to the other.
import { rights, t } from "./boot.js";
import { act } from "./commands.js";
import { el } from "./dom.js";
import { select } from "./incidents.js";
import { closed, incidents } from "./store.js";

const RELATIONS = ["related", "duplicate"];

export class Links {
  constructor(id) {
    this.id = id;
    this.list = el("ul", { class: "links" });
    this.details = rights.describe ? this.makeForm() : null;
    this.root = el("section", {}, el("h3", { text: t("link.title") }), this.list, this.details);
  }

  makeForm() {
    const other = el("input", { class: "input", id: "link-other", inputmode: "numeric", autocomplete: "off", placeholder: "#", "aria-label": t("link.other") });
    const relation = el("select", { class: "input", id: "link-relation", "aria-label": t("link.relation") },
      ...RELATIONS.map((name) => el("option", { value: name, text: t(`link.${name}`) })));
    const button = el("button", { type: "submit", class: "button" }, t("link"));
    const form = el("form", { class: "send linking" }, other, relation, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const number = Number(other.value.trim().replace(/^#/, ""));
      if (!Number.isSafeInteger(number) || number < 1) { other.focus(); other.select(); return; }
      const done = t("say.linked", { id: this.id, other: number });
      if (await act([other, relation, button], `/incidents/${this.id}/links`, { other: number, relation: relation.value }, done)) other.value = "";
    });
    return el("details", {}, el("summary", { text: t("link.add") }), form);
  }

  show(links) {
    this.list.replaceChildren(...links.map(({ incident, relation }) => {
      const row = incidents.get(incident) ?? closed.get(incident);
      const words = [t(`link.${relation}`), row?.type_label, row?.place].filter(Boolean).join(" · ");
      const link = el("a", { href: row ? `?incident=${incident}` : `/incidents/${incident}`, text: `#${incident}` });
      if (row) {
        link.addEventListener("click", (event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          select(incident, { focus: true });
        });
      }
      return el("li", {}, link, ` ${words}`);
    }));
    this.list.hidden = links.length === 0;
    this.root.hidden = !links.length && !this.details;
  }
}
