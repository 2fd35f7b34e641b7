// Pure: units, what they see and their numbers, in words: rows, columns, layers and maps are counted from 1.
import { decimalsFor, fixed, grouped, insideOf, many, number, rangeText, times } from "../drawing/numbers.js";
import { readingOf } from "./reading.js";
import { isAnswer, seen, valueOf } from "./units.js";

/** @type {(model: Volumes, unit: Unit) => string | null} */
export function valueText(model, unit) {
  const found = valueOf(model, unit);
  if (!found) return null;
  if (!found.isExact) return `about ${number(found.value, 2)}`;
  // An answer reads as it does beside its bar, however large the largest of its numbers.
  return isAnswer(model, unit.layer) ? number(found.value, 3) : fixed(found.value, decimalsFor(model.layers[unit.layer].limit));
}

/** @type {(maps: Maps) => string} */
export const sizeText = ({ shape, height, width, count }) => (shape?.length === 1 ? grouped(count) : times(height, width, count));

/** @type {(model: Volumes, unit: Unit) => string} */
export function placeText(model, { layer, channel, row, column }) {
  const { count, isVector, name } = model.layers[layer];
  if (isAnswer(model, layer)) return `${name} for ${model.answer.rows[channel][0]}`;
  const where = isVector ? `${model.flat ? "unit" : "number"} ${grouped(channel + 1)} of ${grouped(count)}` : `map ${channel + 1} of ${grouped(count)}, row ${row + 1}, column ${column + 1}`;
  return `${model.flat ? name : `Layer ${model.places[layer] + 1}`}, ${where}`; // side by side the layers go by their names
}

/** @type {(model: Volumes, unit: Unit) => string} */
export function sightText(model, unit) {
  const { rows, columns } = seen(model, unit, -1), { height, width } = model.image;
  const [down, across] = [insideOf(rows, height), insideOf(columns, width)];
  const [high, wide] = [down, across].map(({ first, last }) => Math.max(0, last - first + 1)), isWhole = high === height && wide === width;
  const read = readingOf(model, unit)[0], isAll = !read || (read.rows.size === high && read.columns.size === wide);
  if (isWhole) return isAll ? "sees the whole picture" : `spans the whole picture, ${readText("its", read, high, wide)}`;
  const size = rows.count * columns.count === 1 ? "1 pixel" : `${times(rows.count, columns.count)} pixels`;
  const where = `${size}: ${rangeText("row", down)}, ${rangeText("column", across)}`;
  return isAll ? `sees ${where}` : `spans ${where}, ${readText("these", read, high, wide)}`;
}

function readText(of, read, high, wide) {
  const some = (positions, span, word) => (positions.size === span ? `every ${word}` : `${grouped(positions.size)} of ${of} ${many(span, word)}`);
  return `and reads ${some(read.rows, high, "row")} and ${some(read.columns, wide, "column")}`;
}

/** `onStage`: its number as a stage shows it, where one does. @param {Volumes} model @param {Unit} unit */
export function narrate(model, unit, isHidden = false, onStage = undefined) {
  const value = isHidden ? "?" : (!isAnswer(model, unit.layer) && onStage) || (valueText(model, unit) ?? "its number is on the stage");
  return `${placeText(model, unit)}: ${value}; ${sightText(model, unit)}.`;
}

/** What is not drawn of a layer, if anything. @param {Layer} layer */
export function leftOut({ count, sent, last, step, isVector }) {
  const parts = [], one = isVector ? "number" : "map";
  if (sent < count) parts.push(last < sent ? `the first ${sent} of ${many(count, one)}` : `the first ${sent - 1} of ${many(count, one)} and ${one} ${last + 1}`);
  if (step > 1) parts.push(`1 row and column in ${step}`);
  return parts.length ? `drawn: ${parts.join(", ")}` : "";
}
