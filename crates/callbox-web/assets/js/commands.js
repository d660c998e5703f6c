// Commands to the server. Each has a key of its own: sent twice, it happens once.
import { problemText, t } from "./boot.js";
import { by, setText } from "./dom.js";

const WAITS = [400, 800, 1600, 3200, 5000];
const TRIES = 20;

/** A refusal in the page's language. */
export class Refused extends Error {
  constructor(problem) {
    const { detail, hint } = problemText(problem);
    super(detail);
    this.hint = hint;
    this.code = problem.code ?? "";
  }
}

function newKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // Outside secure contexts there is no randomUUID.
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Sends a command until the server has answered it; `body` may hold null members. */
async function send(path, body) {
  const key = newKey();
  const text = JSON.stringify(body);
  for (let attempt = 0; ; attempt += 1) {
    const answer = await attemptOnce(path, text, key);
    if (answer.done) return answer.value;
    if (attempt >= TRIES) throw new Refused({ detail: t("say.unreachable"), hint: t("say.unreachable_hint") });
    say(t("say.retrying", { n: attempt + 1 }));
    await wait(answer.after ?? WAITS[Math.min(attempt, WAITS.length - 1)]);
  }
}

async function attemptOnce(path, body, key) {
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json", "Idempotency-Key": key },
      body,
    });
  } catch {
    return { done: false };
  }
  if (response.status === 429 || response.status === 503) {
    const after = Number(response.headers.get("Retry-After"));
    return { done: false, after: after ? after * 1000 : undefined };
  }
  if (response.status === 401) location.assign("/sign-in?next=/board");
  const value = await response.json().catch(() => ({}));
  if (!response.ok) throw new Refused(value);
  return { done: true, value };
}

/** What may be done expressly after a refusal: a member of the body, and the words of its button. */
const EXPRESSLY = {
  "unit-committed": { member: "although_committed", key: "expressly.committed" },
  backward: { member: "correction", key: "expressly.correction" },
  "work-begun": { member: "preempt", key: "expressly.preempt" },
};

const listeners = new Set();
/** `listener(path)` is called after each act that was recorded. */
export const onDone = (listener) => listeners.add(listener);

/**
 * Carries a command out: hatches `nodes` until the answer is there, says what happened, shows a
 * refusal with its hint. Gives the answer, or null when it was refused. A refusal that can be
 * overruled offers a second step, which is never taken by itself; `then` is called after it.
 */
export async function act(nodes, path, body, done, then) {
  // Pressed twice is meant once.
  if (nodes.some((node) => node.hasAttribute("aria-busy"))) return null;
  for (const node of nodes) {
    node.classList.add("pending");
    node.setAttribute("aria-busy", "true");
  }
  try {
    const answer = await send(path, body);
    say(done);
    for (const listener of listeners) listener(path);
    clearRefusal();
    return answer;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const step = EXPRESSLY[error.code];
    const isOpen = step && !body[step.member];
    showRefusal(error, isOpen && {
      words: t(step.key),
      go: async () => {
        const answer = await act(nodes, path, { ...body, [step.member]: true }, done, then);
        if (answer) then?.(answer);
      },
    });
    return null;
  } finally {
    for (const node of nodes) {
      node.classList.remove("pending");
      node.removeAttribute("aria-busy");
    }
  }
}

/** Says something in the foot line, to screen readers too. */
export function say(text) {
  setText(by("said"), text ?? "");
}

/** In the dialog that is open, or in the pane: what lies behind a dialog nobody hears. */
export function showRefusal(refused, expressly) {
  const box = document.querySelector("dialog[open] [data-refusal]") ?? by("refusal");
  setText(box.querySelector("[data-what]"), refused.message);
  setText(box.querySelector("[data-hint]"), refused.hint);
  const button = box.querySelector("[data-expressly]");
  if (button) {
    button.hidden = !expressly;
    setText(button, expressly ? expressly.words : "");
    button.onclick = expressly ? () => expressly.go() : null;
  }
  box.hidden = false;
  say("");
}

export function clearRefusal() {
  for (const box of document.querySelectorAll("[data-refusal]")) box.hidden = true;
}

/** Asks something that records nothing; null when there is no answer. What callers say goes in a body, never in an address. */
export async function post(path, body) {
  try {
    const response = await fetch(`/api/v1${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "application/json" },
      body: JSON.stringify(body),
    });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}
