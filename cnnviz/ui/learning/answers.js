// Ten held-out digits with what the network takes them for; and the visitor's own, one map of it, its probabilities.
import { largestOf, number, percent, plusMinus } from "../drawing/numbers.js";
import { bitmapOf, drawCells, fill, outline, write } from "../drawing/paper.js";
import { note, paintPlane, title } from "./filters.js";

const SIDE = 28;

export const verdictColours = (theme) => ({ right: theme.dark ? "#7fd08a" : "#1b7837", wrong: theme.dark ? "#ff8a80" : "#b3261e" });

// Ink on paper, as the theme has it: black on white, white on black.
export function paintDigit(context, theme, values, offset, x, y, side) {
  const digit = bitmapOf(SIDE, SIDE, (_, bytes) => {
    for (let at = 0; at < SIDE * SIDE; at += 1) {
      const level = theme.dark ? values[offset + at] : 255 - values[offset + at];
      bytes.set([level, level, level, 255], 4 * at);
    }
  });
  drawCells(context, digit, x, y, side, side);
  outline(context, x + 0.5, y + 0.5, side - 1, side - 1, theme.border, 1);
}

export function paintAnswers(context, theme, place, { digits: { data: levels }, answers }) {
  const right = answers.filter(({ label, guess }) => label === guess).length;
  title(context, theme, place, "Digits that it does not learn from");
  note(context, theme, place, `${right} of ${answers.length} right; below each its guess, and how sure`);
  const columns = 5, rows = Math.ceil(answers.length / columns), gap = 10;
  const top = place.y + 42, under = 34;
  const side = Math.floor(Math.min((place.width - gap * (columns - 1)) / columns, (place.height - 42) / rows - under));
  const pitch = Math.min((place.width - side) / (columns - 1), side + 26);
  const colours = verdictColours(theme);
  answers.forEach(({ label, guess, sure }, at) => {
    const x = place.x + (at % columns) * pitch, y = top + Math.floor(at / columns) * (side + under + 4);
    const isRight = label === guess, colour = isRight ? colours.right : colours.wrong;
    paintDigit(context, theme, levels, at * SIDE * SIDE, x, y, side);
    outline(context, x + 1, y + 1, side - 2, side - 2, colour, 2);
    write(context, `${guess} ${isRight ? "✓" : "✗"}`, x + side / 2, y + side + 11, 15, colour, theme.font, 700);
    write(context, percent(sure), x + side / 2, y + side + 26, 11, theme.muted, theme.font);
  });
}

const OWN_HEAD = 42;
const ownSide = (place) => Math.min((place.height - OWN_HEAD - 26) / 2, place.width * 0.36);

// The map alone, which glides between two updates.
export function paintOwnMap(context, theme, place, data, maps, chosen) {
  const [, height, width] = data.own_maps.shape, size = height * width, side = ownSide(place);
  if (size === 1) return; // one number, which is written
  const values = maps.subarray(chosen * size, (chosen + 1) * size), below = place.y + OWN_HEAD + side + 8;
  paintPlane(context, theme, values, 0, height, width, place.x, below, side, largestOf(values));
  outline(context, place.x + 0.5, below + 0.5, side - 1, side - 1, theme.border, 1);
}

export function paintOwn(context, theme, place, data, maps, chosen) {
  const { own: { data: levels }, own_maps: { shape: [, height, width] }, own_shares: { data: shares }, own_name: name, own_label: label, layer, is_empty: isEmpty } = data;
  const guess = shares.indexOf(Math.max(...shares));
  title(context, theme, place, name, isEmpty ? "nothing drawn yet" : label === null ? `taken for a ${guess}` : `a ${label}, taken for a ${guess} ${label === guess ? "✓" : "✗"}`);
  note(context, theme, place, `through ${layer[0] === "C" ? "filter" : "unit"} ${chosen + 1} of ${layer}`);
  const top = place.y + OWN_HEAD, side = ownSide(place);
  paintDigit(context, theme, levels, 0, place.x, top, side);
  const size = height * width, values = maps.subarray(chosen * size, (chosen + 1) * size), limit = largestOf(values);
  const below = top + side + 8;
  if (size > 1) paintOwnMap(context, theme, place, data, maps, chosen);
  else {
    write(context, number(values[0], 3), place.x + side / 2, below + side / 2, 18, theme.text, theme.font, 600);
    outline(context, place.x + 0.5, below + 0.5, side - 1, side - 1, theme.border, 1);
  }
  write(context, size > 1 ? `its map, ${plusMinus(limit, 2)}` : "one number", place.x + side / 2, below + side + 11, 12, theme.muted, theme.font, 400, "center", side * 1.3);
  // The bars.
  const left = place.x + side + 34, room = place.width - side - 34 - 54;
  const high = (2 * side + 8) / shares.length;
  shares.forEach((share, digit) => {
    const y = top + digit * high;
    const best = digit === guess && !isEmpty;
    write(context, `${digit}`, left - 12, y + high / 2, 13, theme.text, theme.font, best ? 700 : 400);
    context.globalAlpha = 0.35;
    fill(context, left, y + 2, room, high - 5, theme.border);
    context.globalAlpha = isEmpty ? 0.3 : 1;
    fill(context, left, y + 2, room * share, high - 5, best ? theme.reached : theme.muted);
    context.globalAlpha = 1;
    write(context, percent(share), left + room + 6, y + high / 2 - 0.5, 12, theme.muted, theme.font, best ? 700 : 400, "left");
  });
}
