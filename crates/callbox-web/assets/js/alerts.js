// Sounds for calls that wait, one for each rank, until somebody looks at the call or sends help. Whether sound is on,
// muted, or held back by the browser is always to be seen.
import { t } from "./boot.js";
import { everySecond } from "./clock.js";
import { by, setAttr, setText } from "./dom.js";
import { onSelect } from "./incidents.js";
import { incidents, isWaiting, onChange } from "./store.js";

/** Seconds from one sound to the next while a call waits unheard. */
const EVERY = 6;
/** Tones in hertz and how long each lasts in seconds; the most urgent is the highest and longest. */
const SOUNDS = [[[988, 0.16], [1319, 0.16], [988, 0.16], [1319, 0.3]], [[784, 0.18], [988, 0.24]], [[587, 0.22]]];

let context = null;
let isMuted = false;
let known = null;
const unheard = new Map();
let since = 0;

const soundOf = (rank) => SOUNDS[Math.min(SOUNDS.length - 1, Math.max(0, rank - 1))];

/** Browsers let a page sound only after a key or a click. Escape is none to them: each is tried. */
function wake() {
  if (context?.state === "running" || navigator.userActivation?.hasBeenActive === false) return;
  context ??= new AudioContext();
  if (context.state === "suspended") context.resume().then(show);
  show();
}

function play(tones, from = 0) {
  if (!context || context.state !== "running") return from;
  let at = context.currentTime + from;
  for (const [hertz, seconds] of tones) {
    const tone = context.createOscillator();
    const gain = context.createGain();
    tone.frequency.value = hertz;
    gain.gain.setValueAtTime(0.0001, at);
    gain.gain.exponentialRampToValueAtTime(0.25, at + 0.015);
    gain.gain.exponentialRampToValueAtTime(0.0001, at + seconds);
    tone.connect(gain).connect(context.destination);
    tone.start(at);
    tone.stop(at + seconds);
    at += seconds + 0.03;
  }
  return at - context.currentTime;
}

function show() {
  const isBlocked = context?.state !== "running";
  const state = isMuted ? "off" : isBlocked ? "blocked" : "on";
  setText(by("sound"), t(isMuted ? "alerts.off" : isBlocked ? "alerts.blocked" : "alerts.on"));
  setAttr(by("sound"), "aria-pressed", String(!isMuted));
  setAttr(document.body, "data-sound", state);
  setAttr(document.body, "data-unheard", unheard.size || null);
}

function ring() {
  since = 0;
  if (isMuted || !unheard.size) return;
  play(soundOf(Math.min(...unheard.values())));
}

function mute(on) {
  isMuted = on;
  try { localStorage.setItem("callbox.muted", on ? "yes" : "no"); } catch { /* for this page */ }
  show();
}

/** Every sound once, the most urgent first. */
function test() {
  mute(false);
  wake();
  const start = () => SOUNDS.reduce((from, tones) => play(tones, from) + 0.25, 0);
  if (context.state === "running") start();
  else context.resume().then(() => { show(); start(); });
}

/** Sounds for something else than a call, again and again until it is heard. */
export function ringFor(key, rank) {
  unheard.set(key, rank);
  ring();
  show();
}

export function heard(key) {
  if (unheard.delete(key)) show();
}

export function initAlerts() {
  try { isMuted = localStorage.getItem("callbox.muted") === "yes"; } catch { /* sound stays on */ }
  by("sound").addEventListener("click", () => { mute(!isMuted); wake(); });
  by("sound-test").addEventListener("click", test);
  for (const name of ["keydown", "pointerdown"]) addEventListener(name, wake, true);
  show();
}

onChange((changed) => {
  // What was there when the board opened was heard by somebody; what comes now was not.
  const isFirst = known === null;
  known ??= new Set();
  let isNew = false;
  const before = unheard.size;
  for (const id of changed.all ? incidents.keys() : changed.incidents) {
    const row = incidents.get(id);
    if (!row || !isWaiting(row)) unheard.delete(id);
    else if (!known.has(id)) {
      known.add(id);
      if (!isFirst) { unheard.set(id, row.rank); isNew = true; }
    } else if (unheard.has(id)) unheard.set(id, row.rank);
  }
  for (const id of unheard.keys()) if (typeof id === "number" && !incidents.has(id)) unheard.delete(id);
  if (isNew) ring();
  if (isNew || unheard.size !== before) show();
});

onSelect((id) => { if (unheard.delete(id)) show(); });

everySecond(() => { if (unheard.size && ++since >= EVERY) ring(); });
