// The page's end of the live connection.
import { Stream } from "./stream.js";

const URL_OF_STREAM = new URL("/api/v1/live", location.href).pathname;

/**
 * Connects; `tell(message)` gets what the stream says. Gives a function that starts it at a
 * position. Connect before the board is fetched: then nothing falls between the two.
 */
export async function connect(tell) {
  const port = await sharedPort(tell);
  if (port) {
    addEventListener("pagehide", () => port.postMessage({ kind: "bye" }));
    // A page that comes back from the browser's cache has missed something.
    addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
    return (seq) => port.postMessage({ kind: "from", seq, url: URL_OF_STREAM });
  }
  const stream = new Stream(URL_OF_STREAM, tell);
  return (seq) => stream.from(seq);
}

function sharedPort(tell) {
  if (typeof SharedWorker === "undefined") return null;
  return new Promise((resolve) => {
    let worker;
    try {
      worker = new SharedWorker(workerUrl(), { type: "module", name: "callbox-live" });
    } catch {
      resolve(null);
      return;
    }
    const late = setTimeout(() => resolve(null), 2000);
    worker.addEventListener("error", () => { clearTimeout(late); resolve(null); });
    worker.port.addEventListener("message", ({ data }) => {
      if (data.kind === "ready") { clearTimeout(late); resolve(worker.port); } else tell(data);
    });
    worker.port.start();
  });
}

/** The worker's address; where Trusted Types are enforced, the policy allows this one only. */
function workerUrl() {
  const url = new URL("./live-worker.js", import.meta.url).href;
  if (!globalThis.trustedTypes) return url;
  return trustedTypes.createPolicy("callbox-worker", { createScriptURL: () => url }).createScriptURL("");
}
