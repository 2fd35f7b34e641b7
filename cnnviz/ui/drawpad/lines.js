// The pen's lines without anything drawn: how a line grows, what Python reads, what can be undone. Places are 0 to 1 of
// the pad's side, as in cnnviz/pictures/strokes.py.

import { clamp } from "../drawing/numbers.js";

export const PENS = [
  { name: "Thin", thickness: 0.05 }, { name: "Medium", thickness: 0.075 }, { name: "Thick", thickness: 0.105 },
];
const LEAST = 0.006; // a step shorter than this adds no point: 1.4 pixels of 240

const four = (value) => Math.round(value * 1e4) / 1e4;
const within = (value) => four(clamp(value, 0, 1));
const isShort = (from, to) => Math.hypot(to[0] - from[0], to[1] - from[1]) < LEAST;

export const drawingOf = (text) => JSON.parse(text);
export const textOf = ({ thickness, strokes }) => JSON.stringify({ thickness, strokes });
export const pointsOf = (strokes) => strokes.reduce((sum, line) => sum + line.length, 0);

// The pen that draws most like `thickness`.
export const penOf = (thickness) =>
  PENS.reduce((best, pen, at) => (Math.abs(pen.thickness - thickness) < Math.abs(PENS[best].thickness - thickness) ? at : best), 0);

// What is drawn, the line under the pen, and what was there before. A ready drawing gives way to the first line of one's
// own, as an example should; undo brings it back.
export class Lines {
  thickness = 0; strokes = []; isReady = false; current = null; past = [];

  constructor(drawing, limits, isReady = false) {
    this.limits = limits;
    this.fill(drawing, isReady);
  }

  fill({ thickness, strokes }, isReady = false) {
    Object.assign(this, { thickness, strokes, isReady, current: null, past: [] });
  }

  get isEmpty() { return !this.strokes.length && !this.current; }

  // What stays beside a new line.
  get own() { return this.isReady ? [] : this.strokes; }

  get points() { return pointsOf(this.own) + (this.current?.length ?? 0); }

  get isFull() { return this.own.length >= this.limits.strokes || this.points >= this.limits.points; }

  // All lines, the one under the pen too.
  get all() { return this.current ? [...this.own, this.current] : this.strokes; }

  begin(x, y) {
    if (this.current || this.isFull) return false;
    this.current = [[within(x), within(y)]];
    return true;
  }

  // Whether the line grew. Where the pad is full, the line ends where it is.
  extend(x, y) {
    const { current } = this, point = [within(x), within(y)];
    if (!current || isShort(current.at(-1), point) || this.points >= this.limits.points) return false;
    current.push(point);
    return true;
  }

  end() {
    if (!this.current) return false;
    this.remember();
    Object.assign(this, { strokes: [...this.own, this.current], isReady: false, current: null });
    return true;
  }

  clear() {
    if (this.isEmpty) return false;
    this.remember();
    Object.assign(this, { strokes: [], isReady: false, current: null });
    return true;
  }

  undo() {
    if (this.current || !this.past.length) return false;
    Object.assign(this, this.past.pop());
    return true;
  }

  remember() { this.past.push({ strokes: this.strokes, isReady: this.isReady }); }
}
