// Holds the one event stream for all windows of this browser: HTTP/1.1 allows six connections.
import { Stream } from "./stream.js";

const ports = new Set();
let stream = null;

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.addEventListener("message", ({ data }) => {
    if (data.kind === "bye") ports.delete(port);
    if (data.kind === "from") {
      stream ??= new Stream(data.url, (message) => {
        for (const each of ports) each.postMessage(message);
      });
      stream.from(data.seq);
    }
  });
  port.start();
  port.postMessage({ kind: "ready" });
});
