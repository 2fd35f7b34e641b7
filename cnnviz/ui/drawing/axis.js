// Pure: one axis of a window, and what lies beyond the ends of what it reads; no other file says how its positions are
// computed. As Window and origin of cnnviz/geometry.py have it: { kernel, stride, before, after, dilation }. Positions of
// the input count from 0, negative ones lie in the padding; an output's window begins at its `startOf`. Windows that are
// not all alike also have { starts, counts }, one for each output, as Spans of cnnviz/spans.py; `kernel` is the largest.

// Where the value at `position` really stands: itself, a borrowed position, or -1 for a made-up zero.
/** @type {(position: number, size: number, outside: Outside) => number} */
export function origin(position, size, outside) {
  if (position >= 0 && position < size) return position;
  if (outside === "replicate") return position < 0 ? 0 : size - 1;
  if (outside === "circular") return ((position % size) + size) % size;
  if (outside === "reflect") return position < 0 ? -position : 2 * (size - 1) - position;
  return -1;
}

// The nearest output that there is to one that would lie beyond the ends: of windows that are not all alike.
/** @type {(axis: Axis, index: number) => number} */
const near = ({ starts }, index) => Math.max(0, Math.min(starts.length - 1, index));
/** @type {(axis: Axis, index: number) => number} */
export const startOf = (axis, index) => (axis.starts ? axis.starts[near(axis, index)] + (index - near(axis, index)) * axis.stride : index * axis.stride - axis.before);
/** How many positions an output's window reads. @type {(axis: Axis, index: number) => number} */
export const countOf = (axis, index) => axis.counts?.[near(axis, index)] ?? axis.kernel;
/** How far the window of an output spans; without one, the largest. @type {(axis: Axis, index?: number) => number} */
export const extentOf = (axis, index) => axis.dilation * ((index === undefined ? axis.kernel : countOf(axis, index)) - 1) + 1;

/** How far behind the start of a window each of its taps lies. @type {(axis: Axis) => number[]} */
export const tapsOf = (axis) => Array.from({ length: axis.kernel }, (_, tap) => tap * axis.dilation);

/** Whether the window stays where it is, and an output is of the position of its own number: attention. @type {(axis: Axis) => boolean} */
export const isStill = (axis) => axis.stride === 0;

/** The middle of an output's window, or its own position. @type {(axis: Axis, index: number) => number} */
export const middleOf = (axis, index) => (isStill(axis) ? index : startOf(axis, index) + (extentOf(axis, index) - 1) / 2);

/** The output whose window has its middle nearest to a position. @type {(axis: Axis, position: number, outputs: number) => number} */
export function nearestTo(axis, position, outputs) {
  if (!axis.starts) return Math.max(0, Math.min(outputs - 1, Math.round((position - middleOf(axis, 0)) / (axis.stride || 1))));
  let best = 0;
  for (let index = 1; index < outputs; index += 1) {
    if (Math.abs(middleOf(axis, index) - position) < Math.abs(middleOf(axis, best) - position)) best = index;
  }
  return best;
}

// The first and the last output whose window lies wholly on the input: what those answer is not the border's doing.
/** @type {(axis: Axis, size: number) => number[]} */
export const insideOn = (axis, size) => axis.starts ? [0, axis.starts.length - 1] : isStill(axis) ? [0, size - 1] :
  [Math.ceil(axis.before / axis.stride), Math.floor((size - startOf(axis, 0) - extentOf(axis)) / axis.stride)];

/** The outputs whose window reads a position. @type {(axis: Axis, position: number, outputs: number) => number[]} */
export function readers(axis, position, outputs) {
  if (axis.starts) return [...Array(outputs).keys()].filter((index) => position >= startOf(axis, index) && position < startOf(axis, index) + countOf(axis, index));
  const first = position - startOf(axis, 0), found = [];
  if (isStill(axis)) return tapsOf(axis).includes(first) ? [...Array(outputs).keys()] : found;
  const low = Math.max(0, Math.ceil((first - extentOf(axis) + 1) / axis.stride)), high = Math.min(outputs - 1, Math.floor(first / axis.stride));
  for (let index = low; index <= high; index += 1) {
    if ((position - startOf(axis, index)) % axis.dilation === 0) found.push(index);
  }
  return found;
}

// The positions that the windows of these outputs read, those that they borrow included. `spacing`: how far apart the
// positions lie under the window; between them stand zeros, as in a transposed convolution.
/** @param {Axis} axis */
export function readBy(axis, outputs, size, outside, spacing = 1) {
  const found = new Set(), taps = tapsOf(axis);
  for (const index of outputs) {
    for (const tap of taps.slice(0, countOf(axis, index))) {
      const under = startOf(axis, index) + tap;
      if (under % spacing) continue;
      const position = origin(under / spacing, size, outside);
      if (position >= 0) found.add(position);
    }
  }
  return found;
}

// From which position to which the windows of the outputs `from` to `to` reach, as Passage.span has it.
/** @type {(axis: Axis, from: number, to: number, spacing?: number) => number[]} */
export function reachOf(axis, from, to, spacing = 1) {
  const last = Math.floor((startOf(axis, to) + extentOf(axis, to) - 1) / spacing);
  return [Math.min(Math.ceil(startOf(axis, from) / spacing), last), last];
}

/** The same axis where the input begins so far behind its own beginning. @type {(axis: Axis, offset: number) => Axis} */
export const movedBy = (axis, offset) => (offset ? { ...axis, before: axis.before - offset } : axis);

/** The input with its padding: its cells count from 0. @type {(axis: Axis, size: number) => number} */
export const paddedSize = (axis, size) => axis.before + size + axis.after;
/** @type {(axis: Axis, position: number) => number} */
export const cellOf = (axis, position) => position + axis.before;
/** @type {(axis: Axis, cell: number) => number} */
export const positionOf = (axis, cell) => cell - axis.before;
/** @type {(axis: Axis) => boolean} */
export const isPadded = (axis) => axis.before + axis.after > 0;
/** @type {(axis: Axis, position: number, size: number) => boolean} */
export const isBeyond = (axis, position, size) => position < -axis.before || position >= size + axis.after;

/** @type {(kernel: number, stride: number, ends: number[], dilation: number) => Axis} */
export const axisOf = (kernel, stride, [before, after], dilation) => ({ kernel, stride, before, after, dilation });

/** What the formula of an axis says of it. @type {(axis: Axis) => { kernel: number, stride: number, dilation: number }} */
export const paramsOf = ({ kernel, stride, dilation }) => ({ kernel, stride, dilation });

/** The padding at both ends. @type {(axis: Axis) => number[]} */
export const endsOf = (axis) => [axis.before, axis.after];

/** How many outputs there are, as Window.output_size has it; 0 where there is none. @type {(axis: Axis, size: number) => number} */
export const outputsOf = (axis, size) => Math.max(0, Math.floor((paddedSize(axis, size) - extentOf(axis)) / axis.stride) + 1);

// The parts of [from, to) that are not in a set: [from, to) each.
/** @type {(set: Set<number>, from: number, to: number) => number[][]} */
export function missingIn(set, from, to) {
  const runs = [];
  for (let position = from; position < to; position += 1) {
    if (set.has(position)) continue;
    if (runs.length && runs.at(-1)[1] === position) runs.at(-1)[1] += 1;
    else runs.push([position, position + 1]);
  }
  return runs;
}
