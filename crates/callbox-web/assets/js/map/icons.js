// Pictures for the map, drawn when they are needed: a frame for each type of unit; within it a shape for each state, as on
// the board, on light, coloured or dark ground as the unit is free, under way or at work.
import { SHAPES } from "../dom.js";
import { colours } from "./style.js";

const SIZE = 26;

/** Frames that tell types of units apart without colour, by the order in which the center names them. */
const FRAMES = [
  (p) => p.roundRect(2, 2, 22, 22, 3),
  (p) => p.arc(13, 13, 11, 0, 7),
  (p) => { p.moveTo(13, 1); p.lineTo(25, 13); p.lineTo(13, 25); p.lineTo(1, 13); p.closePath(); },
  (p) => { p.moveTo(7, 2); p.lineTo(19, 2); p.lineTo(25, 13); p.lineTo(19, 24); p.lineTo(7, 24); p.lineTo(1, 13); p.closePath(); },
  (p) => { p.moveTo(13, 1); p.lineTo(25, 10); p.lineTo(21, 24); p.lineTo(5, 24); p.lineTo(1, 10); p.closePath(); },
  (p) => { p.moveTo(8, 1); p.lineTo(18, 1); p.lineTo(25, 8); p.lineTo(25, 18); p.lineTo(18, 25); p.lineTo(8, 25); p.lineTo(1, 18); p.lineTo(1, 8); p.closePath(); },
];
const UNDER_WAY = new Set(["dispatched", "acknowledged", "en_route"]);

/** Draws the picture of this name; null for a name that is none of ours. */
export function icon(name, isDark) {
  const c = colours(isDark);
  const [kind, what, extra, last] = name.split("-");
  if (kind === "unit") return unit(c, what, Number(extra), last === "help");
  if (kind === "incident") return incident(c, what, extra);
  if (kind === "place") return what === "closed" ? noEntry(c) : place(c, what);
  if (kind === "cover") return cover(c, what);
  return null;
}

function canvas(draw) {
  const ratio = 2;
  const element = document.createElement("canvas");
  element.width = SIZE * ratio;
  element.height = SIZE * ratio;
  const pen = element.getContext("2d");
  pen.scale(ratio, ratio);
  pen.lineJoin = "round";
  draw(pen);
  return { data: pen.getImageData(0, 0, SIZE * ratio, SIZE * ratio), ratio };
}

function unit(c, meaning, type, needsHelp) {
  const ground = meaning === "available" ? c.raised : UNDER_WAY.has(meaning) ? c.pick : c.ink2;
  return canvas((pen) => {
    const frame = new Path2D();
    FRAMES[type % FRAMES.length](frame);
    pen.fillStyle = ground;
    pen.fill(frame);
    // A crew that needs help itself is the one thing that is red among units.
    pen.strokeStyle = needsHelp ? c.alarm : meaning === "available" ? c.ink2 : c.halo;
    pen.lineWidth = needsHelp ? 3 : 1.6;
    pen.stroke(frame);
    const [path, width] = SHAPES[meaning] ?? SHAPES.available;
    pen.translate(6, 6);
    pen.scale(14 / 12, 14 / 12);
    pen.fillStyle = pen.strokeStyle = meaning === "available" ? c.ink : c.raised;
    pen.lineWidth = width;
    const shape = new Path2D(path);
    if (width) pen.stroke(shape); else pen.fill(shape);
  });
}

/** A triangle while nobody is on the way, a drop when somebody is; red and amber only where an act is asked for. */
function incident(c, stage, call) {
  return canvas((pen) => {
    const shape = new Path2D(stage === "waiting" ? "M13 2 24 23H2Z" : "M13 25 5 13a9 9 0 1 1 16 0Z");
    pen.fillStyle = call === "alarm" ? c.alarm : call === "warn" ? c.warn : c.ink2;
    pen.fill(shape);
    pen.strokeStyle = c.halo;
    pen.lineWidth = 1.5;
    pen.stroke(shape);
    pen.fillStyle = c.halo;
    if (stage === "waiting") pen.fill(new Path2D("M12 9h2v7h-2zM12 18h2v2.4h-2z"));
    else { pen.beginPath(); pen.arc(13, 9, 3, 0, 7); pen.fill(); }
  });
}

/** A disc with a bar: no way through, as on the sign at the street. */
function noEntry(c) {
  return canvas((pen) => {
    pen.beginPath();
    pen.arc(13, 13, 9, 0, 7);
    pen.fillStyle = c.ink;
    pen.fill();
    pen.strokeStyle = c.halo;
    pen.lineWidth = 1.6;
    pen.stroke();
    pen.fillStyle = c.halo;
    pen.fillRect(7, 11, 12, 4);
  });
}

/** How help reaches a square: nothing is drawn over what is reached, strokes over a part, a lattice over the rest. */
function cover(c, what) {
  return canvas((pen) => {
    if (what !== "none") {
      pen.fillStyle = `${c.pick}22`;
      pen.fillRect(0, 0, SIZE, SIZE);
    }
    if (what === "all") return;
    pen.strokeStyle = `${c.ink2}${what === "none" ? "88" : "55"}`;
    pen.lineWidth = 1.2;
    const step = SIZE / 2;
    for (let at = -SIZE; at <= SIZE * 2; at += step) {
      pen.beginPath();
      pen.moveTo(at, SIZE); pen.lineTo(at + SIZE, 0);
      if (what === "none") { pen.moveTo(at, 0); pen.lineTo(at + SIZE, SIZE); }
      pen.stroke();
    }
  });
}

function place(c, what) {
  return canvas((pen) => {
    pen.translate(13, 13);
    const shape = new Path2D(what === "station" ? "M-6 6V-2L0-7 6-2V6Z" : "M-2-6H2V-2H6V2H2V6H-2V2H-6V-2H-2Z");
    pen.fillStyle = c.ink3;
    pen.fill(shape);
    pen.strokeStyle = c.halo;
    pen.stroke(shape);
  });
}
