// When panes are told: at once after a pause; what comes soon after that goes together.

/** The shortest time from one telling to the next, in milliseconds: a frame's. */
const GAP = 16;
/** Tellings draw one after the other where a drawing follows the one before within these milliseconds, taken over the last ten or so. */
const BUSY = 60;
/** Browsers give frames so often at least, unless nobody sees the window. */
const FRAME_LATE = 40;

export class Beat {
  /** `tell()` says whether it changed what is in sight. */
  constructor(tell) {
    this.tell = tell;
    this.isPlanned = false;
    this.told = 0;
    this.drawn = 0;
    /** From one drawing to the next, in milliseconds. */
    this.pace = 1000;
  }

  /** There is something to tell. */
  plan() {
    if (this.isPlanned) return;
    this.isPlanned = true;
    const since = performance.now() - this.told;
    // A timer and not a frame: what changes nothing in sight then draws nothing, and a window that nobody sees, which
    // gets no frames, sounds all the same.
    if (this.pace > BUSY && since >= GAP) queueMicrotask(() => this.now());
    else if (this.pace > BUSY) setTimeout(() => this.now(), GAP - since);
    // Where nearly each of them draws, it comes with a frame: so it is shown at once.
    else this.withFrame();
  }

  withFrame() {
    let late = 0;
    let frame = 0;
    const go = () => { clearTimeout(late); cancelAnimationFrame(frame); this.now(); };
    late = setTimeout(go, FRAME_LATE);
    frame = requestAnimationFrame(go);
  }

  now() {
    this.isPlanned = false;
    const at = performance.now();
    this.told = at;
    if (!this.tell()) return;
    this.pace += (Math.min(1000, at - this.drawn) - this.pace) / 10;
    this.drawn = at;
  }
}
