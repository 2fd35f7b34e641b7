// What the stage computes: unpacking a trace, the taps of a window, one step's terms and their sum.
// Pure: no browser needed, so it runs under `node --test` too, beside cnnviz/steps.py, over the same cases.

import { origin } from "../drawing/axis.js";
import { opened } from "../drawing/envelope.js";

// One `bytes` envelope (steps.Trace.envelope) -> the trace.
export function unpack(bytes) {
  const trace = opened(bytes);
  [trace.depth, trace.height, trace.width] = trace.input.shape;
  [trace.outHeight, trace.outWidth] = trace.output.shape;
  trace.taps = trace.channels.length * trace.rows.kernel * trace.columns.kernel;
  trace.count = trace.outHeight * trace.outWidth;
  trace.inputRange = rangeOf(trace.input.data, trace.divisor);
  trace.whole = isWhole(trace);
  return trace;
}

function rangeOf(data, divisor) {
  if (data instanceof Uint8Array) return [0, 255 / divisor];
  let low = Infinity, high = -Infinity;
  for (const value of data) { if (value < low) low = value; if (value > high) high = value; }
  return [low / divisor, high / divisor];
}

// Whether every number of the trace is a whole one, so that nothing needs decimals.
function isWhole(trace) {
  const whole = (array) => array.every(Number.isInteger);
  const values = trace.divisor === 1 && trace.input.data instanceof Uint8Array;
  return { values, weights: !trace.weight || whole(trace.weight.data), output: trace.count <= 4096 && whole(trace.output.data) };
}

// The first input position and the step of the window at `index` on one axis; negative positions are padding.
export const startOf = (axis, index) => index * axis.stride - axis.before;
export const extentOf = (axis) => axis.dilation * (axis.kernel - 1) + 1;

// The outputs on one axis whose window reads input `position`.
export function readers(axis, position, outputs) {
  const found = [];
  const low = Math.max(0, Math.ceil((position + axis.before - extentOf(axis) + 1) / axis.stride));
  const high = Math.min(outputs - 1, Math.floor((position + axis.before) / axis.stride));
  for (let index = low; index <= high; index += 1) {
    if ((position - startOf(axis, index)) % axis.dilation === 0) found.push(index);
  }
  return found;
}

// For each position of one axis: whether some window reads it.
export function readPositions(axis, size, outputs) {
  const read = new Uint8Array(size);
  for (let index = 0; index < outputs; index += 1) {
    for (let tap = 0; tap < axis.kernel; tap += 1) {
      const position = startOf(axis, index) + tap * axis.dilation;
      if (position >= 0 && position < size) read[position] = 1;
    }
  }
  return read;
}

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

// One position: its values, terms, where each was read, and the number that they come to. NaN marks a tap
// that takes no part. Arrays run over (channel, tap row, tap column), as the weights do.
export function stepAt(trace, row, column) {
  const { rows, columns, channels, height, width, outside, divisor, weight } = trace;
  const { data } = trace.input;
  const plane = height * width, area = rows.kernel * columns.kernel;
  const values = new Float64Array(trace.taps), terms = new Float64Array(trace.taps);
  const sums = new Float64Array(channels.length);
  const top = startOf(rows, row), left = startOf(columns, column);
  let winner = 0;
  for (let j = 0, at = 0; j < rows.kernel; j += 1) {
    const y = top + j * rows.dilation, fromY = origin(y, height, outside);
    for (let k = 0; k < columns.kernel; k += 1, at += 1) {
      const x = left + k * columns.dilation, fromX = origin(x, width, outside);
      const beyond = y >= height + rows.after || x >= width + columns.after;
      const inside = fromY >= 0 && fromX >= 0 && !beyond;
      for (let i = 0; i < channels.length; i += 1) {
        const tap = i * area + at;
        let value = outside === "none" || beyond ? NaN : 0;
        if (inside) value = data[channels[i] * plane + fromY * width + fromX] / divisor;
        values[tap] = value;
        if (trace.term === "product") terms[tap] = value * weight.data[tap];
        else if (trace.term === "value") terms[tap] = value;
        else terms[tap] = (value - weight.data[tap]) ** 2;
      }
    }
  }
  for (let tap = 0; tap < terms.length; tap += 1) {
    if (!Number.isNaN(terms[tap])) sums[Math.floor(tap / area)] += terms[tap];
    if (terms[tap] > terms[winner] || Number.isNaN(terms[winner])) winner = tap;
  }
  const reduced = REDUCE[trace.reduction](terms);
  const result = APPLY[trace.function](trace.scale * reduced + trace.bias);
  return { row, column, top, left, values, terms, sums, winner, reduced, result };
}

// The number that Python computed for this position.
export const outputAt = (trace, row, column) => trace.output.data[row * trace.outWidth + column];

// Whether a step came to the number that Python computed, to 1e-5 of its absolute terms taken together: Python adds
// in another order, and hands its numbers over rounded to float32.
export function agrees(trace, step) {
  const size = REDUCE[trace.reduction](step.terms.map(Math.abs));
  const float32 = 1e-7 * Math.abs(step.result); // sigmoid makes a half of a term of 1e-9
  const tolerance = 1e-5 * (Math.abs(trace.scale) * size + Math.abs(trace.bias)) + float32;
  return Math.abs(outputAt(trace, step.row, step.column) - step.result) <= tolerance;
}

// The taps of the `most` largest terms by size, largest first: what a step lists where it cannot list all.
export function largest(terms, most) {
  const taps = [];
  terms.forEach((term, tap) => { if (!Number.isNaN(term) && term !== 0) taps.push(tap); });
  return taps.sort((a, b) => Math.abs(terms[b]) - Math.abs(terms[a]) || a - b).slice(0, most);
}

// The first and last output on one axis whose window lies wholly on the picture: what those answer is not the border's doing.
const insideOn = (axis, size) =>
  [Math.ceil(axis.before / axis.stride), Math.floor((size + axis.before - extentOf(axis)) / axis.stride)];

// The cell from `from` up to `to` where the map answers most strongly, one inside the picture if there is any.
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
export function abridged(trace, most = 25) {
  if (trace.count <= most) return Array.from({ length: trace.count }, (_, index) => index);
  const stops = [0], share = (trace.count - 2) / (most - 2);
  for (let part = 0; part < most - 2; part += 1) {
    stops.push(strongest(trace, 1 + Math.floor(part * share), 1 + Math.floor((part + 1) * share)));
  }
  return [...stops, trace.count - 1];
}
