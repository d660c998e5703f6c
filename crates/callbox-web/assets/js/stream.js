// One event stream from the server; runs in the shared worker, or in the page where there is none.

/** Longer silence than this and the connection is taken for dead. Beats come every 2 s. */
const SILENCE = 12_000;

export class Stream {
  /** `tell(message)` gets {kind: "change" | "reset" | "beat" | "positions" | "down", …}. */
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
      const data = JSON.parse(event.data);
      // A beat names the ledger's length, which may be ahead of what was sent; positions stand in no ledger.
      if (kind === "change" || kind === "reset") this.seq = data.seq;
      this.tell({ kind, data });
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
