// The loss, and the two accuracies, against the steps.
import { many, number, percent } from "../drawing/numbers.js";
import { dot, stroke, write } from "../drawing/paper.js";
import { note, title } from "./filters.js";
import { ticksOf } from "./layout.js";

const GUESSING = Math.log(10); // the loss of one who knows nothing of ten digits
const CURVE_LEFT = 38, CURVE_BOTTOM = 20, CURVE_HEAD = 44;

// The axes, from 0 to `most`; returns what draws a curve there, with a dot at its end where it `isNow`.
function plot(context, theme, place, steps, most, ticks, told) {
  const left = place.x + CURVE_LEFT, right = place.x + place.width, bottom = place.y + place.height - 8;
  const floor = place.y + place.height - CURVE_BOTTOM, high = place.height - CURVE_HEAD - CURVE_BOTTOM;
  const acrossOf = (x) => left + (x / (steps || 1)) * (place.width - CURVE_LEFT), downOf = (y) => floor - (Math.min(y, most) / most) * high;
  for (const value of ticks) {
    const y = Math.round(downOf(value)) + 0.5;
    context.globalAlpha = value === ticks[0] ? 1 : 0.45;
    stroke(context, [[[left, y], [right, y]]], theme.border);
    context.globalAlpha = 1;
    write(context, told(value), left - 6, y, 11.5, theme.muted, theme.font, 400, "right");
  }
  write(context, "0", left, bottom, 11.5, theme.muted, theme.font, 400, "left");
  write(context, many(steps, "step"), right, bottom, 11.5, theme.muted, theme.font, 400, "right");
  context.lineJoin = "round";
  return (xs, ys, colour, width, { dash = [], isNow = false } = {}) => {
    const points = Array.from(xs, (x, at) => [acrossOf(x), downOf(ys[at])]);
    stroke(context, [points], colour, width, dash);
    if (isNow && points.length) dot(context, points.at(-1)[0], points.at(-1)[1], 4, colour, theme.background, 1.5);
  };
}

export const coloursOf = (theme) => ({ held: theme.reached, train: theme.dark ? "#c2a5cf" : "#762a83" });

export function paintLoss(context, theme, place, data) {
  const { curve_steps: { data: xs }, curve_loss: { data: ys }, steps, loss } = data;
  title(context, theme, place, "Loss");
  note(context, theme, place, xs.length ? `${number(loss, 3)} on the last batches` : `how wrong it is; guessing: ${number(GUESSING, 3)}`);
  const most = Math.max(2.5, ...ys.slice(0, 3)), curve = plot(context, theme, place, steps, most, ticksOf(most), (value) => number(value));
  curve([0, steps], [GUESSING, GUESSING], theme.muted, 1, { dash: [3, 4] });
  curve(xs, ys, coloursOf(theme).train, 2, { isNow: true });
}

export function paintAccuracy(context, theme, place, data) {
  const { curve_steps: { data: xs }, curve_train: { data: train }, held_steps: { data: heldSteps }, held_share: { data: held }, steps, held: share, trained } = data;
  const colours = coloursOf(theme), told = `held out ${share}`;
  title(context, theme, place, "Accuracy");
  write(context, told, place.x, place.y + 27, 12, colours.held, theme.font, 650, "left");
  context.font = `650 12px ${theme.font}`;
  const from = context.measureText(told).width + 10;
  write(context, `training ${trained}`, place.x + from, place.y + 27, 12, colours.train, theme.font, 400, "left", place.width - from);
  const curve = plot(context, theme, place, steps, 1, [0, 0.25, 0.5, 0.75, 1], (part) => percent(part));
  curve([0, steps], [0.1, 0.1], theme.muted, 1, { dash: [3, 4] });
  curve(xs, train, colours.train, 1.5);
  curve(heldSteps, held, colours.held, 2.5, { isNow: true });
}
