// Long lists: only the rows in sight and some around them stand in the page. What is not there costs no
// style, no layout, no paint and no memory; counts and places of all rows are told to assistive technology.
import { by, el } from "./dom.js";

/** So many lines above and below what is in sight stand in the page too, so that scrolling shows no gap. */
const AROUND = 8;
/** A list of so few lines stands in the page as a whole. */
const WHOLE = 200;

export class Windowed {
  /** `draw()` is called when other lines have come in sight, or when the size is another one. */
  constructor(scroller, draw) {
    this.scroller = scroller;
    this.lane = el("div", { class: "lane", role: "presentation" });
    scroller.append(this.lane);
    this.top = 0;
    this.drawn = [0, 0];
    this.measure();
    new ResizeObserver(() => { this.measure(); draw(); }).observe(scroller);
    scroller.addEventListener("scroll", () => {
      this.top = scroller.scrollTop;
      const isInside = this.top >= this.drawn[0] && this.top + this.height <= this.drawn[1];
      if (!isInside) draw();
    }, { passive: true });
  }

  measure() {
    const style = getComputedStyle(by("content"));
    /** The height of a line in pixels, as the styles have it. */
    this.row = parseFloat(style.getPropertyValue("--row")) || 24;
    this.rem = parseFloat(getComputedStyle(document.documentElement).fontSize) || 16;
    this.height = this.scroller.clientHeight;
    this.width = this.lane.clientWidth;
  }

  /** The pixels from and to which lines have to stand in the page, of `total` pixels in all. */
  range(total) {
    if (total !== this.total) {
      this.total = total;
      this.lane.style.blockSize = `${total}px`;
      // A list that became shorter scrolls by itself.
      this.top = Math.min(this.top, Math.max(0, total - this.height));
    }
    const around = AROUND * this.row;
    this.drawn = total <= WHOLE * this.row ? [0, Infinity] : [Math.max(0, this.top - around), this.top + this.height + around];
    // At the ends there is nothing more to draw.
    if (this.drawn[0] === 0) this.drawn[0] = -Infinity;
    if (this.drawn[1] >= total) this.drawn[1] = Infinity;
    return this.drawn;
  }

  /** Scrolls so that the pixels from `from` to `to` are in sight; `above` pixels are covered by a head. */
  reveal(from, to, above = 0) {
    if (!this.height) return;
    if (from - above < this.top) this.top = Math.max(0, from - above);
    else if (to > this.top + this.height) this.top = to - this.height;
    else return;
    this.scroller.scrollTop = this.top;
  }
}
