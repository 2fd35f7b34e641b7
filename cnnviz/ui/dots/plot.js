// Pure: where the dots of a signal and of its output stand, which samples an output is made of, and how that is said.
import { cellOf, extentOf, isPadded, paddedSize, positionOf, readers, startOf, tapsOf } from "../drawing/axis.js";
import { clamp, grouped } from "../drawing/numbers.js";

const LEFT = 46, RIGHT = 12, TOP = 8, BOTTOM = 18; // pixels around the lanes: the scale, the numbers of the samples
const WAY = 0.17, UPPER = 0.47; // of the height: the taps' way down to the output, and the signal

/** The place of an output on the signal: what comes after it is its future. Without padding, its last sample.
 * @type {(trace: Trace, output: number) => number} */
export function ownOf({ columns }, output) {
  const start = startOf(columns, output);
  return isPadded(columns) ? cellOf(columns, start) : start + extentOf(columns) - 1;
}

/** With the columns' axis for the rows too: what is said of both is said once. @type {(trace: Trace) => Trace} */
export const oneAxis = (trace) => ({ ...trace, rows: trace.columns, height: trace.width });

/** The samples that an output reads, those in the padding too. @type {(trace: Trace, output: number) => number[]} */
export const tapsAt = ({ columns }, output) => tapsOf(columns).map((tap) => startOf(columns, output) + tap);

// The lowest and the highest number of each lane: of the signal, whose levels are not negative, and of what weights can
// make of it.
/** @type {(trace: Trace) => number[][]} */
function endsFor({ options: { reach }, weight: { data } }) {
  const positive = data.reduce((sum, weight) => sum + Math.max(weight, 0), 0), negative = data.reduce((sum, weight) => sum + Math.max(-weight, 0), 0);
  const most = reach * (reach > 1 ? Math.max(positive, negative) : positive + negative);
  return [[reach > 1 ? 0 : -reach, reach], [-most, most]];
}

// Where everything stands in a panel of this size.
/** @type {(room: { width: number, height: number }, trace: Trace) => any} */
export function plotFor({ width, height }, trace) {
  const ends = endsFor(trace), { columns } = trace, pitch = (width - LEFT - RIGHT) / paddedSize(columns, trace.width), high = height - TOP - BOTTOM;
  const lanes = [
    { top: TOP, height: UPPER * high, ends: ends[0] },
    { top: TOP + (UPPER + WAY) * high, height: (1 - UPPER - WAY) * high, ends: ends[1] },
  ];
  return {
    pitch, lanes, left: LEFT, right: width - RIGHT, bottom: height - BOTTOM,
    x: (position) => LEFT + (cellOf(columns, position) + 0.5) * pitch,
    positionAt: (x) => positionOf(columns, Math.floor((x - LEFT) / pitch)),
    y: (lane, value) => lanes[lane].top + lanes[lane].height * (1 - shareOf(value, lanes[lane].ends)),
    valueAt: (y) => ends[0][0] + clamp(1 - (y - lanes[0].top) / lanes[0].height, 0, 1) * (ends[0][1] - ends[0][0]),
  };
}

/** @type {(value: number, ends: number[]) => number} */
const shareOf = (value, [low, high]) => (high > low ? clamp((value - low) / (high - low), 0, 1) : 0.5);

/** The output that is drawn nearest to a position of the signal. @type {(trace: Trace, position: number) => number} */
export function outputNear(trace, position) {
  const apart = ownOf(trace, 1) - ownOf(trace, 0);
  return clamp(Math.round((position - ownOf(trace, 0)) / apart), 0, trace.outWidth - 1);
}

/** Every output that a sample reaches. @type {(trace: Trace, position: number) => number[]} */
export const outputsOf = (trace, position) => readers(trace.columns, position, trace.outWidth);

// A dot can stand at hundredths, or at whole numbers where the signal is of levels.
export const valueNear = (value, reach) => clamp(reach > 1 ? Math.round(value) : Math.round(100 * value) / 100, reach > 1 ? 0 : -reach, reach) || 0;

// The samples that a stroke from one place to another goes over, each with its value: [position, value].
/** @type {(from: number[], to: number[]) => number[][]} */
export function passedBetween([from, before], [to, value]) {
  const steps = Math.abs(to - from);
  return Array.from({ length: steps + 1 }, (_, at) => {
    const part = steps ? at / steps : 1;
    return [from + Math.sign(to - from) * at, before + (value - before) * part];
  });
}

const NTH = { 2: "2nd", 3: "3rd" };

function samplesText(positions) {
  const names = positions.map((position) => grouped(position + 1));
  if (names.length === 1) return `sample ${names[0]} alone`;
  const apart = positions[1] - positions[0], ends = `samples ${names[0]} to ${names.at(-1)}`;
  if (apart === 1 && names.length > 2) return ends;
  if (names.length > 4) return `every ${NTH[apart] ?? `${apart}th`} of ${ends}`;
  return `samples ${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

/** What an output is made of, and how much of that comes after it. @type {(trace: Trace, output: number) => string} */
export function seenText(trace, output) {
  const taps = tapsAt(trace, output), own = ownOf(trace, output);
  const inside = taps.filter((tap) => tap >= 0 && tap < trace.width), padding = taps.length - inside.length;
  const later = inside.filter((tap) => tap > own).length;
  const at = own === output ? "" : `, at sample ${grouped(own + 1)},`;
  const made = inside.length ? samplesText(inside) : "padding alone";
  const rest = padding && inside.length ? ` and ${grouped(padding)} of padding` : "";
  const future = later ? `${grouped(later)} of them ${later === 1 ? "lies" : "lie"} in its future` : "nothing of the future";
  return `Output ${grouped(output + 1)}${at} is made of ${made}${rest}; ${future}.`;
}
