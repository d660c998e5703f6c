// All that can be told a unit: every status code of the agency, in and out of service, its release.
import { rights, t } from "./boot.js";
import { now, span } from "./clock.js";
import { act, clearRefusal } from "./commands.js";
import { by, el, setText, shape } from "./dom.js";
import { config, onChange, statusLabel, unitCalled } from "./store.js";

const dialog = by("unit-dialog");
const body = by("unit-body");
let sign = null;
let on = null;

const path = (verb) => `/units/${encodeURIComponent(sign)}/${verb}`;

/** Opens it for a unit: about its assignment to `incident`, or as the board shows it. */
export function openUnit(callSign, incident) {
  const unit = unitCalled(callSign);
  if (!dialog || dialog.open || !unit) return;
  sign = unit.call_sign;
  on = incident ?? unit.incident;
  clearRefusal();
  render();
  dialog.showModal();
  (body.querySelector("button.next") ?? body.querySelector("button, select, input"))?.focus();
}

function render() {
  const unit = unitCalled(sign);
  const kind = config.unit_types.find((known) => known.code === unit.type)?.label ?? unit.type;
  setText(by("unit-title"), sign);
  body.replaceChildren(
    el("p", { class: "quiet", text: [kind, unit.station].filter(Boolean).join(" · ") }),
    el("p", { class: "unit-now", id: "unit-now" }),
    ...[statuses(unit), safety(unit), release(), service(unit)].filter(Boolean));
  state();
}

/** The line that says what the board says; the rest stays as it is under somebody's hands. */
function state() {
  const unit = unitCalled(sign);
  const line = by("unit-now");
  if (!unit || !line) return;
  line.replaceChildren(shape(unit.meaning), ` ${unit.status} ${statusLabel(unit.status)}`,
    unit.incident ? ` · #${unit.incident}` : "", ` · ${span(now() - unit.since)}`,
    unit.stack.length ? ` · ${t("stack.next", { ids: unit.stack.map((id) => `#${id}`).join(", ") })}` : "");
}

const done = (answer) => { if (answer) dialog.close(); };

/** Every code that fits: on an incident all but 'out of service', otherwise those for 'available'. */
function statuses(unit) {
  if (!rights.status) return null;
  const offered = config.statuses.filter((status) => (on ? status.meaning !== "out_of_service" : status.meaning === "available"));
  const order = config.statuses.findIndex((status) => status.code === unit.status);
  const buttons = offered.map((status) => {
    const isNow = status.code === unit.status && unit.incident === on;
    const button = el("button", { type: "button", class: "button", "data-status": status.code, disabled: isNow },
      shape(status.meaning), `${status.code} `, el("span", { class: "quiet", text: status.label }));
    if (!isNow && config.statuses.indexOf(status) > order) button.classList.add("next");
    button.addEventListener("click", async () => {
      const said = on ? t("say.status", { unit: sign, status: status.label, id: on }) : t("say.status_free", { unit: sign, status: status.label });
      done(await act([button], path("status"), on ? { status: status.code, incident: on } : { status: status.code }, said, done));
    });
    return button;
  });
  return el("section", {}, el("h3", { text: on ? `${t("units.set_status")} · #${on}` : t("units.set_status") }), el("div", { class: "codes" }, ...buttons));
}

/** A form of one reason and one button. */
function reasonForm(id, label, isNeeded, button, extra, submit) {
  const input = el("input", { class: "input", id, maxlength: "4000", autocomplete: "off", required: isNeeded });
  const form = el("form", { class: "send" }, extra, el("div", { class: "field" }, el("label", { for: id, text: label }), input), button);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    done(await submit([input, button], input.value.trim()));
  });
  return form;
}

/** Whether the crew is well, and help for the crew itself. */
function safety(unit) {
  if (!rights.status) return null;
  const parts = [];
  const button = (words, to, body, said) => {
    const node = el("button", { type: "button", class: "button", text: words });
    node.addEventListener("click", async () => done(await act([node], to, body, said)));
    return node;
  };
  if (on) {
    parts.push(button(t("welfare.well"), path("well"), { incident: on }, t("say.well", { unit: sign })));
    parts.push(button(t("welfare.ask_unit"), `/incidents/${on}/welfare-check`, { unit: sign }, t("say.asked", { unit: sign })));
  }
  if (!unit.emergency) {
    const mayday = button(t("emergency.declare"), path("emergency"), { cause: "mayday" }, t("say.emergency", { unit: sign }));
    mayday.classList.add("danger");
    parts.push(mayday);
  }
  const end = unit.emergency ? reasonForm("emergency-found", t("emergency.found"), true, el("button", { type: "submit", class: "button" }, t("emergency.end")), null, (nodes, reason) =>
    act(nodes, path("end-emergency"), { reason }, t("say.emergency_ended", { unit: sign }))) : null;
  return el("section", {}, el("h3", { text: t("safety") }), el("div", { class: "codes" }, ...parts), end);
}

function release() {
  if (!on || !rights.dispatch) return null;
  const button = el("button", { type: "submit", class: "button" }, t("release"));
  const form = reasonForm("release-reason", t("release.reason"), true, button, null, (nodes, reason) =>
    act(nodes, path("release"), { incident: on, reason }, t("say.released", { unit: sign, id: on })));
  return el("section", {}, el("h3", { text: t("release.title") }), form);
}

function service(unit) {
  if (unit.incident || on || !rights.service) return null;
  const parts = [];
  if (unit.meaning === "out_of_service") {
    const button = el("button", { type: "button", class: "button main", text: t("units.put_in") });
    button.addEventListener("click", async () => done(await act([button], path("in-service"), {}, t("say.in_service", { unit: sign }))));
    parts.push(button);
  }
  const codes = config.statuses.filter((status) => status.meaning === "out_of_service");
  const select = el("select", { class: "input", id: "out-status" }, ...codes.map((status) =>
    el("option", { value: status.code, text: status.label === status.code ? status.code : `${status.code} · ${status.label}`, selected: status.code === unit.status })));
  const field = el("div", { class: "field wide" }, el("label", { for: "out-status", text: t("units.out_status") }), select);
  const button = el("button", { type: "submit", class: "button" }, t("units.take_out"));
  parts.push(reasonForm("out-reason", t("units.reason"), false, button, field, (nodes, reason) =>
    act(nodes, path("out-of-service"), { status: select.value, reason: reason || null }, t("say.out_of_service", { unit: sign }))));
  return el("section", {}, el("h3", { text: t("units.service") }), ...parts);
}

onChange((changed) => {
  if (!dialog?.open) return;
  const unit = unitCalled(sign);
  if (unit && (changed.all || changed.units.has(unit.id))) {
    state();
  }
});
