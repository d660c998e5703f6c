// The call entry; its door is `call.js`. A draft lives in the server's memory; as soon as type and place are known the call
// is recorded, and the units that the plans would send are shown. Enter records the rest; Ctrl+Enter sends those units
// too, or goes on to the dispatch line where none are suggested.
import { t } from "./boot.js";
import { Candidates } from "./candidates.js";
import { act, post, say } from "./commands.js";
import { by, el, setText } from "./dom.js";
import { select } from "./incidents.js";
import { Questions } from "./questions.js";
import { Premises } from "./premises.js";
import { PlaceSearch } from "./place-search.js";
import { config, onChange } from "./store.js";
import { Suggestion, follow } from "./suggestion.js";
import { typeAhead } from "./typeahead.js";

const dialog = by("call-dialog");
const form = by("call-form");
const NAMES = ["place", "type", "priority", "caller_name", "caller_number", "text", "kind", "scheduled"];
const DRAFT_AFTER_MS = 600;
/** A type that is chosen by its letters goes through others; the last one counts. */
const SAVE_AFTER_MS = 400;
let places = null;
let candidates = null;
let premises = null;
let questions = null;
let draftTimer = 0;
let saveTimer = 0;
/** The incident that this call has opened, and what of it is recorded. */
let saved = null;
let saving = null;
/** The priority that somebody chose; null while the type's own holds. */
let isChosen = false;
/** What the plans would send to the incident that this call has opened. */
let suggestion = null;

const field = (name) => form.elements[name];
const value = (name) => field(name).value.trim() || null;
const buttons = () => [...form.querySelectorAll("button[type=submit]")];

/** The form was opened. */
export async function begin() {
  form.querySelector(".dialog-body").scrollTop = 0;
  questions.load();
  // What was typed before this script was there.
  if (value("place") && !places.taken) places.later();
  if (saved || NAMES.some((name) => name !== "kind" && value(name))) return;
  try {
    const response = await fetch("/api/v1/calls/draft", { headers: { Accept: "application/json" } });
    const { fields } = response.ok ? await response.json() : {};
    if (fields && !NAMES.some((name) => name !== "kind" && value(name))) restore(JSON.parse(fields));
  } catch { /* a new call begins empty */ }
}

function restore(fields) {
  for (const name of NAMES) if (fields[name]) field(name).value = fields[name];
  isChosen = Boolean(fields.priority);
  saved = fields.saved ?? null;
  suggest(saved?.id);
  questions.of(value("type"));
  questions.restore(fields.questions);
  state(saved ? t("call.saved", { id: saved.id }) : t("call.draft.back"), !saved);
  guide();
  if (fields.taken) places.have(fields.taken);
  else places.ask(false);
  changed();
}

/** Keeps what the form holds in the server's memory; nothing of it is stored in the browser. */
function keepDraft() {
  clearTimeout(draftTimer);
  draftTimer = setTimeout(() => {
    const fields = Object.fromEntries(NAMES.map((name) => [name, field(name).value]).filter(([, text]) => text));
    if (!Object.keys(fields).some((name) => name !== "kind")) return;
    post("/calls/draft", { fields: JSON.stringify({ ...fields, saved, taken: places.taken, questions: questions.kept() }) });
    if (!saved) state(t("call.draft"), true);
  }, DRAFT_AFTER_MS);
}

/** What became of the call so far stands beside the title; a draft can be thrown away, so that the next call never begins with it. */
function state(words, isDraft = false) {
  setText(by("call-state"), words);
  by("call-anew").hidden = !isDraft;
  setText(by("call-create"), t(saved ? "call.done" : "call.create"));
}

function forgetDraft() {
  clearTimeout(draftTimer);
  post("/calls/draft", {});
}

/** The body that records the call as it stands. */
function members() {
  const at = value("scheduled");
  return {
    ...places.members(),
    type: value("type"),
    priority: isChosen ? value("priority") : null,
    caller_name: value("caller_name"),
    caller_number: value("caller_number"),
    kind: value("kind"),
    scheduled: at ? localTime(at) : null,
  };
}

/** The local time of the center as RFC 3339. */
function localTime(text) {
  const wanted = Date.parse(`${text}:00Z`);
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: config.center.timezone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const shown = (ms) => {
    const part = Object.fromEntries(parts.formatToParts(ms).map(({ type, value: text }) => [type, text]));
    return Date.parse(`${part.year}-${part.month}-${part.day}T${part.hour}:${part.minute}:${part.second}Z`);
  };
  // Twice, because the offset may be another one there than here.
  let at = wanted - (shown(wanted) - wanted);
  at = wanted - (shown(at) - at);
  return new Date(at).toISOString();
}

function sought() {
  const { place, lat, lon } = places.members();
  return { place, lat: lat ?? null, lon: lon ?? null, type: value("type"), caller_number: value("caller_number"), except: saved?.id ?? null };
}

function changed() {
  candidates.later(sought);
  const { place, lat, lon } = places.members();
  premises.ask({ place: places.taken || places.isSettled ? place : null, lat: lat ?? null, lon: lon ?? null, except: saved?.id ?? null });
  questions.of(value("type"));
  keepDraft();
  autosave();
}

/** Records the answers that are not recorded yet, in the order in which they were given. */
async function saveAnswers(id = saved?.id) {
  if (!id) return true;
  const answers = questions.take();
  while (answers.length) {
    if (!await act([], `/incidents/${id}/answers`, answers[0], t("questions.recorded", { id }))) {
      // What is refused is not sent again for ever; the rest waits.
      questions.put(answers.slice(1));
      return false;
    }
    answers.shift();
  }
  return true;
}

/** Shows what the plans would send, once there is an incident to ask for; null takes it away. */
function suggest(id) {
  if (suggestion?.id === id) return;
  suggestion = id ? new Suggestion(id, "call") : null;
  follow(suggestion, "call");
  by("call-suggested").replaceChildren(...(suggestion ? [suggestion.root] : []));
  if (!suggestion) return nameSend();
  suggestion.onKnown = nameSend;
  return suggestion.want();
}

/** The main button says whom it sends. */
function nameSend() {
  if (!by("call-send")) return;
  const units = suggestion?.isReady ? suggestion.known.suggested.map((one) => one.unit).join(", ") : "";
  setText(by("call-send"), units ? t("suggest.create_send", { units }) : t("call.create_dispatch"));
}

/** Records the call as soon as it is known what and where, and a type that is another one since. */
function autosave() {
  clearTimeout(saveTimer);
  saveTimer = setTimeout(() => {
    if (saving || value("scheduled") || !value("type") || !(places.taken || places.isSettled)) return;
    if (!saved) save();
    else if (isOther()) saveRest();
  }, SAVE_AFTER_MS);
}

/** Whether what and where are others than those that are recorded, and so what the plans would send. */
function isOther() {
  const now = members();
  return ["place", "lat", "lon", "type", "priority"].some((name) => (now[name] ?? null) !== (saved.body[name] ?? null));
}

async function save() {
  if (saving) return saving;
  saving = (async () => {
    const body = members();
    const answer = await act(buttons(), "/incidents", body, t("say.received"));
    if (!answer) return null;
    saved = { id: answer.incident, body };
    state(t("call.saved", { id: saved.id }));
    say(t("say.received_as", { id: saved.id }));
    suggest(saved.id);
    keepDraft();
    await saveAnswers();
    return saved;
  })();
  try { return await saving; } finally { saving = null; }
}

/** Records what was changed since the call was saved; false when something was refused. */
async function saveRest() {
  const body = members();
  const before = saved.body;
  const differs = (...names) => names.some((name) => (body[name] ?? null) !== (before[name] ?? null));
  const steps = [];
  if (body.place && differs("place", "lat", "lon", "verdict")) {
    const { place, lat, lon, verdict, source, found, fit_percent, extent_meters } = body;
    steps.push(["place", { place, lat, lon, verdict, source, found, fit_percent, extent_meters }]);
  }
  if (body.type && differs("type")) steps.push(["type", { type: body.type }]);
  if (body.priority && differs("priority")) steps.push(["priority", { priority: body.priority }]);
  if (differs("caller_name", "caller_number", "kind")) steps.push(["calls/1", { kind: body.kind, caller_name: body.caller_name, caller_number: body.caller_number }]);
  for (const [path, step] of steps) {
    if (!await act(buttons(), `/incidents/${saved.id}/${path}`, step, t("say.changed", { id: saved.id }))) return false;
  }
  saved.body = body;
  return true;
}

export async function finish(andDispatch) {
  // Only what stands on the button is sent: what becomes known later waits for another key.
  clearTimeout(saveTimer);
  const shown = andDispatch && suggestion?.isReady && saved && !isOther() ? suggestion : null;
  await places.settle();
  if (saving) await saving;
  const isNew = !saved;
  if (isNew && !await save()) return;
  if (!isNew && !await saveRest()) return;
  if (!await saveAnswers()) return;
  const id = saved.id;
  await done(id, andDispatch && !shown);
  if (shown?.id === id) await shown.send();
}

/** The narrative goes to the incident; then the form is empty for the next call. */
async function done(id, andDispatch) {
  const text = value("text");
  const isNoted = !text || await act(buttons(), `/incidents/${id}/narrative`, { text }, t("say.received_as", { id }));
  forgetDraft();
  dialog.close();
  form.reset();
  select(id);
  // What was not taken is not lost.
  if (!isNoted && by("narrative-text")) by("narrative-text").value = text;
  requestAnimationFrame(() => ((andDispatch && by("send-units")) || by("incidents")).focus());
}

/** The call belongs to an incident in hand: attached, or merged where it has opened one already. */
async function attach(id) {
  if (saving) await saving;
  if (saved) {
    if (!await saveRest() || !await saveAnswers()) return;
    if (!await act(buttons(), `/incidents/${saved.id}/merge`, { into: id }, t("call.merged", { id: saved.id, into: id }))) return;
  } else {
    const { kind, caller_name, caller_number } = members();
    if (!await act(buttons(), `/incidents/${id}/calls`, { kind, caller_name, caller_number }, t("call.attached", { id }))) return;
    await saveAnswers(id);
  }
  await done(id, false);
}

/** What to do with a call that is not an ordinary one. */
function guide() {
  const kind = field("kind").value;
  const node = by("call-guide");
  node.hidden = !["silent", "abandoned", "written"].includes(kind);
  setText(node, node.hidden ? "" : t(`guide.${kind}`));
}

function init() {
  places = new PlaceSearch(field("place"), by("call-places"), by("call-verdict"), changed);
  candidates = new Candidates(attach);
  questions = new Questions(by("call-questions"), async () => { keepDraft(); if (!saving) await saveAnswers(); });
  premises = new Premises(by("call-premises"));
  form.addEventListener("keydown", (event) => {
    if (event.altKey && event.code === "KeyQ") {
      event.preventDefault();
      questions.focus();
    } else if (event.altKey && /^[1-8]$/.test(event.key)) {
      const id = candidates.at(Number(event.key));
      event.preventDefault();
      if (id) attach(id);
    }
  });
  form.addEventListener("input", (event) => { if (event.target.name !== "place") changed(); });
  // The type's own priority, until somebody chose another.
  field("priority").addEventListener("change", () => { isChosen = field("priority").value !== ""; });
  by("call-template").addEventListener("change", (event) => {
    useTemplate(config.templates.find((template) => template.code === event.target.value));
  });
  field("kind").addEventListener("change", guide);
  field("type").addEventListener("change", () => {
    if (!isChosen) field("priority").value = config.types.find((type) => type.code === field("type").value)?.priority ?? "";
  });
  form.addEventListener("reset", () => {
    isChosen = false;
    saved = null;
    suggest(null);
    places.clear();
    candidates.show([]);
    premises.ask({ place: null });
    questions.clear();
    by("call-guide").hidden = true;
    state(t("call.hint"));
  });
  by("call-anew").addEventListener("click", () => {
    forgetDraft();
    form.reset();
    field("place").focus();
  });
  typeAhead(field("type"));
  // A call that is recorded already goes on; closing the form loses nothing.
  dialog.addEventListener("close", () => {
    if (!saved) return;
    const id = saved.id;
    select(id);
    say(t("say.received_as", { id }));
  });
  onChange((changed) => { if (changed.all) fill(); });
  fill();
}

/** Puts a template's words where nothing stands yet. */
function useTemplate(template) {
  if (!template) return;
  for (const [name, text] of [["place", template.place], ["type", template.incident_type], ["text", template.text]]) {
    if (text && !value(name)) field(name).value = text;
  }
  if (template.priority && !isChosen && field("type").value === (template.incident_type ?? "")) {
    field("priority").value = template.priority;
    isChosen = true;
  } else if (template.incident_type) field("type").dispatchEvent(new Event("change"));
  if (template.place) places.ask(false);
  changed();
  field(value("place") ? "text" : "place").focus();
}

/** Fills the lists of types and priorities from the configuration. */
function fill() {
  for (const [name, table] of [["type", "types"], ["priority", "priorities"]]) {
    const chosen = field(name).value;
    const first = field(name).options[0];
    field(name).replaceChildren(first, ...config[table].map((row) =>
      el("option", { value: row.code, text: row.label === row.code ? row.code : `${row.code} · ${row.label}` })));
    field(name).value = chosen;
  }
  const offered = (config.templates ?? []).filter((template) => !template.retired);
  by("call-templates").hidden = offered.length === 0;
  const list = by("call-template");
  list.replaceChildren(list.options[0], ...offered.map((row) =>
    el("option", { value: row.code, text: row.label === row.code ? row.code : `${row.code} · ${row.label}` })));
}

init();
