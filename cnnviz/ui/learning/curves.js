// The loss, and the two accuracies, against the steps.
import { many, number, percent } from "../drawing/numbers.js";
import { dot, stroke, write } from "../drawing/paper.js";
import { title } from "./filters.js";
import { ticksOf } from "./layout.js";

const GUESSING = Math.log(10); // the loss of one who knows nothing of ten digits
const CURVE_LEFT = 38, CURVE_BOTTOM = 20, CURVE_HEAD = 44;

function axes(context, theme, place, steps, ticks, told, downOf) {
  const right = place.x + place.width;
  for (const value of ticks) {
    const y = Math.round(downOf(value)) + 0.5;
    context.globalAlpha = value === ticks[0] ? 1 : 0.45;
    stroke(context, [[[place.x + CURVE_LEFT, y], [right, y]]], theme.border);
    context.globalAlpha = 1;
    write(context, told(value), place.x + CURVE_LEFT - 6, y, 11.5, theme.muted, theme.font, 400, "right");
  }
  const bottom = place.y + place.height - 8;
  write(context, "0", place.x + CURVE_LEFT, bottom, 11.5, theme.muted, theme.font, 400, "left");
  write(context, many(steps, "step"), right, bottom, 11.5, theme.muted, theme.font, 400, "right");
}

function line(context, xs, ys, acrossOf, downOf, colour, width, dash = []) {
  context.lineJoin = "round";
  stroke(context, [Array.from(xs, (x, at) => [acrossOf(x), downOf(ys[at])])], colour, width, dash);
}

export const coloursOf = (theme) => ({ held: theme.reached, train: theme.dark ? "#c2a5cf" : "#762a83" });

export function paintLoss(context, theme, place, data) {
  const { curve_steps: { data: xs }, curve_loss: { data: ys }, steps, loss } = data;
  title(context, theme, place, "Loss");
  write(context, xs.length ? `${number(loss, 3)} on the last batches` : `how wrong it is; guessing: ${number(GUESSING, 3)}`, place.x, place.y + 27, 12, theme.muted, theme.font, 400, "left", place.width);
  const floor = place.y + place.height - CURVE_BOTTOM, high = place.height - CURVE_HEAD - CURVE_BOTTOM;
  const most = Math.max(2.5, ...ys.slice(0, 3));
  const acrossOf = (x) => place.x + CURVE_LEFT + (x / (steps || 1)) * (place.width - CURVE_LEFT);
  const downOf = (y) => floor - (Math.min(y, most) / most) * high;
  axes(context, theme, place, steps, ticksOf(most), (value) => number(value), downOf);
  line(context, [0, steps], [GUESSING, GUESSING], acrossOf, downOf, theme.muted, 1, [3, 4]);
  line(context, xs, ys, acrossOf, downOf, coloursOf(theme).train, 2);
  if (xs.length) dot(context, acrossOf(xs.at(-1)), downOf(ys.at(-1)), 4, coloursOf(theme).train, theme.background, 1.5);
}

export function paintAccuracy(context, theme, place, data) {
  const { curve_steps: { data: xs }, curve_train: { data: train }, held_steps: { data: heldSteps }, held_share: { data: held }, steps, held: share, trained } = data;
  const colours = coloursOf(theme);
  title(context, theme, place, "Accuracy");
  const told = `held out ${share}`;
  write(context, told, place.x, place.y + 27, 12, colours.held, theme.font, 650, "left");
  context.font = `650 12px ${theme.font}`;
  const from = context.measureText(told).width + 10;
  write(context, `training ${trained}`, place.x + from, place.y + 27, 12, colours.train, theme.font, 400, "left", place.width - from);
  const floor = place.y + place.height - CURVE_BOTTOM, high = place.height - CURVE_HEAD - CURVE_BOTTOM;
  const acrossOf = (x) => place.x + CURVE_LEFT + (x / (steps || 1)) * (place.width - CURVE_LEFT);
  const downOf = (part) => floor - part * high;
  axes(context, theme, place, steps, [0, 0.25, 0.5, 0.75, 1], (part) => percent(part), downOf);
  line(context, [0, steps], [0.1, 0.1], acrossOf, downOf, theme.muted, 1, [3, 4]);
  line(context, xs, train, acrossOf, downOf, colours.train, 1.5);
  line(context, heldSteps, held, acrossOf, downOf, colours.held, 2.5);
  if (held.length) dot(context, acrossOf(heldSteps.at(-1)), downOf(held.at(-1)), 4, colours.held, theme.background, 1.5);
}
