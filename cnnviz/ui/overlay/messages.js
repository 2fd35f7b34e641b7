// Pure: what Python sent, as maps to be drawn, and the words that go with them.
import { decimalsFor, fixed, number, rangeText, times } from "../drawing/numbers.js";
import { fieldOf, sightOf } from "./places.js";

/** A depth by its number among all that can be chosen; undefined where it was not sent. @param {WalkMessage} model */
export const stopOf = (model, at) => model.stops.find((stop) => stop.at === at);

/** One map of a walk: its numbers and where it lies; null where it was not sent. @param {WalkMessage} model */
export function mapOf(model, unit) {
  const stop = unit && stopOf(model, unit.stop), slot = stop ? stop.channels.indexOf(unit.channel) : -1;
  if (slot < 0) return null;
  const { data, shape: [, height, width] } = model[`stop ${unit.stop}`];
  return {
    stop: unit.stop, channel: unit.channel, height, width, peak: stop.peaks[slot], limit: stop.limits[slot],
    name: stop.names[slot], short: stop.shorts[slot], rows: fieldOf(stop.fields[slot][0]), columns: fieldOf(stop.fields[slot][1]),
    numbers: data.subarray(slot * height * width, (slot + 1) * height * width),
  };
}

/** @type {(map: OverlayMap, stop: Stop) => string} */
export const mapWords = (map, stop) => `${map.name} of ${stop.name}`;

/** @type {(map: OverlayMap, unit: { row: number, column: number }) => number} */
export const valueAt = (map, { row, column }) => map.numbers[row * map.width + column];

/** "Row 6, column 7: 23.4. Sees 171 × 171 pixels of the photo: rows 1 to 171, columns 20 to 190." @param {OverlayMap} map */
export function sightWords(map, unit, side) {
  const value = valueAt(map, unit), { x, y, width, height } = sightOf(map, unit, side);
  const span = (word, first, count) => rangeText(word, { first, last: first + count - 1, padding: 0 });
  return `Row ${unit.row + 1}, column ${unit.column + 1}: ${fixed(value, decimalsFor(map.limit))}. `
    + (width === side && height === side ? `It can see the whole photo, ${times(side, side)} pixels.`
      : `It can see ${times(height, width)} pixels: ${span("row", y, height)}, ${span("column", x, width)}.`);
}

// "columns 76 to 375 of 451"
export const squareWords = ({ side, start, most, isWide }) => `${rangeText(isWide ? "column" : "row", { first: start, last: start + side - 1, padding: 0 })} of ${number(side + most)}`;
