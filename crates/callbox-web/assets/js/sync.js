// Keeps the store in step with the server: a board as a whole, then changes. What comes while a board
// is on its way waits for it, for nobody knows which of the two is newer until both are there.
import { apply, load, position } from "./store.js";

/** The board as the server has it now, or null where it does not answer; leads to the sign-in where the session has ended. */
export async function fetchBoard() {
  try {
    const response = await fetch("/api/v1/board", { headers: { Accept: "application/json" } });
    if (response.status === 401) location.assign(`/sign-in?next=${location.pathname}`);
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
}

/** How many changes wait at most; beyond that a later board is asked for instead. */
const WAITING = 2000;

export class Sync {
  /** `fetchBoard()` gives a board, or null where there is none now; `onBoard(board)` hears of each. */
  constructor(fetchBoard, onBoard) {
    this.fetchBoard = fetchBoard;
    this.onBoard = onBoard;
    this.isLoaded = false;
    this.isLoading = false;
    this.isStale = false;
    this.waiting = [];
  }

  /** Fetches the board, again where a reset came meanwhile. */
  async load() {
    this.isStale = true;
    this.isLoaded = false;
    if (this.isLoading) return;
    this.isLoading = true;
    while (this.isStale) {
      this.isStale = false;
      const board = await this.fetchBoard();
      if (!board) {
        this.isStale = true;
        await new Promise((resolve) => { setTimeout(resolve, 2000); });
      } else if (!this.isStale) {
        load(board);
        this.isLoaded = true;
        for (const change of this.waiting) apply(change);
        this.waiting = [];
        this.onBoard(board);
      }
    }
    this.isLoading = false;
  }

  change(data) {
    if (this.isLoaded) apply(data);
    else if (this.waiting.length < WAITING) this.waiting.push(data);
    else {
      this.waiting = [data];
      this.isStale = true;
    }
  }

  beat(data) {
    if (this.isLoaded) position.seq = Math.max(position.seq, data.seq);
  }
}
