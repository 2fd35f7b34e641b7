// The pen's lines without anything drawn: how a line grows, what Python reads, what can be undone. Places are 0 to 1 of
// the pad's side, as in cnnviz/pictures/strokes.py.

export const PENS = [
  { name: "Thin", thickness: 0.05 }, { name: "Medium", thickness: 0.075 }, { name: "Thick", thickness: 0.105 },
];
const LEAST = 0.006; // a step shorter than this adds no point: 1.4 pixels of 240

const four = (value) => Math.round(value * 1e4) / 1e4;
const within = (value) => four(Math.max(0, Math.min(1, value)));
const isShort = ([x, y], [toX, toY]) => Math.hypot(toX - x, toY - y) < LEAST;

export const drawingOf = (text) => JSON.parse(text);
export const textOf = ({ thickness, strokes }) => JSON.stringify({ thickness, strokes });
export const pointsOf = ({ strokes }) => strokes.reduce((sum, line) => sum + line.length, 0);

// The pen that draws most like `thickness`.
export const penOf = (thickness) =>
  PENS.reduce((best, pen, at) => (Math.abs(pen.thickness - thickness) < Math.abs(PENS[best].thickness - thickness) ? at : best), 0);

// What is drawn, the line under the pen, and what was there before.
export class Lines {
  constructor(drawing, limits) {
    Object.assign(this, { limits });
    this.fill(drawing);
  }

  fill({ thickness, strokes }) {
    Object.assign(this, { thickness, strokes, current: null, before: [] });
  }

  get isEmpty() { return !this.strokes.length && !this.current; }

  get isFull() { return this.strokes.length >= this.limits.strokes || pointsOf(this) >= this.limits.points; }

  // All lines, the one under the pen too.
  get all() { return this.current ? [...this.strokes, this.current] : this.strokes; }

  begin(x, y) {
    if (this.current || this.isFull) return false;
    this.current = [[within(x), within(y)]];
    return true;
  }

  // Whether the line grew. Where the pad is full, the line ends where it is.
  extend(x, y) {
    const { current } = this, point = [within(x), within(y)];
    if (!current || isShort(current.at(-1), point) || pointsOf(this) + current.length >= this.limits.points) return false;
    current.push(point);
    return true;
  }

  end() {
    if (!this.current) return false;
    this.remember();
    this.strokes = [...this.strokes, this.current];
    this.current = null;
    return true;
  }

  clear() {
    if (this.isEmpty) return false;
    this.remember();
    Object.assign(this, { strokes: [], current: null });
    return true;
  }

  undo() {
    if (this.current || !this.before.length) return false;
    this.strokes = this.before.pop();
    return true;
  }

  remember() { this.before.push(this.strokes); }
}
