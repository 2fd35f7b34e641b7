// Pure: places of a picture, what stands there as numbers and as words, and the part of it that is shown enlarged.
import { clamp, grouped, many, times, upTo } from "../drawing/numbers.js";

const PLANES = { 1: ["grey"], 3: ["red", "green", "blue"] };

// What Python sent: levels from 0 to 255, plane by plane, and what they are divided by to be shown.
/** @param {PixelsMessage} message */
export function pictureOf({ levels, divisor }) {
  const [depth, height, width] = levels.shape;
  return { levels: levels.data, depth, height, width, divisor, planes: PLANES[depth] };
}

// The level of each plane at a place.
export const levelsAt = ({ levels, depth, height, width }, { row, column }) =>
  Array.from({ length: depth }, (_, plane) => levels[(plane * height + row) * width + column]);

// A level as the number that the visitor chose to see: 0 to 255, or 0 to 1.
export const numberOf = ({ divisor }, level, decimals) => upTo(level / divisor, divisor === 1 ? 0 : decimals);

// The nearest place that lies in the picture.
export const within = ({ height, width }, { row, column }) => ({ row: clamp(row, 0, height - 1), column: clamp(column, 0, width - 1) });

// ---- the region ----

// How many rows and columns of the picture fit a room, in cells of at least `least` and at most `most` pixels a side.
export function gridFor({ height, width }, room, least, most = 64) {
  const rows = clamp(Math.floor(room.height / least), 1, height), columns = clamp(Math.floor(room.width / least), 1, width);
  return { rows, columns, cell: Math.min(most, room.width / columns, room.height / rows) };
}

// `rows` × `columns` of the picture from a place on, kept inside it.
export const regionFrom = ({ height, width }, { rows, columns }, top, left) =>
  ({ top: clamp(top, 0, height - rows), left: clamp(left, 0, width - columns), rows, columns });

// The region with a place in its middle, as nearly as the picture's edges allow.
export const regionAround = (picture, grid, { row, column }) =>
  regionFrom(picture, grid, row - Math.floor(grid.rows / 2), column - Math.floor(grid.columns / 2));

// The region moved as little as lets a place keep `margin` cells from its edge.
export function regionFollowing(picture, region, { row, column }, margin = 1) {
  const follow = (start, length, at) => {
    const room = Math.min(margin, Math.floor((length - 1) / 2));
    return clamp(start, at + room - length + 1, at - room);
  };
  return regionFrom(picture, region, follow(region.top, region.rows, row), follow(region.left, region.columns, column));
}

// ---- the places worth going to ----

// The first place, in reading order, where a plane stands most above the mean of the others, and by how many levels;
// for "brightest" and "darkest" where the mean of all planes is largest and smallest, and that mean.
export function placeOfMost({ levels, depth, height, width, planes }, what) {
  const area = height * width, own = planes.indexOf(what), sign = what === "darkest" ? -1 : 1;
  let best = -Infinity, at = 0;
  for (let pixel = 0; pixel < area; pixel += 1) {
    let sum = 0;
    for (let plane = 0; plane < depth; plane += 1) sum += levels[plane * area + pixel];
    // A whole number, so that equal places compare equal: depth - 1 times the lead, or depth times the mean.
    const score = own < 0 ? sign * sum : depth * levels[own * area + pixel] - sum;
    if (score > best) [best, at] = [score, pixel];
  }
  return { row: Math.floor(at / width), column: at % width, most: own < 0 ? (sign * best) / depth : best / (depth - 1) };
}

// ---- words ----

const listed = (picture, levels) => picture.planes.map((name, plane) => `${name} ${numberOf(picture, levels[plane], 3)}`).join(", ");

export const placeWords = (picture, place) =>
  `Row ${grouped(place.row + 1)} of ${grouped(picture.height)}, column ${grouped(place.column + 1)} of ${grouped(picture.width)}: ${listed(picture, levelsAt(picture, place))}.`;

const OTHERS = { red: "green and blue", green: "red and blue", blue: "red and green" };
export const SUPERLATIVE = { red: "reddest", green: "greenest", blue: "bluest", brightest: "brightest", darkest: "darkest" };

// What was found at `placeOfMost`, in a sentence.
export function foundWords(picture, what, { most }) {
  const much = numberOf(picture, most, 3);
  if (what in OTHERS) {
    if (most <= 0) return `Nowhere is ${what} above the mean of ${OTHERS[what]}: this picture has no ${what} place.`;
    return `The ${SUPERLATIVE[what]} place: ${what} is ${much} above the mean of ${OTHERS[what]}.`;
  }
  if (picture.depth === 1) return `The ${what} place of the picture.`;
  return `The ${what} place: the mean of its three numbers is ${much}.`;
}

// The volume as a product: 128 × 192 × 3 = 73,728 numbers.
export const volumeWords = ({ height, width, depth }) => `${times(height, width, depth)} = ${many(height * width * depth, "number")}`;
