// Drawing: the signal's dots with the window on them, the taps' way down, the output's dots.
import { number } from "../drawing/numbers.js";
import { dot, emsOf, fill, outline, stroke, write } from "../drawing/paper.js";
import { outputAt } from "../stage/arithmetic.js";
import { factorOf } from "../stage/rounding.js";
import { factorText } from "../stage/words.js";
import { ownOf, outputsOf, tapsAt } from "./plot.js";

const radiusOf = (pitch) => Math.max(2.5, Math.min(6, 0.24 * pitch + 1.4));
const HINT = 290; // pixels beside the window in which the hint has room
const SIZES = [12, 10.5, 9]; // of the weights' type, the largest that has room

// view  { trace, theme, say, output: at which the cursor stands, filled: how many outputs show, isHidden,
//         chosen: the sample that is held, pointed at or focused, or null; isFocused }
export function paintLanes(context, plan, view) {
  paintGround(context, plan, view);
  paintSignal(context, plan, view);
  paintWay(context, plan, view);
  paintOutput(context, plan, view);
}

// Scales, padding, and what comes after the output's own place.
function paintGround(context, { lanes, left, right, bottom, pitch, x, y }, view) {
  const { trace, theme, output } = view;
  const { width } = trace, [upper] = lanes;
  for (const [from, to] of [[left, x(0) - pitch / 2], [x(width - 1) + pitch / 2, right]]) {
    if (to - from > 1) fill(context, from, upper.top, to - from, upper.height, `rgb(${theme.padding})`);
  }
  const beside = besideWindow({ left, right, pitch, x }, view);
  const later = x(ownOf(trace, output)) + pitch / 2;
  if (right - later > 1) {
    fill(context, later, upper.top, right - later, upper.height, theme.dark ? "rgba(150,160,172,0.16)" : "rgba(110,120,132,0.13)");
    const shown = Math.max(later, x(tapsAt(trace, output).at(-1)) + pitch / 2);
    if (right - shown > 80 + beside.right) write(context, "the future", right - 4, upper.top + upper.height + 9, 12, theme.muted, theme.font, 400, "right");
  }
  lanes.forEach(({ top, height, ends: [low, most] }, lane) => {
    stroke(context, [[[left, y(lane, 0)], [right, y(lane, 0)]]], theme.muted, 1);
    outline(context, left, top, right - left, height, theme.border, 1);
    for (const value of new Set([most, 0, low])) write(context, number(value, 3), left - 6, Math.max(top + 6, Math.min(top + height - 6, y(lane, value))), 12, theme.muted, theme.font, 400, "right");
  });
  const hint = "pull the dots, or draw over them";
  if (x(tapsAt(trace, output)[0]) - left > HINT + beside.left) write(context, hint, left + 4, upper.top + upper.height + 9, 12, theme.muted, theme.font, 400, "left");
  const every = [1, 5, 10].find((step) => step * pitch > 26) ?? 20;
  for (let position = 0; position < width; position += 1) {
    if ((position + 1) % every && position) continue;
    write(context, String(position + 1), x(position), bottom + 10, 12, theme.muted, theme.font);
  }
}

function paintSignal(context, { pitch, x, y, lanes: [{ top, height }] }, { trace, theme, say, output, chosen, isFocused }) {
  const radius = radiusOf(pitch), taps = tapsAt(trace, output), zero = y(0, 0);
  const first = x(taps[0]) - pitch / 2, last = x(taps.at(-1)) + pitch / 2;
  fill(context, first, top, last - first, height, theme.dark ? "rgba(255,143,63,0.16)" : "rgba(217,95,2,0.10)");
  outline(context, first, top, last - first, height, theme.window, 2.5);
  const stem = (position, value, colour, thickness) => stroke(context, [[[x(position), zero], [x(position), y(0, value)]]], colour, thickness);
  for (let position = 0; position < trace.width; position += 1) {
    const value = valueAt(trace, position), isRead = taps.includes(position);
    stem(position, value, isRead ? theme.window : theme.muted, isRead ? 2.5 : 1.25);
    dot(context, x(position), y(0, value), radius, isRead ? theme.window : theme.text, theme.background, 1);
  }
  for (const tap of taps) if (tap < 0 || tap >= trace.width) dot(context, x(tap), zero, radius, theme.background, theme.window, 2);
  if (chosen === null) return;
  const value = valueAt(trace, chosen), across = x(chosen), up = y(0, value);
  dot(context, across, up, radius + 2, theme.reached, theme.background, 2);
  if (isFocused) { context.beginPath(); context.arc(across, up, radius + 6, 0, 2 * Math.PI); context.strokeStyle = theme.reached; context.lineWidth = 2; context.stroke(); }
  label(context, theme, say.value(value), across, up - top > 24 ? up - radius - 13 : up + radius + 13, theme.reached);
}

// A number on a ground of its own, over whatever stands there.
function label(context, theme, text, x, y, colour) {
  const wide = emsOf(text, theme.font) * 13 + 8;
  fill(context, x - wide / 2, y - 9, wide, 18, theme.background);
  write(context, text, x, y, 13, colour, theme.font, 700);
}

const valueAt = (trace, position) => trace.input.data[position] / trace.divisor;

// The weights as they are written: each on its line in the largest type that has room there (`size`), or all of them
// beside the window (`size` 0), and what stands beside it, with how many pixels it takes on either side.
function besideWindow({ left, right, pitch, x }, { trace, theme, say, output }) {
  const taps = tapsAt(trace, output), texts = taps.map((_, at) => `×${say.weight(trace.weight.data[at])}`);
  const widest = Math.max(...texts.map((text) => emsOf(text, theme.font)));
  const size = SIZES.find((size) => widest * size + 3 <= pitch * (taps[1] - taps[0])) ?? 0;
  const factor = factorOf(trace) === 1 ? "" : `${factorText(trace)}\u00a0×`;
  const all = texts.every((text) => text === texts[0]) ? `each ${texts[0]}` : texts.join(" ");
  const text = size ? factor : `${factor} ${all}`.trim(), wide = text ? emsOf(text, theme.font) * 12 + 12 : 0;
  const [before, after] = [x(taps[0]) - pitch / 2 - left, right - x(taps.at(-1)) - pitch / 2], isLeft = before > wide;
  return { taps, texts, size, text: isLeft || after > wide ? text : "", isLeft, left: isLeft ? wide : 0, right: isLeft ? 0 : wide };
}

// From each tap, times its weight, to the output.
function paintWay(context, plan, view) {
  const { pitch, x, lanes: [upper, lower] } = plan, { trace, theme, output } = view;
  const { taps, texts, size, text, isLeft } = besideWindow(plan, view), ink = theme.dark ? theme.window : "#b34700";
  const from = upper.top + upper.height, own = x(ownOf(trace, output)), written = from + 9;
  const start = size ? from + 18 : from;
  taps.forEach((tap, at) => {
    const weight = trace.weight.data[at];
    stroke(context, [[[x(tap), start], [own, lower.top]]], theme.window, weight === 0 ? 1 : 2, weight === 0 ? [2, 3] : []);
    if (size) write(context, texts[at], x(tap), written, size, ink, theme.font, 700);
  });
  dot(context, own, lower.top, 3.5, theme.window);
  if (!text) return;
  const [first, last] = [x(taps[0]), x(taps.at(-1))];
  write(context, text, isLeft ? first - pitch / 2 - 4 : last + pitch / 2 + 4, written, 12, ink, theme.font, 700, isLeft ? "right" : "left");
}

function paintOutput(context, { pitch, x, y, lanes: [, { top, height }] }, { trace, theme, say, output, filled, isHidden, chosen }) {
  const radius = radiusOf(pitch), zero = y(1, 0), reached = new Set(chosen === null ? [] : outputsOf(trace, chosen));
  for (let at = 0; at < trace.outWidth; at += 1) {
    const across = x(ownOf(trace, at)), isCurrent = at === output;
    if (at >= filled || (isCurrent && isHidden)) { dot(context, across, zero, Math.min(2, radius), theme.border); continue; }
    const up = y(1, outputAt(trace, 0, at)), colour = isCurrent ? theme.window : reached.has(at) ? theme.reached : theme.text;
    stroke(context, [[[across, zero], [across, up]]], isCurrent || reached.has(at) ? colour : theme.muted, isCurrent ? 2.5 : 1.25);
    dot(context, across, up, isCurrent ? radius + 1 : radius, colour, theme.background, 1);
  }
  // Its number above it or below, where that hides no other dot; it stands in the heading too.
  const across = x(ownOf(trace, output)), up = isHidden ? zero : y(1, outputAt(trace, 0, output));
  const text = isHidden ? "?" : say.output(outputAt(trace, 0, output)), wide = emsOf(text, theme.font) * 13 + 8;
  const isFree = (middle) => middle - 9 > top && middle + 9 < top + height && !Array.from({ length: trace.outWidth }, (_, at) => at).some((at) =>
    at !== output && Math.abs(x(ownOf(trace, at)) - across) < wide / 2 + radius && Math.abs((at < filled ? y(1, outputAt(trace, 0, at)) : zero) - middle) < 9 + radius);
  const middle = [up - radius - 13, up + radius + 13].find(isFree);
  if (middle !== undefined) label(context, theme, text, across, middle, theme.dark ? theme.window : "#b34700");
}
