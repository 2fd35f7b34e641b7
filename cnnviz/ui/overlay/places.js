// Pure: where the units of a map lie on the photo, which of them is under a point, what each of them can see.
// A field is { size, jump, start } on one axis, as `Field` of cnnviz/geometry.py: unit i sees the pixels from
// start + i jump on, `size` of them, and stands for the `jump` pixels around their middle.
import { placeIn, placeText } from "../drawing/address.js";
import { arrowOf, pointOn } from "../drawing/elements.js";
import { clamp, insideOf } from "../drawing/numbers.js";

/** @type {(told: FieldNumbers) => UnitAxis} */
export const fieldOf = ([size, jump, start]) => ({ size, jump, start });

/** The edge of unit i's own cell on the photo, in pixels; its far edge is that of unit i + 1. @param {UnitAxis} axis */
export const edgeOf = ({ size, jump, start }, index) => start + index * jump + (size - jump) / 2;

// The rectangle of a map on the photo: { x, y, width, height }, in pixels. It may reach beyond the photo, or fall short.
/** @type {(map: OverlayMap) => Box} */
export function placeOf({ rows, columns, height, width }) {
  return { x: edgeOf(columns, 0), y: edgeOf(rows, 0), width: width * columns.jump, height: height * rows.jump };
}

/** One unit's own cell. @type {(map: OverlayMap, unit: { row: number, column: number }) => Box} */
export function cellOf({ rows, columns }, { row, column }) {
  return { x: edgeOf(columns, column), y: edgeOf(rows, row), width: columns.jump, height: rows.jump };
}

/** What one unit can see, as far as it lies on a photo of `side` pixels. @param {OverlayMap} map */
export function sightOf({ rows, columns }, { row, column }, side) {
  const span = (field, index) => insideOf({ first: field.start + index * field.jump, count: field.size }, side);
  const down = span(rows, row), across = span(columns, column);
  return { x: across.first, y: down.first, width: across.last - across.first + 1, height: down.last - down.first + 1 };
}

/** The unit whose cell is nearest to a point of the photo. @param {OverlayMap} map */
export function unitAt({ rows, columns, height, width }, x, y) {
  const nearest = (field, count, at) => clamp(Math.floor((at - edgeOf(field, 0)) / field.jump), 0, count - 1);
  return { row: nearest(rows, height, y), column: nearest(columns, width, x) };
}

// The same of the pointer, on a canvas that holds the whole photo.
export function unitUnder(map, canvas, photo, event) {
  const scale = photo.width / canvas.getBoundingClientRect().width, [x, y] = pointOn(canvas, event);
  return unitAt(map, x * scale, y * scale);
}

// The unit that lies so many rows and columns on, at most the last one of the map.
export const moved = ({ height, width }, { row, column }, [down, across]) =>
  ({ row: clamp(row + down, 0, height - 1), column: clamp(column + across, 0, width - 1) });

// A unit as a link says it, "stop.map.row.column", counted from 1; and back, or null for anything else.
export const unitText = ({ stop, channel, row, column }) => placeText([stop, channel, row, column]);

/** @type {(text: string | null) => OverlayUnit | null} */
export function readUnit(text) {
  const parts = placeIn(text);
  if (parts.length !== 2 && parts.length !== 4) return null;
  const [stop, channel, row = null, column = null] = parts;
  return { stop, channel, row, column };
}

// The square that is cut from a picture of [height, width] pixels, as large as it can be: { side, top, left }, and how
// far it can be moved, to the right or, where the picture is tall, down. `start` pixels of that way lie in front of it.
export function squareOf([height, width], start) {
  const side = Math.min(height, width), most = Math.max(height, width) - side, isWide = width > height;
  const at = clamp(start, 0, most);
  return { side, most, isWide, start: at, top: isWide ? 0 : at, left: isWide ? at : 0 };
}

// Where a key leads it: an arrow a fiftieth of the square on, a page a quarter, Home and End to the ends; null for others.
export function squareBy(event, { side, most, start }) {
  const arrow = arrowOf(event), step = (share) => Math.max(1, Math.round(side * share));
  if (arrow) return clamp(start + (arrow[0] + arrow[1]) * step(0.02), 0, most);
  const by = { PageUp: -step(0.25), PageDown: step(0.25), Home: -most, End: most }[event.key];
  return by === undefined ? null : clamp(start + by, 0, most);
}
