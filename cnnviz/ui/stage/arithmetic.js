// What the stage computes: unpacking a trace, the taps of a window, one step's terms and their sum.
// Pure: no browser needed, so it runs under `node --test` too, beside cnnviz/steps.py, over the same cases.

import { countOf, insideOn, isBeyond, origin, startOf, tapsOf } from "../drawing/axis.js";
import { opened } from "../drawing/envelope.js";
import { rangeOf } from "../drawing/numbers.js";

/** One `bytes` envelope (steps.Trace.envelope) -> the trace. @type {(bytes: Uint8Array) => Trace} */
export const unpack = (bytes) => worked(opened(bytes));

/** What follows from what was sent, once its input is there. @type {(trace: any) => Trace} */
export function worked(trace) {
  [trace.depth, trace.height, trace.width] = trace.input.shape;
  [trace.outHeight, trace.outWidth] = trace.output.shape;
  placed(trace);
  const range = trace.input.data instanceof Uint8Array ? [0, 255] : rangeOf(trace.input.data);
  trace.inputRange = range.map((end) => end / trace.divisor);
  trace.whole = isWhole(trace);
  return trace;
}

// What follows from its windows and sizes.
export function placed(trace) {
  [trace.down, trace.across] = [tapsOf(trace.rows), tapsOf(trace.columns)];
  trace.area = trace.down.length * trace.across.length;
  trace.taps = trace.channels.length * trace.area;
  trace.count = trace.outHeight * trace.outWidth;
  return trace;
}

// Whether every number of the trace is a whole one, so that nothing needs decimals.
function isWhole(trace) {
  const whole = (array) => array.every(Number.isInteger);
  const values = trace.divisor === 1 && trace.input.data instanceof Uint8Array;
  return { values, weights: !trace.weight || whole(trace.weight.data), output: trace.count <= 4096 && whole(trace.output.data) };
}

// A tap by its number: which of the channels it reads, its row and column in the window, and how far those lie in it.
/** @param {Trace} trace @param {number} tap */
export function tapAt({ area, down, across }, tap) {
  const at = tap % area, row = Math.floor(at / across.length), column = at % across.length;
  return { channel: Math.floor(tap / area), row, column, y: down[row], x: across[column] };
}

/** Whether there is no such tap in the window of a step, where windows are not all alike. @type {(trace: Trace, step: Step, tap: number) => boolean} */
export const isMissing = (trace, step, tap) => Number.isNaN(step.values[tap]) && !!(trace.rows.starts || trace.columns.starts);

/** How many taps a window has at a step. @type {(trace: Trace, step: Step) => number} */
export const tapsAt = (trace, step) => (trace.rows.starts || trace.columns.starts ? step.values.reduce((count, value) => count + Number(!Number.isNaN(value)), 0) : trace.taps);

const REDUCE = {
  sum: (terms) => terms.reduce((total, term) => (Number.isNaN(term) ? total : total + term), 0),
  mean: (terms) => {
    let total = 0, count = 0;
    for (const term of terms) if (!Number.isNaN(term)) { total += term; count += 1; }
    return total / count;
  },
  max: (terms) => terms.reduce((best, term) => (Number.isNaN(term) || term <= best ? best : term), -Infinity),
};

export const APPLY = {
  identity: (x) => x,
  relu: (x) => Math.max(x, 0),
  "leaky relu": (x) => (x > 0 ? x : 0.01 * x),
  sigmoid: (x) => (x >= 0 ? 1 / (1 + Math.exp(-x)) : Math.exp(x) / (1 + Math.exp(x))),
  tanh: Math.tanh,
  "scaled tanh": (x) => 1.7159 * Math.tanh((2 * x) / 3),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  "gelu tanh": (x) => x * APPLY.sigmoid(2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)),
  relu6: (x) => Math.min(Math.max(x, 0), 6),
  "hard sigmoid": (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  "hard swish": (x) => (x <= -3 ? 0 : x * (Math.min(x + 3, 6) / 6)),
  silu: (x) => x * APPLY.sigmoid(x),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  softplus: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
  erf: (x) => erf(x),
  exp: Math.exp,
  log: Math.log,
  abs: Math.abs,
};

// The error function: its Maclaurin series near 0, the continued fraction of its complement further out
// (Abramowitz and Stegun 1964, 7.1.6 and 7.1.14).
export function erf(x) {
  const z = Math.abs(x);
  if (z < 2.5) {
    let term = z, total = z;
    for (let n = 1; n < 60; n += 1) { term *= (2 * z * z) / (2 * n + 1); total += term; }
    return Math.sign(x) * total * Math.exp(-z * z) * (2 / Math.sqrt(Math.PI));
  }
  let tail = 0;
  for (let n = 60; n > 0; n -= 1) tail = n / 2 / (z + tail);
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + tail));
}

/** Whether each place has weights of its own: attention, and an enlarged map. @type {(trace: Trace) => boolean} */
export const hasOwnWeights = ({ weight }) => weight?.shape.length === 5;

/** The weights at a place; undefined where there are none. @type {(trace: Trace, row: number, column: number) => Float64Array | undefined} */
export function weightsAt(trace, row, column) {
  const { weight, taps, outWidth } = trace, first = (row * outWidth + column) * taps;
  return hasOwnWeights(trace) ? weight.data.subarray(first, first + taps) : weight?.data;
}

// One position: its values, weights, terms, where each was read, and the number that they come to. NaN marks a tap
// that takes no part. Arrays run over (channel, tap row, tap column), as the weights do.
/** @type {(trace: Trace, row: number, column: number) => Step} */
export function stepAt(trace, row, column) {
  const { rows, columns, down, across, area, channels, height, width, outside, divisor } = trace, weights = weightsAt(trace, row, column);
  const { data } = trace.input;
  const plane = height * width;
  const values = new Float64Array(trace.taps), terms = new Float64Array(trace.taps);
  const sums = new Float64Array(channels.length);
  const top = startOf(rows, row), left = startOf(columns, column), high = countOf(rows, row), wide = countOf(columns, column);
  let winner = 0;
  for (let j = 0, at = 0; j < down.length; j += 1) {
    const y = top + down[j], fromY = origin(y, height, outside);
    for (let k = 0; k < across.length; k += 1, at += 1) {
      const x = left + across[k], fromX = origin(x, width, outside);
      const beyond = j >= high || k >= wide || isBeyond(rows, y, height) || isBeyond(columns, x, width);
      const inside = fromY >= 0 && fromX >= 0 && !beyond;
      for (let i = 0; i < channels.length; i += 1) {
        const tap = i * area + at;
        let value = outside === "none" || beyond ? NaN : 0;
        if (inside) value = data[channels[i] * plane + fromY * width + fromX] / divisor;
        values[tap] = value;
        if (trace.term === "product") terms[tap] = value * weights[tap];
        else if (trace.term === "value") terms[tap] = value;
        else if (trace.term === "square") terms[tap] = value ** 2;
        else terms[tap] = (value - weights[tap]) ** 2;
      }
    }
  }
  for (let tap = 0; tap < terms.length; tap += 1) {
    if (!Number.isNaN(terms[tap])) sums[Math.floor(tap / area)] += terms[tap];
    if (terms[tap] > terms[winner] || Number.isNaN(terms[winner])) winner = tap;
  }
  const reduced = REDUCE[trace.reduction](terms);
  const result = ended(trace, trace.scale * reduced + trace.bias, gateAt(trace, row, column));
  return { row, column, top, left, values, weights, terms, sums, winner, reduced, result };
}

/** What becomes of a number once scale and bias are done: power, function, gate. @type {(trace: Trace, number: number, gate: number) => number} */
export const ended = (trace, number, gate) => gate * APPLY[trace.function](number ** (trace.exponent ?? 1));

/** What a position's number is multiplied by at last. @type {(trace: Trace, row: number, column: number) => number} */
export const gateAt = (trace, row, column) => (trace.gate ? trace.gate.data[row * trace.outWidth + column] : 1);

// The number that Python computed for this position; of a map that is still filling in, the one that it has there.
/** @type {(trace: Trace, row: number, column: number) => number} */
export const outputAt = (trace, row, column) => trace.filling?.at(row, column) ?? trace.output.data[row * trace.outWidth + column];

// Whether a step came to the number that Python computed, to 1e-5 of its absolute terms taken together: Python adds
// in another order, and hands its numbers over rounded to float32.
/** @type {(trace: Trace, step: Step) => boolean} */
export function agrees(trace, step) {
  const size = REDUCE[trace.reduction](step.terms.map(Math.abs));
  const float32 = 1e-7 * Math.abs(step.result); // sigmoid makes a half of a term of 1e-9
  const reach = Math.max(1, Math.abs(gateAt(trace, step.row, step.column)));
  const tolerance = 1e-5 * reach * (Math.abs(trace.scale) * size + Math.abs(trace.bias)) + float32;
  return Math.abs(outputAt(trace, step.row, step.column) - step.result) <= tolerance;
}

// The taps of the `most` largest terms by size, largest first: what a step lists where it cannot list all.
export function largest(terms, most) {
  const taps = [];
  terms.forEach((term, tap) => { if (!Number.isNaN(term) && term !== 0) taps.push(tap); });
  return taps.sort((a, b) => Math.abs(terms[b]) - Math.abs(terms[a]) || a - b).slice(0, most);
}

// The cell from `from` up to `to` where the map answers most strongly, one inside the picture if there is any.
/** @type {(trace: Trace, from?: number, to?: number) => number} */
export function strongest(trace, from = 0, to = trace.count) {
  const { data } = trace.output, { outWidth } = trace;
  const [top, bottom] = insideOn(trace.rows, trace.height), [left, right] = insideOn(trace.columns, trace.width);
  let best = from, size = -1, isInside = false;
  for (let index = from, row = Math.floor(from / outWidth), column = from % outWidth; index < to; index += 1, column += 1) {
    if (column === outWidth) [row, column] = [row + 1, 0];
    const inside = row >= top && row <= bottom && column >= left && column <= right;
    const value = Math.abs(data[index]);
    if (inside === isInside ? value > size : inside) [best, size, isInside] = [index, value, inside];
  }
  return best;
}

// About `most` stops of an abridged sweep, in reading order: the first cell, the last, and from each equal
// share of the rest the cell where the map answers most strongly.
/** @type {(trace: Trace, most?: number) => number[]} */
export function abridged(trace, most = 25) {
  if (trace.count <= most) return Array.from({ length: trace.count }, (_, index) => index);
  if (trace.filling) return Array.from({ length: most }, (_, at) => Math.round((at * (trace.count - 1)) / (most - 1)));
  const stops = [0], share = (trace.count - 2) / (most - 2);
  for (let part = 0; part < most - 2; part += 1) {
    stops.push(strongest(trace, 1 + Math.floor(part * share), 1 + Math.floor((part + 1) * share)));
  }
  return [...stops, trace.count - 1];
}
