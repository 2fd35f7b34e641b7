// Pure: the other layout, for a network small enough that every map of every layer is seen at once: the picture, then a
// column of maps for each layer, side by side, and the answer at the end.
import { clamp } from "../drawing/numbers.js";
import { channelAt, slotOf } from "./units.js";

export const TALL = 364; // of the drawing on a wide screen
const SPACE = 4; // between maps
const WIDEST = 96; // of a map that is wider than high
const SIDE = 13.6; // of a map, times the root of how many numbers it is long: 5 × 5 is still seen beside 28 × 28
const [PICTURE, LEAST] = [150, 34]; // the picture's side; that of a map, before a second column of them is begun
const [WORDS_WIDE, ANSWER, CODE] = [68, 176, 34]; // the least width of a column; of the answer, and of a bitmap in it
const [CELL, VECTOR, BITMAP] = [16, 84, 22]; // of a vector: its cells at most, how wide they may stand; a bitmap's cells
const [CLOSE, APART] = [6, 72]; // between columns
const LEAST_SCALE = 0.62;

// The largest of the plans at `planAt(scale)` that fits the room; null where none does down to the least scale.
export function fitting(planAt, room, least, step) {
  for (let scale = 1; scale > least; scale -= step) {
    const plan = planAt(scale);
    if (plan.width <= room) return plan;
  }
  return null;
}

// Boxes beside each other, each in a column as wide as `wholes` says, with as much between them as the room leaves.
export function inColumns(boxes, wholes, room, [close, apart], placeOf) {
  const spare = (room - wholes.reduce((a, b) => a + b, 0)) / Math.max(1, boxes.length - 1);
  const gap = Math.floor(clamp(spare, close, apart));
  let left = 0;
  const columns = boxes.map((box, at) => {
    const whole = wholes[at], column = { ...box, left, whole, ...placeOf(box, left, whole) };
    left += whole + gap;
    return column;
  });
  return { columns, gap, width: left - gap };
}

// As planOf of layout.js: the largest that fits the room, else the smallest, to be scrolled.
export const flatPlanOf = (model, room) =>
  fitting((scale) => flatAt(model, room, scale), room, LEAST_SCALE, 0.04) ?? flatAt(model, room, LEAST_SCALE);

// Whole pixels a number where there are two or more of them: all cells of a map are of one size then.
const crisp = (cell) => (cell >= 2 ? Math.floor(cell) : cell);

// The maps of a layer in rows, in as few columns as leave them large enough, or in as many as it says: { across, cell,
// and how far it is from one row to the next }.
function rowsOf(layer, high, scale) {
  const long = Math.max(layer.height, layer.width);
  for (let across = layer.across || 1; ; across += 1) {
    const down = Math.ceil(layer.sent / across), most = high / down - SPACE * scale;
    if (!layer.across && most < LEAST * scale && across < layer.sent) continue;
    const cell = crisp(Math.min(most / layer.height, (SIDE * scale * Math.sqrt(long)) / long, (WIDEST * scale) / layer.width));
    return { across, cell, next: Math.min(high / down, layer.height * cell + 12) };
  }
}

// Maps of one size are drawn in one size, and as far from each other, in whatever layers they are.
function mapsBox(layer, layers, high, scale) {
  const { across } = rowsOf(layer, high, scale);
  const alike = layers.filter((other) => !other.isVector && other.height === layer.height && other.width === layer.width);
  const [cell, next] = ["cell", "next"].map((what) => Math.min(...alike.map((other) => rowsOf(other, high, scale)[what])));
  const [width, height] = [layer.width * cell, layer.height * cell], pitch = [width + SPACE, next];
  return { across, pitch, cell, mapWidth: width, mapHeight: height, width: (across - 1) * pitch[0] + width, height: (Math.ceil(layer.sent / across) - 1) * next + height };
}

// The numbers of a vector in rows, as many in a row as it says, or the largest cells that do not stand too wide.
function cellsBox(layer, high, scale) {
  let cell = Math.floor(layer.across ? BITMAP * scale ** 1.6 : CELL * scale), { across } = layer;
  const rowsIn = (size) => Math.max(1, Math.floor(high / size));
  while (!layer.across && cell > 3 && Math.ceil(layer.sent / rowsIn(cell)) * cell > VECTOR * scale) cell -= 1;
  across ||= Math.ceil(layer.sent / rowsIn(cell));
  const down = Math.ceil(layer.sent / across);
  return { across, pitch: [cell, cell], cell, mapWidth: cell, mapHeight: cell, width: across * cell, height: down * cell };
}

// The answer: a row for each number, as wide as its bars and words.
function answerBox(layer, high, scale, hasCodes) {
  const pitch = high / layer.sent, width = (ANSWER + (hasCodes ? CODE : 0)) * Math.max(0.85, scale);
  return { across: 1, pitch: [width, pitch], cell: pitch - 4, mapWidth: width, mapHeight: pitch - 4, width, height: high - 4, isAnswer: true };
}

function flatAt(model, room, scale) {
  const high = Math.round(TALL * scale), { height, width } = model.image;
  const cell = crisp((PICTURE * scale) / Math.max(height, width));
  const boxes = [
    { cell, width: width * cell, height: height * cell },
    ...model.layers.map((layer, at) => ({
      ...(!layer.isVector ? mapsBox(layer, model.layers, high, scale) : model.answer && at === model.layers.length - 1
        ? answerBox(layer, high, scale, model.answer.codes) : cellsBox(layer, high, scale)),
      isVector: layer.isVector, sent: layer.sent, last: layer.last,
    })),
  ];
  const wholes = boxes.map((box) => Math.ceil(Math.max(WORDS_WIDE, box.width + 4)));
  const placeOf = (box, left, whole) => ({ x: Math.round(left + (whole - box.width) / 2), y: Math.round((high - box.height) / 2) + 2 });
  return { ...inColumns(boxes, wholes, room, [CLOSE, APART], placeOf), height: high + 4, isFlat: true };
}

// The rectangle of a map, or of a number of a vector.
export function mapOf(column, channel) {
  const slot = slotOf(column, channel);
  return {
    x: column.x + (slot % column.across) * column.pitch[0], y: column.y + Math.floor(slot / column.across) * column.pitch[1],
    width: column.mapWidth, height: column.mapHeight,
  };
}

// A unit's cell as a rectangle.
export function flatCellOf(column, { channel, row, column: across }) {
  const map = mapOf(column, channel), { cell } = column;
  return column.isVector ? map : { x: map.x + across * cell, y: map.y + row * cell, width: cell, height: cell };
}

// What lies at a point, as underPoint of layout.js. Between two maps lies nothing.
export function flatUnder(plan, x, y) {
  for (const [at, column] of plan.columns.entries()) {
    if (x < column.left || x > column.left + column.whole) continue;
    const box = at ? column : { ...column, across: 1, pitch: [column.width, column.height], sent: 1, last: 0, mapWidth: column.width, mapHeight: column.height };
    const [across, down] = [Math.floor((x - box.x) / box.pitch[0]), Math.floor((y - box.y) / box.pitch[1])];
    const slot = down * box.across + across;
    if (across < 0 || across >= box.across || down < 0 || slot >= box.sent) return null;
    const channel = channelAt(box, slot), map = mapOf(box, channel);
    if (x - map.x >= map.width || y - map.y >= map.height) return null;
    if (box.isVector) return { layer: at - 1, channel, row: 0, column: 0 };
    return { layer: at - 1, channel, row: Math.floor((y - map.y) / box.cell), column: Math.floor((x - map.x) / box.cell) };
  }
  return null;
}
