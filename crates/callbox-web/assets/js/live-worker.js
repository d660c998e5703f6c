// Holds the one event stream for all windows of this browser: HTTP/1.1 allows six connections.
import { Stream } from "./stream.js";

const ports = new Set();
let stream = null;
/** The newest position of each unit: a window that opens later has heard of none. */
const positions = new Map();

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.kind === "bye") ports.delete(port);
    if (data.kind === "from") {
      if (positions.size) port.postMessage({ kind: "positions", text: JSON.stringify({ positions: [...positions.values()] }) });
      stream ??= new Stream(data.url, (message) => {
        if (message.kind === "positions") for (const row of JSON.parse(message.text).positions) positions.set(row.id, row);
        for (const each of ports) each.postMessage(message);
      });
      stream.from(data.seq);
    }
  });
  port.start();
  port.postMessage({ kind: "ready" });
});
