// What a stage shows while a setting is still being changed: the trace that Python would send for the new settings, its
// map computed here. Pure: no browser needed. Python's map takes its place as soon as the setting is let go, and
// tests/js/preview.test.mjs holds the two together.
import { axisOf, cellOf, endsOf, extentOf, isPadded, origin, outputsOf, paddedSize, positionOf, startOf, tapsOf } from "../drawing/axis.js";
import { grouped, largestOf, rangeOf } from "../drawing/numbers.js";
import { ended, gateAt, placed } from "./arithmetic.js";

const AT_ONCE = 1.5e6; // terms that are added up before anything is shown: some two milliseconds
const ROUNDING = 1e-9; // below this share of what its terms could add up to, a number is what rounding left of a zero
const SMALL = 4096; // numbers of a map that is computed as a whole before it is shown

/** The windows down and across that settings mean. @type {(settings: LiveSettings) => Axis[]} */
export function windowsOf({ k, kw, s, p, more, sides, d, same, padding }) {
  if (padding) return [axisOf(k, 1, [0, 0], 1), axisOf(kw, s, endsFor(padding, kw, d), d)]; // of a signal
  const half = Math.floor((k - 1) / 2), ends = same ? [half, k - 1 - half] : [p, p + Number(more ?? 0)];
  const [vertical, horizontal] = sides ?? [ends, ends];
  return [axisOf(k, s, vertical, d), axisOf(kw ?? k, s, horizontal, d)];
}

// The padding of a signal that keeps its size: `window` of ui/lessons/signal has the same.
/** @type {(padding: Ends, k: number, d: number) => number[]} */
function endsFor(padding, k, d) {
  const total = d * (k - 1), before = padding === "both ends" ? Math.floor(total / 2) : total;
  return padding === "none" ? [0, 0] : [before, total - before];
}

// What goes in is another signal.
/** @type {(base: Trace, input: number[]) => Trace} */
function withInput(base, input) {
  const data = Float64Array.from(input);
  return { ...base, input: { data, shape: base.input.shape }, inputRange: rangeOf(data) };
}

// Why there is no map, in a sentence with the numbers and what would fit; "" where there is one.
function whyNot([rows, columns], { height, width, term }, outside) {
  for (const [axis, size, name] of [[rows, height, "high"], [columns, width, "wide"]]) {
    const padded = paddedSize(axis, size), most = Math.max(...endsOf(axis)), half = Math.floor(tapsOf(axis).length / 2);
    if (extentOf(axis) > padded) {
      const largest = [...tapsOf({ ...axis, kernel: padded })].filter((tap) => tap < padded).length;
      return `A window ${grouped(extentOf(axis))} pixels ${name} does not fit the padded picture, ${grouped(padded)}: K can be ${largest} at most.`;
    }
    if (term === "value" && most > half) return `A padding of ${most} is more than half of the window: P can be ${half} at most.`;
    const limit = { reflect: size - 1, circular: size }[outside];
    if (most > limit) return `A ${outside} border can borrow ${grouped(limit)} of ${grouped(size)} pixels, not ${grouped(most)}: P can be ${limit} at most.`;
  }
  return "";
}

// A convolution of a picture's levels before it has any settings, for `previewed` to give it some.
/** @type {(input: Levels, divisor: number) => any} */
export function unset(input, divisor) {
  const [depth, height, width] = input.shape;
  return {
    input, depth, height, width, divisor, channels: [...Array(depth).keys()], term: "product", reduction: "sum", scale: 1,
    bias: 0, function: "identity", outside: "zeros", inputLimit: 0, inputRange: [0, 255 / divisor], names: {}, options: {},
    whole: { values: divisor === 1 },
  };
}

// The trace of other settings than those of `base`, its map yet to be filled; or why there is none. `kernels`: the kernel
// in all its sizes, each { weight, factor } or { refused }; of what has no weights, none.
/** @type {(base: Trace, live: Live, wanted: LiveSettings, kernels?: Kernels) => { trace?: Trace, refused: string }} */
export function previewed(base, live, wanted, kernels) {
  if (live.source) return through(base, live, wanted, kernels);
  if (wanted.input) base = withInput(base, wanted.input);
  const [rows, columns] = windowsOf(wanted), { height, width } = base, outside = wanted.border ?? base.outside;
  const high = tapsOf(rows).length, wide = tapsOf(columns).length, kernel = kernels?.get(`${high}x${wide}`);
  const refused = kernel?.refused || whyNot([rows, columns], base, outside);
  if (refused || (kernels && !kernel)) return { refused }; // of a size that is not at hand nothing can be said
  const size = { outHeight: outputsOf(rows, height), outWidth: outputsOf(columns, width) };
  const trace = placed({ ...base, ...size, rows, columns, outside, bias: wanted.bias ?? base.bias });
  if (kernel) {
    const area = high * wide, isTurned = Boolean(wanted.flip) !== Boolean(live.settings.flip);
    const data = isTurned ? turned(kernel.weight, area) : kernel.weight;
    Object.assign(trace, { weight: { data, shape: [base.channels.length, high, wide] }, factor: kernel.factor });
    if (wanted.cell) edit(trace, wanted.cell, kernels.shares, Boolean(wanted.flip));
  }
  trace.filling = new Filling(trace);
  trace.output = { data: trace.filling.numbers, shape: [trace.outHeight, trace.outWidth] };
  const isWhole = (array) => array.every(Number.isInteger);
  trace.whole = { ...base.whole, weights: !trace.weight || isWhole(trace.weight.data), output: false };
  if (trace.count <= SMALL) {
    trace.filling.advance(Infinity);
    trace.whole.output = isWhole(trace.output.data);
  } else trace.filling.begin();
  trace.limit = trace.filling.largest;
  return { trace, refused: "" };
}

// A number of the kernel is another: of the slice of one channel, or on all of them its share.
/** @param {Trace} trace @param {Cell} cell */
function edit(trace, { tab, row, column, number }, shares, isFlipped) {
  const { down, across, area } = trace, at = row * across.length + column, data = trace.weight.data.slice();
  if (row >= down.length || column >= across.length) return;
  for (const channel of tab in SLICES ? [SLICES[tab]] : shares.keys()) {
    data[channel * area + (isFlipped ? area - 1 - at : at)] = tab in SLICES ? number : number * shares[channel];
  }
  Object.assign(trace, { weight: { ...trace.weight, data }, factor: [1, 1] });
}

const SLICES = { R: 0, G: 1, B: 2 };

// The trace of a function over a map that is made anew: the convolution of the held picture, each of its numbers put in.
/** @type {typeof previewed} */
function through(base, { source, ...live }, wanted, kernels) {
  const found = previewed(unset(source.input, source.divisor), live, wanted, kernels);
  if (!found.trace) return found;
  const filling = new Through(/** @type {Filling} */ (found.trace.filling), base);
  const input = { data: filling.source, shape: base.input.shape }, output = { data: filling.numbers, shape: base.output.shape };
  const trace = { ...base, filling, input, output };
  filling.take(trace);
  return { trace, refused: "" };
}

// Each slice of `area` numbers turned by 180 degrees.
function turned(weight, area) {
  const found = weight.slice();
  for (let at = 0; at < found.length; at += area) found.subarray(at, at + area).reverse();
  return found;
}

// The input with its padding as one array, so that every window is read in the same way; NaN in padding that is none.
/** @param {Trace} trace */
function padded(trace) {
  const key = JSON.stringify([trace.rows, trace.columns, trace.outside]);
  if (last.of !== trace.input || last.key !== key) last = { of: trace.input, key, found: paddedAnew(trace) };
  return last.found;
}

let last = { of: null, key: "", found: null }; // several filters read the same

/** @param {Trace} trace */
function paddedAnew({ rows, columns, height, width, depth, outside, input: { data } }) {
  const along = (axis, size) => Array.from({ length: paddedSize(axis, size) }, (_, cell) => origin(positionOf(axis, cell), size, outside));
  const ys = along(rows, height), xs = along(columns, width), left = cellOf(columns, 0);
  const isNone = outside === "none" && (isPadded(rows) || isPadded(columns));
  const Kind = /** @type {any} */ (isNone && data instanceof Uint8Array ? Float32Array : data.constructor);
  const found = new Kind(depth * ys.length * xs.length), made = isNone ? NaN : 0;
  for (let channel = 0, start = 0; channel < depth; channel += 1) {
    for (const y of ys) {
      const source = (channel * height + y) * width;
      const fill = (from, to) => { for (let x = from; x < to; x += 1) found[start + x] = y < 0 || xs[x] < 0 ? made : data[source + xs[x]]; };
      fill(0, left);
      if (y < 0) fill(left, left + width); else found.set(data.subarray(source, source + width), start + left);
      fill(left + width, xs.length);
      start += xs.length;
    }
  }
  return { data: found, high: ys.length, wide: xs.length };
}

const REDUCED = {
  sum(data, start, offsets, weights) {
    let total = 0;
    for (let tap = 0; tap < offsets.length; tap += 1) total += data[start + offsets[tap]] * weights[tap];
    return total;
  },
  mean(data, start, offsets) {
    let total = 0, count = 0;
    for (let tap = 0; tap < offsets.length; tap += 1) {
      const value = data[start + offsets[tap]];
      if (value === value) { total += value; count += 1; }
    }
    return total / count;
  },
  max(data, start, offsets) {
    let best = -Infinity;
    for (let tap = 0; tap < offsets.length; tap += 1) if (data[start + offsets[tap]] > best) best = data[start + offsets[tap]];
    return best;
  },
};

/** What a map can be filled here for: products that are summed, and values of which the mean or the largest is taken. */
export const isFillable = (trace) => !trace.gate && !trace.exponent
  && ((trace.term === "product" && trace.reduction === "sum" && trace.outside !== "none") || (trace.term === "value" && trace.reduction !== "sum"));

// A map that fills in: first every eighth number of every eighth row, or as many as can be had at once, then those
// between, until each is there. What is looked at comes first.
//
//     numbers  those that are there, else NaN        limit    the largest of them, without its sign
//     level    rows and columns from one number to the next, where it is now; 0 once all are there
export class Filling {
  level = 1; row = 0; limit = 0; views = []; rounds = 0;

  /** @param {Trace} trace */
  constructor(trace) {
    this.trace = trace;
    const { data, high, wide } = padded(trace), { divisor, weight } = trace;
    this.data = data;
    this.wide = wide;
    const offsets = [], weights = [];
    for (let tap = 0, at = 0; at < trace.channels.length; at += 1) {
      for (const y of tapsOf(trace.rows)) {
        for (const x of tapsOf(trace.columns)) {
          const own = weight ? weight.data[tap] / divisor : 1;
          tap += 1;
          if (own === 0) continue;
          offsets.push((trace.channels[at] * high + y) * wide + x);
          weights.push(own);
        }
      }
    }
    this.reduce = REDUCED[trace.reduction];
    this.divisor = weight ? 1 : divisor; // of a mean or the largest, which are divided at their end
    this.offsets = Int32Array.from(offsets);
    this.weights = Float64Array.from(weights);
    this.numbers = new (this.isLarge ? Float64Array : Float32Array)(trace.count).fill(NaN);
  }

  // What all terms of a number could add up to.
  get reach() {
    const { trace: { scale, bias, inputRange, divisor }, weights } = this, most = largestOf(inputRange) * divisor;
    return (Math.abs(scale) * most * weights.reduce((sum, weight) => sum + Math.abs(weight), 0)) / this.divisor + Math.abs(bias);
  }

  // Whether there may be numbers of which float32 loses what is shown: as `narrowed` of cnnviz/steps.py.
  get isLarge() { return this.reach >= 1e6; }

  // The largest number, without its sign; 0 where all is what rounding left of zeros: as `largest` of cnnviz/steps.py.
  get largest() { return this.trace.weight && this.limit <= ROUNDING * this.reach ? 0 : this.limit; }

  // The number of one output, computed if it is not there yet.
  at(row, column) {
    const { trace, numbers } = this, index = row * trace.outWidth + column;
    if (Number.isNaN(numbers[index])) {
      const start = cellOf(trace.rows, startOf(trace.rows, row)) * this.wide + cellOf(trace.columns, startOf(trace.columns, column));
      const reduced = this.reduce(this.data, start, this.offsets, this.weights);
      numbers[index] = ended(trace, trace.scale * (reduced / this.divisor) + trace.bias, gateAt(trace, row, column));
      const size = Math.abs(numbers[index]);
      if (size > this.limit) this.limit = size;
    }
    return numbers[index];
  }

  // The first numbers, as many as can be had at once; of `view`, in outputs, first where that is not all of the map.
  begin(view) {
    const { outHeight, outWidth } = this.trace, all = { x: 0, y: 0, width: outWidth, height: outHeight };
    this.views = view && (view.width < outWidth || view.height < outHeight) ? [view, all] : [all];
    this.start();
    this.pass(this.views[0], () => false);
    this.next();
  }

  start() {
    const { width, height } = this.views[0];
    const terms = width * height * Math.max(1, this.offsets.length);
    this.level = [1, 2, 4, 8, 16].find((level) => terms / level ** 2 <= AT_ONCE) ?? 32;
    this.row = this.first;
  }

  get first() { return Math.ceil(Math.max(0, this.views[0].y) / this.level) * this.level; }

  next() {
    if (this.level > 1) { this.level /= 2; this.row = this.first; return; }
    this.views.shift();
    if (this.views.length) this.start();
    else this.level = 0;
  }

  // The rows of this level that are left, until `isLate()`; true where none is left.
  pass({ x, y, width, height }, isLate) {
    const { outHeight, outWidth } = this.trace, { level } = this;
    const left = Math.ceil(Math.max(0, x) / level) * level, right = Math.min(outWidth, x + width), end = Math.min(outHeight, y + height);
    for (; this.row < end; this.row += level) {
      if (isLate()) return false;
      for (let column = left; column < right; column += level) this.at(this.row, column);
    }
    return true;
  }

  // Go on until the clock says `until`, or all is there; returns whether something is left.
  advance(until, clock = () => performance.now()) {
    if (!this.views.length && this.level) this.begin();
    while (this.level && this.pass(this.views[0], () => clock() >= until)) this.next();
    this.rounds += 1;
    return this.level > 0;
  }

  // How far it is from a number to the next in a row, of those that are there.
  stepAt(row) { return this.level ? this.level * (row < this.row ? 1 : 2) : 1; }

  // The number that is drawn at a place: its own, or that of the nearest place above and to the left that is there.
  drawn(row, column) {
    const { numbers, trace: { outWidth } } = this;
    for (let step = 1; step <= 64; step *= 2) {
      const found = numbers[(row - (row % step)) * outWidth + column - (column % step)];
      if (found === found) return found;
    }
    return 0;
  }
}


// A function over a map that fills in: as its filling, with the numbers before it, `source`, those not there yet as drawn.
class Through {
  isThrough = true; largest = 0;

  /** @param {Filling} filling @param {Trace} base */
  constructor(filling, base) {
    this.filling = filling;
    this.base = base;
    this.source = new Float32Array(base.count);
    this.numbers = new Float32Array(base.count);
    const { weights, divisor, trace: { bias, input: { data } } } = filling;
    this.least = ROUNDING * ((weights.reduce((sum, weight) => sum + Math.abs(weight), 0) * largestOf(data)) / divisor + Math.abs(bias));
  }

  get level() { return this.filling.level; }
  get rounds() { return this.filling.rounds; }
  stepAt(_row) { return 1; }
  drawn(row, column) { return this.numbers[row * this.base.outWidth + column]; }

  // What rounding left of a zero is a zero.
  read(number) { return Math.abs(number) > this.least ? number : 0; }

  at(row, column) {
    const index = row * this.base.outWidth + column;
    this.source[index] = this.read(this.filling.at(row, column));
    this.numbers[index] = ended(this.base, this.source[index], 1);
    return this.numbers[index];
  }

  advance(until) { return this.filling.advance(until); }

  // Take over what is there by now, and with it the one scale of both panels.
  take(trace) {
    const { outHeight, outWidth } = trace, { numbers } = this.filling;
    for (let row = 0, at = 0; row < outHeight; row += 1) {
      for (let column = 0; column < outWidth; column += 1, at += 1) {
        const number = numbers[at];
        this.source[at] = this.read(number === number ? number : this.filling.drawn(row, column));
        this.numbers[at] = ended(this.base, this.source[at], 1);
      }
    }
    this.largest = Math.max(largestOf(this.source), largestOf(this.numbers));
    const [low, high] = rangeOf(this.source);
    Object.assign(trace, { limit: this.largest, inputLimit: this.largest, inputRange: [low, high] });
    trace.input.decimals = undefined;
  }
}
