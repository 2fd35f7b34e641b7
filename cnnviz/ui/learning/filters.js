// The first layer's filters, before and now; and, for one of them, what the next batch is about to do to each weight.
import { decimalsFor, fixed, largestOf, number, plusMinus } from "../drawing/numbers.js";
import { inkOn, rgb, signedIndex } from "../drawing/palette.js";
import { fill, fillShape, outline, stroke, write } from "../drawing/paper.js";
import { tilesOf } from "./layout.js";

const HEAD = 24;
const AROUND = 4; // pixels around the filter that is chosen
const MOST_ARROWS = 9; // cells a side

// One plane of numbers as cells in the signed palette.
export function paintPlane(context, theme, values, offset, height, width, x, y, side, limit) {
  const across = side / Math.max(height, width);
  const left = x + (side - across * width) / 2, top = y + (side - across * height) / 2;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const [x0, y0] = [Math.round(left + column * across), Math.round(top + row * across)];
      const [x1, y1] = [Math.round(left + (column + 1) * across), Math.round(top + (row + 1) * across)];
      fill(context, x0, y0, x1 - x0, y1 - y0, rgb(theme.signed[signedIndex(values[offset + row * width + column], limit)]));
    }
  }
}

export function title(context, theme, place, text, more = "") {
  write(context, text, place.x, place.y + 9, 14, theme.text, theme.font, 650, "left", place.width);
  if (!more) return;
  context.font = `650 14px ${theme.font}`;
  const from = context.measureText(text).width + 12;
  if (from < place.width - 60) write(context, more, place.x + from, place.y + 9.5, 12, theme.muted, theme.font, 400, "left", place.width - from);
}

// What stands below a title.
export function note(context, theme, place, text) {
  write(context, text, place.x, place.y + 27, 12, theme.muted, theme.font, 400, "left", place.width);
}

/** Paints both rows; returns where each filter can be clicked. @param {Theme} theme @param {Box} place @param {Learning} data */
export function paintFilters(context, theme, place, data, now, chosen) {
  const { before: { data: before, shape: [count, height, width] }, of, layer, state } = data;
  const what = layer[0] === "C" ? "filters" : "units’ weights";
  const many = of > count ? `the first ${count} of its ${of} ${what}` : `its ${count} ${what}`;
  const still = state === "untrained";
  title(context, theme, place, `${layer}: ${many}`, still ? "random numbers, nothing learnt yet" : "");
  const room = place.width - 58 - AROUND - 2; // the frame of the last has its place, too
  const tiles = tilesOf(count, room, (place.height - HEAD - 46) / 1.68);
  const top = place.y + HEAD + 4, below = top + tiles.earlier + 22;
  const limits = [largestOf(before), largestOf(now)];
  const size = height * width;
  const rows = [["before", limits[0], top, tiles.earlier, before], ["now", limits[1], below, tiles.side, now]];
  const found = [];
  for (const [name, limit, y, side, values] of rows) {
    write(context, name, place.x, y + side / 2 - 8, 13, theme.text, theme.font, 650, "left");
    write(context, plusMinus(limit, 2), place.x, y + side / 2 + 9, 12, theme.muted, theme.font, 400, "left", 54);
    for (let at = 0; at < count; at += 1) {
      const x = place.x + 58 + at * (tiles.side + tiles.gap) + (tiles.side - side) / 2;
      paintPlane(context, theme, values, at * size, height, width, x, y, side, limit);
      outline(context, x - 0.5, y - 0.5, side + 1, side + 1, theme.border, 1);
    }
  }
  for (let at = 0; at < count; at += 1) {
    const x = place.x + 58 + at * (tiles.side + tiles.gap);
    const mine = at === chosen;
    const edge = Math.min(AROUND, tiles.gap / 2);
    if (mine) outline(context, x - edge, below - edge, tiles.side + 2 * edge, tiles.side + 2 * edge, theme.reached, 2.5);
    write(context, `${at + 1}`, x + tiles.side / 2, below + tiles.side + 14, 12, mine ? theme.reached : theme.muted, theme.font, mine ? 700 : 400);
    found.push({ x: x - 4, y: top, width: tiles.side + 8, height: below + tiles.side + 22 - top, filter: at });
  }
  return found;
}

// The weights of one filter, in each its number and an arrow: up where the next batch makes it larger, down where less.
/** @param {Theme} theme @param {Box} place @param {Learning} data */
export function paintMove(context, theme, place, data, now, chosen) {
  const { move: { data: moves, shape: [, height, width] }, layer, state, foreseen } = data;
  const size = height * width, offset = chosen * size;
  const longest = largestOf(moves.subarray(offset, offset + size)), limit = largestOf(now.subarray(offset, offset + size));
  const name = `${layer[0] === "C" ? "Filter" : "Unit"} ${chosen + 1} of ${layer}`;
  title(context, theme, place, state === "done" ? `${name}: the last batch moved it` : `${name}: the next batch moves it`);
  if (foreseen === false) { note(context, theme, place, "a large network: its first move shows once it starts"); return; }
  if (width > MOST_ARROWS || height > MOST_ARROWS) { paintBeside(context, theme, place, moves, now, offset, height, width, longest, limit); return; }
  note(context, theme, place, `each weight, and its move; the longest arrow: ${number(longest, 2)}`);
  const top = place.y + 42, room = place.height - 42;
  const cellWidth = Math.min(place.width / width, 76), cellHeight = Math.min(room / height, 60);
  const decimals = Math.max(3, decimalsFor(longest, 2));
  const numbers = cellWidth >= 40 && cellHeight >= 32;
  for (let row = 0; row < height; row += 1) {
    for (let column = 0; column < width; column += 1) {
      const at = offset + row * width + column;
      const colour = theme.signed[signedIndex(now[at], limit)], ink = inkOn(colour);
      const x = place.x + column * cellWidth, y = top + row * cellHeight;
      const gap = cellWidth > 10 ? 1 : 0;
      fill(context, x, y, cellWidth - gap, cellHeight - gap, rgb(colour));
      if (cellWidth < 16) continue;
      const share = longest ? moves[at] / longest : 0;
      arrow(context, x + cellWidth * (numbers ? 0.17 : 0.5), y + cellHeight / 2, share * cellHeight * 0.38, ink);
      if (!numbers) continue;
      write(context, fixed(now[at], 3), x + cellWidth * 0.62, y + cellHeight * 0.36, 12.5, ink, theme.font, 600, "center", cellWidth * 0.68);
      write(context, signed(moves[at], decimals), x + cellWidth * 0.62, y + cellHeight * 0.72, 11, ink, theme.font, 400, "center", cellWidth * 0.68);
    }
  }
}

// More weights than arrows can be told apart: the weights, and their moves in the same colours.
function paintBeside(context, theme, place, moves, now, offset, height, width, longest, limit) {
  const side = Math.min((place.width - 16) / 2, place.height - 62);
  for (const [at, values, most, told] of [[0, now, limit, "weights"], [1, moves, longest, "moves"]]) {
    const x = place.x + at * (side + 16);
    write(context, `${told}, ${plusMinus(most, 2)}`, x, place.y + 30, 12, theme.muted, theme.font, 400, "left", side);
    paintPlane(context, theme, values, offset, height, width, x, place.y + 44, side, most);
    outline(context, x + 0.5, place.y + 44.5, side - 1, side - 1, theme.border, 1);
  }
}

function signed(value, decimals) {
  const text = fixed(value, decimals);
  return value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

function arrow(context, x, y, length, colour) {
  if (Math.abs(length) < 0.6) {
    fill(context, x - 1.5, y - 0.75, 3, 1.5, colour);
    return;
  }
  const tip = y - length, head = Math.min(4.5, Math.abs(length)), way = Math.sign(length);
  stroke(context, [[[x, y + length], [x, tip + way * head * 0.7]]], colour, 1.75);
  const back = tip + way * head * 1.25;
  fillShape(context, [[x, tip], [x - head * 0.85, back], [x + head * 0.85, back]], colour);
}
