// The server's clock, and the one loop that moves all timers once a second.
import { locale } from "./boot.js";

let offset = 0;
let known = false;
let format = null;
const listeners = new Set();

const local = () => performance.timeOrigin + performance.now();

/** The server's time in milliseconds since 1970. */
export const now = () => local() + offset;

/** Takes the time of a message; the one that came fastest is nearest to the truth. */
export function learn(at) {
  const heard = at - local();
  if (!known || heard > offset || offset - heard > 1500) offset = heard;
  known = true;
}

export function setTimeZone(timeZone) {
  const options = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  try {
    format = new Intl.DateTimeFormat("en-GB", { ...options, timeZone });
  } catch {
    format = new Intl.DateTimeFormat("en-GB", options);
  }
}

/** 14:02:13 in the center's time zone. */
export const time = (ms) => (ms === null || ms === undefined ? "" : format.format(ms));

/** 0:42, 12:03, 1:02:03, 2 d: how long. */
export function span(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

/** 0:40, 1:50, 12m, 3h20, 2d: how long where nobody waits, so in steps of ten seconds at first; what stands still costs nothing. */
export function shortSpan(ms) {
  const minutes = Math.max(0, Math.floor(ms / 60_000));
  if (minutes < 2) return span(Math.floor(ms / 10_000) * 10_000);
  if (minutes < 60) return `${minutes}m`;
  return minutes < 1440 ? `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}` : `${Math.floor(minutes / 1440)}d`;
}

/** Calls `listener` at each new second of the server's clock. */
export const everySecond = (listener) => listeners.add(listener);

function tick() {
  const at = now();
  for (const listener of listeners) listener(at);
  setTimeout(tick, 1005 - (now() % 1000));
}

setTimeZone();
setTimeout(tick, 0);

/** Milliseconds from what the API gives: a number, or RFC 3339. */
export const ms = (value) => (typeof value === "string" ? Date.parse(value) : value ?? null);

export const number = (value) => new Intl.NumberFormat(locale).format(value);
