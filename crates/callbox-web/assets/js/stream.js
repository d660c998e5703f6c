// One event stream from the server; runs in the shared worker, or in the page where there is none.

/** Longer silence than this and the connection is taken for dead. Beats come every 2 s. */
const SILENCE = 12_000;

export class Stream {
  /** `tell(message)` gets {kind: "change" | "reset" | "beat" | "positions", text} or {kind: "down", closed}. */
  constructor(url, tell) {
    this.url = url;
    this.tell = tell;
    this.source = null;
    this.seq = null;
    this.heard = 0;
    this.start = null;
    setInterval(() => this.watch(), 2000);
  }

  /** Streams what happens after `seq`; a stream that began earlier is left as it is. */
  from(seq) {
    if (this.source && this.start <= seq) return;
    this.start = seq;
    this.seq = seq;
    this.open();
  }

  open() {
    this.source?.close();
    const source = new EventSource(`${this.url}?after=${this.seq}`);
    this.source = source;
    this.heard = Date.now();
    const on = (kind) => source.addEventListener(kind, (event) => {
      if (source !== this.source) return;
      this.heard = Date.now();
      // A beat's id is that of the last change, which may be behind the ledger's length; positions stand in no ledger.
      if (kind === "change" || kind === "reset") this.seq = Number(event.lastEventId);
      // As text: to copy that from the worker to a page costs less than to copy what it means.
      this.tell({ kind, text: event.data });
    });
    on("change");
    on("reset");
    on("beat");
    on("positions");
    source.addEventListener("error", () => {
      if (source === this.source) this.tell({ kind: "down", closed: source.readyState === 2 });
    });
  }

  watch() {
    if (!this.source) return;
    const isClosed = this.source.readyState === 2;
    if (isClosed || Date.now() - this.heard > SILENCE) this.open();
  }
}
