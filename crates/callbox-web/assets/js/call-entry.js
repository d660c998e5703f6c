// The call entry: saved with Enter; Ctrl+Enter saves and goes on to the dispatch line.
import { t } from "./boot.js";
import { act, clearRefusal } from "./commands.js";
import { by, el } from "./dom.js";
import { select } from "./incidents.js";
import { config } from "./store.js";

const dialog = by("call-dialog");
const form = by("call-form");

export function openCall() {
  if (!dialog || dialog.open) return;
  clearRefusal();
  dialog.showModal();
  form.elements.place.focus();
}

async function create(andDispatch) {
  const fields = form.elements;
  const value = (name) => fields[name].value.trim() || null;
  const buttons = [...form.querySelectorAll("button[type=submit]")];
  const body = {
    type: value("type"),
    priority: value("priority"),
    place: value("place"),
    caller_name: value("caller_name"),
    caller_number: value("caller_number"),
  };
  const answer = await act(buttons, "/incidents", body, t("say.received"));
  if (!answer) return;
  const id = answer.incident;
  const text = value("text");
  const isNoted = !text || await act(buttons, `/incidents/${id}/narrative`, { text }, t("say.received_as", { id }));
  dialog.close();
  form.reset();
  select(id);
  // What was not taken is not lost.
  if (!isNoted && by("narrative-text")) by("narrative-text").value = text;
  requestAnimationFrame(() => (andDispatch ? by("send-units") : by("incidents"))?.focus());
}

export function initCall() {
  if (!dialog) return;
  by("new-call").addEventListener("click", (event) => { event.preventDefault(); openCall(); });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    create(event.submitter?.value === "dispatch");
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      create(true);
    }
  });
  // The type's own priority, until somebody chose another.
  let isChosen = false;
  form.elements.priority.addEventListener("change", () => { isChosen = form.elements.priority.value !== ""; });
  form.addEventListener("reset", () => { isChosen = false; });
  form.elements.type.addEventListener("change", () => {
    if (!isChosen) form.elements.priority.value = config.types.find((type) => type.code === form.elements.type.value)?.priority ?? "";
  });
  for (const button of document.querySelectorAll("dialog [data-close]")) {
    button.addEventListener("click", () => button.closest("dialog").close());
  }
}

/** Fills the lists of types and priorities from the configuration. */
export function fillCall() {
  if (!dialog) return;
  for (const [name, table] of [["type", "types"], ["priority", "priorities"]]) {
    const chosen = form.elements[name].value;
    const first = form.elements[name].options[0];
    form.elements[name].replaceChildren(first, ...config[table].map((row) =>
      el("option", { value: row.code, text: row.label === row.code ? row.code : `${row.code} · ${row.label}` })));
    form.elements[name].value = chosen;
  }
}
