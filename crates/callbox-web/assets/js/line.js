// The command line: what is typed is read by the server, said in words before it is done, and sent
// in full, so that nothing which comes in meanwhile changes what it means.
import { problemText, rights, t } from "./boot.js";
import { act, clearRefusal, say } from "./commands.js";
import { by, el, setAttr, setText } from "./dom.js";
import { showHelp } from "./help.js";
import { findIncidents, onSelect, select, selectedIncident } from "./incidents.js";
import { endUndo, offerUndo } from "./undo.js";
import { openUnit } from "./parts.js";
import { unitCalled } from "./store.js";

/** How many lines of this window can be had again; they are kept nowhere else. */
const KEPT = 100;
/** What can be taken back, as the rules have it. */
const UNDOABLE = new Set(["dispatch", "alarm", "close", "reassign", "cancel", "release", "acknowledged", "en-route", "on-scene", "transporting", "at-hospital", "clear", "status", "close-street", "lift"]);

const box = by("line");
const input = by("line-input");
const plan = by("line-plan");
const list = by("line-offers");
const past = [];
let back = 0;
let known = null;
let active = -1;
let isAsking = false;
let isSending = false;
let waiters = [];
/** When Escape was pressed last in the line; twice within this many milliseconds leaves it empty and stays. */
const TWICE = 600;
let escaped = -Infinity;

const asked = () => ({ line: input.value, incident: selectedIncident() });
const isSame = (a, b) => a && b && a.line === b.line && a.incident === b.incident;

/** One request at a time; what was typed in between is asked for next. */
async function ask() {
  if (isAsking) return;
  isAsking = true;
  const question = asked();
  let answer = null;
  try {
    if (question.line.trim()) {
      const response = await fetch("/api/v1/line/preview", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json" },
        body: JSON.stringify(question),
      });
      answer = await response.json();
      if (response.status === 401) location.assign("/sign-in?next=/board");
      if (!response.ok) answer = { state: "mistake", problem: answer, candidates: [] };
    } else answer = { state: "empty", candidates: [] };
  } catch {
    answer = { state: "unreachable", candidates: [] };
  }
  isAsking = false;
  if (!isSame(question, asked())) { ask(); return; }
  known = { ...answer, question };
  show();
  const now = waiters;
  waiters = [];
  for (const resolve of now) resolve(known);
}

function reading() {
  if (isSame(known?.question, asked()) && known.state !== "unreachable") return known;
  return new Promise((resolve) => { waiters.push(resolve); ask(); });
}

function sentence({ verb, values }) {
  const holes = { alarm: "", priority: "", type: "", place: "", ...values };
  if (values.cause) holes.cause = t(`closure.${values.cause}`);
  if (verb === "close-street") {
    holes.street ??= "";
    holes.until = values.hours ? t("line.until", values) : t("closures.open_end");
    holes.impassable = values.impassable ? `· ${t("closures.impassable")}` : "";
  }
  if (verb === "reassign") {
    const from = unitCalled(values.unit)?.incident;
    holes.from = from ? t("line.from", { from }) : "";
  }
  if (values.handling) holes.handling = t(`handling.${values.handling}`);
  // Why nobody would be sent, the refusal says.
  if ("units" in holes && !holes.units) return "";
  return t(`line.does.${verb}`, holes).replace(/\s+/g, " ").trim();
}

/** What keeping or forgetting a macro says. */
const macroWords = ({ name, line, center }) =>
  [t(line ? "line.macro.keep" : "line.macro.forget", { name, line }), center ? t("line.macro.center") : null].filter(Boolean).join(" · ");

function show() {
  const { state } = known;
  const parts = [];
  // What stands in the way and how to go on come first: the line may be too short for the rest.
  if (state === "refused" && known.problem) {
    const { detail, hint } = problemText(known.problem);
    parts.push(`${detail} – ${OVERRULED.has(known.problem.code) ? t("line.insist") : hint}`);
  }
  // What was dropped lies there and is not done: whoever let a mouse go looks for that first.
  if (state === "ready" && "dropped" in box.dataset) parts.push(t("line.dropped"));
  if (known.verb && (state === "ready" || state === "see" || state === "refused")) parts.push(sentence(known));
  if (known.macro) parts.push(macroWords(known.macro));
  if (known.verdict === "unverified") parts.push(t("line.unsure"));
  if (state === "ready" && TAKES.has(known.verb) && !known.values?.place) parts.push(t("line.no_place"));
  if (known.duplicates?.length) parts.push(t("line.duplicates", { ids: known.duplicates.map((id) => `#${id}`).join(", ") }));
  if (state !== "refused" && known.problem) {
    const { detail, hint } = problemText(known.problem);
    if (state === "unfinished") parts.push(known.usage ?? hint);
    else parts.push(`${detail} – ${hint}`);
  }
  if (state === "empty") parts.push(t("line.hint"));
  if (state === "unreachable") parts.push(t("say.unreachable"));
  const said = parts.filter(Boolean).join(" · ");
  setText(plan, said);
  setAttr(plan, "title", said);
  setAttr(box, "data-state", state);
  offer();
}

const TAKES = new Set(["new", "template"]);
const OVERRULED = new Set(["unit-committed", "backward", "work-begun"]);

function label({ kind, label: words, insert }) {
  if (kind === "verb") return t(`line.verb.${words}`);
  if (kind === "cause") return t(`closure.${words}`);
  if (kind === "handling") return t(`handling.${words}`);
  return words === insert ? "" : words ?? "";
}

function offer() {
  active = -1;
  const isOpen = known.candidates.length > 0 && document.activeElement === input && known.state !== "empty";
  list.replaceChildren(...(isOpen ? known.candidates.map((one, at) =>
    el("li", { role: "option", id: `offer-${at}`, "aria-selected": "false", "data-kind": one.kind, onmousedown: (event) => { event.preventDefault(); take(at); } },
      el("b", { text: one.insert }), el("span", { text: label(one) }))) : []));
  // Offers stand above the alarms: what asks for an act is never covered.
  if (isOpen) list.style.setProperty("--alarms", `${by("alarms").offsetHeight}px`);
  list.hidden = !isOpen;
  setAttr(input, "aria-expanded", String(isOpen));
  setAttr(input, "aria-activedescendant", null);
}

function highlight(step) {
  const count = list.children.length;
  if (!count) return;
  list.children[active]?.setAttribute("aria-selected", "false");
  active = (active + step + count) % count;
  list.children[active].setAttribute("aria-selected", "true");
  setAttr(input, "aria-activedescendant", `offer-${active}`);
}

/** Puts a candidate in place of the word that is being typed. */
function take(at) {
  const one = known.candidates[at];
  if (!one) return;
  const text = input.value.slice(0, known.replace) + one.insert;
  put(one.kind === "place" ? text : `${text} `);
}

function put(text) {
  delete box.dataset.dropped;
  input.value = text;
  input.setSelectionRange(text.length, text.length);
  ask();
}

function remember(line) {
  if (past.at(-1) !== line) past.push(line);
  if (past.length > KEPT) past.shift();
  back = past.length;
}

function recall(step) {
  back = Math.min(past.length, Math.max(0, back + step));
  put(past[back] ?? "");
}

function see({ see: sight, values }) {
  if (sight.kind === "incident") select(sight.incident);
  else if (sight.kind === "unit") openUnit(sight.unit);
  else if (sight.kind === "find") findIncidents(sight.words);
  else if (sight.kind === "help") showHelp();
  else {
    const { fix } = sight;
    const at = fix && { unit: sight.unit, here: fix.here, lat: fix.lat.toFixed(5), lon: fix.lon.toFixed(5), age: fix.age_seconds };
    say(fix ? t(fix.here ? "line.position" : "line.position.bare", at) : t("line.position.none", values));
    dispatchEvent(new CustomEvent("callbox:locate", { detail: sight }));
  }
}

async function enter() {
  if (isSending || !input.value.trim()) return;
  isSending = true;
  try {
    const read = await reading();
    if (read.state === "see") {
      remember(input.value);
      put("");
      see(read);
      return;
    }
    const typed = input.value;
    if (read.state === "macro") {
      if (!await act([box], "/macros", { ...read.macro, line: read.macro.line || null }, macroWords(read.macro))) return;
      remember(typed);
      put("");
      return;
    }
    if (read.state !== "ready") {
      fault(read);
      if (read.verb === "undo" && read.problem) endUndo();
      return;
    }
    const done = t("line.done", { what: sentence(read) });
    // What the server would answer by a second step is said in the line by a `!`.
    const answer = await act([box], "/line", { line: read.line }, done);
    if (!answer) return;
    remember(typed);
    put("");
    clearRefusal();
    if (TAKES.has(read.verb)) {
      select(answer.incident);
      say(`${done} · #${answer.incident}`);
    }
    if (UNDOABLE.has(read.verb)) offerUndo();
  } finally {
    isSending = false;
  }
}

/** Marks the word that is wrong, so that typing replaces it. */
function fault({ problem, state }) {
  box.classList.remove("is-wrong");
  void box.offsetWidth;
  box.classList.add("is-wrong");
  const { from, to } = problem?.values ?? {};
  if (state === "mistake" && from !== undefined) input.setSelectionRange(Number(from), Number(to));
  // What is refused as a whole is written anew as a whole, or goes on behind its end with a `!`.
  else if (state === "refused" && !OVERRULED.has(problem?.code)) input.select();
}

/** A call sign as the line reads it. */
export const quoted = (sign) => (/[\s.,@"#<>!]/.test(sign) || /^\d+$/.test(sign) ? `"${sign}"` : sign);

export function focusLine(text, isDropped = false) {
  input?.focus({ preventScroll: true });
  if (text !== undefined) put(text);
  if (isDropped) box.dataset.dropped = "";
}

function onKey(event) {
  const isPlain = !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
  if (event.isComposing || !isPlain) return;
  const isOffered = !list.hidden;
  const isRecalling = input.value === "" || back < past.length;
  if (event.key === "Enter") {
    if (active >= 0) take(active);
    else enter();
  } else if (event.key === "Tab" && isOffered && known.candidates.length) take(Math.max(0, active));
  else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
    const step = event.key === "ArrowUp" ? -1 : 1;
    if (isOffered && !isRecalling) highlight(step);
    else recall(step);
  } else if (event.key === "Escape" && (isOffered || input.value || event.timeStamp - escaped < TWICE)) {
    // Twice leads to an empty line also from the line itself: whoever writes on must not be elsewhere.
    if (isOffered) { list.hidden = true; setAttr(input, "aria-expanded", "false"); active = -1; }
    else { back = past.length; put(""); }
    escaped = event.timeStamp;
  } else return;
  event.preventDefault();
  event.stopPropagation();
}

export function initLine() {
  if (!input) return;
  input.addEventListener("keydown", onKey);
  input.addEventListener("input", () => { back = past.length; delete box.dataset.dropped; box.classList.remove("is-wrong"); ask(); });
  input.addEventListener("focus", () => { if (known) show(); else ask(); });
  input.addEventListener("blur", () => { list.hidden = true; setAttr(input, "aria-expanded", "false"); });
  by("line-form").addEventListener("submit", (event) => { event.preventDefault(); enter(); });
  onSelect(() => { if (input.value) ask(); });
  setAttr(box, "data-may", rights.dispatch ? "dispatch" : null);
  ask();
}
