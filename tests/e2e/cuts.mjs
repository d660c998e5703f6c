// The board's own store and stream, run without a browser, over connections that are cut at random.
//
//   node cuts.mjs ORIGIN COOKIE CUTS SEED      prints one line of JSON
//
// Each connection ends after a random number of bytes or milliseconds, often in the middle of an event, while others write.
// Boards with an even seed take the stream packed, as browsers do. In the end the store has to be what a fresh board says:
// no row lost, none older, none twice.
import http from "node:http";
import process from "node:process";
import zlib from "node:zlib";

const [origin, cookie, cuts, seed] = [process.argv[2], process.argv[3], Number(process.argv[4]), Number(process.argv[5])];
let state = seed >>> 0 || 1;
/** A small generator, so that a seed gives the same cuts. */
function random() {
  state ^= state << 13; state >>>= 0;
  state ^= state >>> 17;
  state ^= state << 5; state >>>= 0;
  return state / 2 ** 32;
}

const isPacked = seed % 2 === 0;
let done = 0;
let delivered = 0;
let resets = 0;
let isCutting = true;
const timers = [];

/** As browsers do it (HTML, section 9.2): events by blank lines, the last id sent on reconnection. */
class EventSource {
  constructor(url) {
    this.url = url;
    this.readyState = 0;
    this.listeners = new Map();
    this.lastId = null;
    this.connect();
  }

  addEventListener(kind, listener) { this.listeners.set(kind, listener); }
  close() { this.readyState = 2; this.request?.destroy(); }

  connect() {
    if (this.readyState === 2) return;
    this.readyState = 0;
    const headers = { Cookie: cookie, Accept: "text/event-stream" };
    if (this.lastId !== null) headers["Last-Event-ID"] = this.lastId;
    if (isPacked) headers["Accept-Encoding"] = "gzip";
    // Cut after some bytes, or after some milliseconds, whichever comes first: in the middle of events and between them.
    let left = isCutting ? Math.floor(random() ** 3 * (isPacked ? 30_000 : 200_000)) : Infinity;
    const late = isCutting ? setTimeout(() => { left = 0; this.request.destroy(); again(); }, random() ** 2 * 150) : null;
    let text = "";
    // Each connection ends once, whatever its socket still says.
    let isEnded = false;
    const again = () => {
      if (this.readyState === 2 || isEnded) return;
      isEnded = true;
      left = 0;
      clearTimeout(late);
      done += 1;
      this.listeners.get("error")?.({});
      setImmediate(() => this.connect());
    };
    this.request = http.get(origin + this.url, { headers }, (response) => {
      if (response.statusCode !== 200) { response.resume(); setTimeout(again, 20); return; }
      this.readyState = 1;
      const decoder = new TextDecoder();
      const read = (part) => {
        if (isEnded) return;
        text += decoder.decode(part, { stream: true });
        for (let end; (end = text.indexOf("\n\n")) >= 0;) {
          const block = text.slice(0, end);
          text = text.slice(end + 2);
          this.dispatch(block);
        }
      };
      if (isPacked !== (response.headers["content-encoding"] === "gzip")) throw new Error("the stream is not packed as it was asked for");
      const unpacker = isPacked ? zlib.createGunzip() : null;
      unpacker?.on("data", read);
      response.on("data", (bytes) => {
        if (left <= 0) return;
        const part = bytes.subarray(0, Math.min(bytes.length, left));
        left -= bytes.length;
        const cut = () => { if (left <= 0) { response.destroy(); again(); } };
        if (unpacker) unpacker.write(part, cut);
        else { read(part); cut(); }
      });
      response.on("end", again);
      response.on("error", again);
    });
    this.request.on("error", again);
    if (isCutting && left === 0) { this.request.destroy(); }
  }

  dispatch(block) {
    let kind = "message", data = "";
    for (const line of block.split("\n")) {
      const [, name, value] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
      if (name === "event") kind = value;
      else if (name === "data") data += value;
      else if (name === "id") this.lastId = value;
    }
    if (!data) return;
    delivered += 1;
    this.listeners.get(kind)?.({ data, lastEventId: this.lastId ?? "" });
  }
}

globalThis.EventSource = EventSource;
const interval = globalThis.setInterval;
globalThis.setInterval = (act, ms) => { const timer = interval(act, ms); timers.push(timer); return timer; };

const store = await import("../../crates/callbox-web/assets/js/store.js");
const { Sync } = await import("../../crates/callbox-web/assets/js/sync.js");
const { Stream } = await import("../../crates/callbox-web/assets/js/stream.js");

function board() {
  return new Promise((resolve, reject) => {
    http.get(`${origin}/api/v1/board`, { headers: { Cookie: cookie, Accept: "application/json" } }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => { text += part; });
      response.on("end", () => resolve(JSON.parse(text)));
    }).on("error", reject);
  });
}

const older = [];
const versions = new Map();
/** No row may go back, but for a board that is loaded anew. */
function check() {
  for (const [name, rows] of [["incident", store.incidents], ["unit", store.units]]) {
    for (const row of rows.values()) {
      const key = `${name} ${row.id}`;
      if ((versions.get(key) ?? 0) > row.version) older.push(key);
      versions.set(key, row.version);
    }
  }
}
const sync = new Sync(() => board().catch(() => null), () => {});
const stream = new Stream("/api/v1/live", ({ kind, text }) => {
  if (kind === "change") { sync.change(JSON.parse(text)); check(); }
  else if (kind === "reset") {
    resets += 1;
    sync.load();
  }
});
await sync.load();
stream.from(store.position.seq);

process.stdin.setEncoding("utf8");
let isOver = false;
process.stdin.on("data", () => { isOver = true; });
while (done < cuts) await new Promise((resolve) => setTimeout(resolve, 20));
isCutting = false;
process.stdout.write("cut\n");
while (!isOver) await new Promise((resolve) => setTimeout(resolve, 20));

/** Rows by number; the version is when a row was rendered, not what it says. */
const sorted = (_, value) => (value && typeof value === "object" && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value);
const text = (value) => JSON.stringify(value, sorted);
const rows = (all) => text([...all].filter((row) => row.state !== "closed").sort((a, b) => a.id - b.id).map(({ version, ...row }) => row));
let isSame = false;
const begin = Date.now();
while (!isSame && Date.now() - begin < 5000) {
  const fresh = await board();
  isSame = sync.isLoaded && rows(fresh.incidents) === rows(store.incidents.values()) && rows(fresh.units) === rows(store.units.values())
    && text(fresh.alarms) === text([...store.alarms.values()]);
  if (!isSame) await new Promise((resolve) => setTimeout(resolve, 50));
}
if (!isSame) {
  const fresh = await board();
  for (const [name, theirs, ours] of [["incident", fresh.incidents, store.incidents], ["unit", fresh.units, store.units]]) {
    for (const row of theirs) {
      const mine = ours.get(row.id);
      if (!mine || rows([row]) !== rows([mine])) process.stderr.write(`${name} ${row.id}: board ${JSON.stringify(row)}\n  here ${JSON.stringify(mine)}\n`);
    }
    for (const id of ours.keys()) if (!theirs.some((row) => row.id === id)) process.stderr.write(`${name} ${id} is here only\n`);
  }
  if (text(fresh.alarms) !== text([...store.alarms.values()])) process.stderr.write(`alarms: ${fresh.alarms.length} on the board, ${store.alarms.size} here\n`);
}
process.stdout.write(`${JSON.stringify({ cuts: done, delivered, resets, older: older.length, same: isSame, settled_ms: Date.now() - begin, incidents: store.incidents.size, units: store.units.size })}\n`);
for (const timer of timers) clearInterval(timer);
process.exit(isSame && older.length === 0 ? 0 : 1);
