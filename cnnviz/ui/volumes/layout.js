// Pure: where the picture and each volume stand, in CSS pixels, and what lies under a point.
import { clamp } from "../drawing/numbers.js";
import { fitting, flatCellOf, flatUnder, inColumns } from "./flat.js";
import { channelAt, slotOf } from "./units.js";

export const HIGH = 184; // of the drawing at most
const PLANES = 12; // of a stack at most
const [ACROSS, UP] = [4, 3]; // from one plane of a stack to the next
const TALLEST = HIGH - UP * (PLANES - 1) - 6; // of a front map
const WIDEST = 216;
const PICTURE_SHARE = 0.36; // of the room at most: the picture stays in sight while the volumes are scrolled
const LABEL = 124; // the least width of a volume's column, for its words
const [NEAR, FAR] = [26, 84]; // between columns
const VECTOR_WIDE = 92;
const ARCS = 34; // above everything, where branches part and meet
const SMALLEST = 0.6; // of the size that there is room for on a wide screen

// How large maps are drawn: sizes go by their square root, so that 5 × 5 is still seen beside 224 × 224.
function sizeFor(model, scale) {
  const { height, width } = model.image;
  const longest = Math.max(height, width, ...model.layers.filter((layer) => !layer.isVector).map((layer) => Math.max(layer.height, layer.width)));
  const full = scale * longest * Math.min(TALLEST / height, WIDEST / width) * (Math.max(height, width) / longest);
  return (layer) => {
    const long = Math.max(layer.height, layer.width);
    const side = full * Math.sqrt(long / longest);
    const cell = Math.min(side / long, TALLEST / layer.height, WIDEST / layer.width);
    return { cell, width: layer.width * cell, height: layer.height * cell };
  };
}

// A vector's cells, one below the other, in as many columns as they need: the largest cells that stay narrow.
function vectorBox(count) {
  let cell = 14;
  const columnsOf = (size) => Math.ceil(count / Math.floor(HIGH / size));
  while (cell > 3 && columnsOf(cell) * cell > (columnsOf(cell) > 1 ? VECTOR_WIDE : cell)) cell -= 1;
  const perColumn = Math.min(count, Math.floor(HIGH / cell)), columns = Math.ceil(count / perColumn);
  return { cell, perColumn, columns, width: columns * cell, height: perColumn * cell };
}

// Everything's place, made a little smaller where all of it then fits; else it is scrolled, and the largest volume fits
// beside the picture. `columns[0]` is the picture's, `columns[i + 1]` layer i's: { left, width } of the whole column,
// and of what is drawn { x, y, width, height, cell }; of a stack also `planes`, of a vector `perColumn`.
export function planOf(model, room) {
  const fit = fitting((scale) => planAt(model, room, scale), room, SMALLEST, 0.05);
  if (fit) return fit;
  const [picture, ...layers] = planAt(model, room, 1).columns.map(({ whole }) => whole);
  return planAt(model, room, clamp((room - picture - 12) / Math.max(...layers), SMALLEST, 1));
}

function planAt(model, room, scale) {
  const size = sizeFor(model, scale);
  const picture = size(model.image), least = Math.min(1, (room * PICTURE_SHARE) / picture.width);
  const shown = { cell: picture.cell * least, width: picture.width * least, height: picture.height * least };
  const boxes = [{ ...shown, planes: 1 }, ...model.layers.map((layer) => (layer.isVector
    ? { ...vectorBox(layer.sent), planes: 1, isVector: true, sent: layer.sent, last: layer.last }
    : { ...size(layer), planes: Math.min(PLANES, layer.sent) }))];
  const wholes = boxes.map((box, at) => Math.ceil(Math.max(Math.min(LABEL, at ? LABEL : room * PICTURE_SHARE), box.width + (box.planes - 1) * ACROSS + 4)));
  const high = Math.min(HIGH, Math.ceil(Math.max(...boxes.map((box) => box.height + (box.planes - 1) * UP))) + 6);
  const placeOf = (box, left, whole) => {
    const [across, up] = [(box.planes - 1) * ACROSS, (box.planes - 1) * UP];
    return { x: Math.round(left + (whole - box.width - across) / 2), y: Math.round((high - box.height - up) / 2 + up) };
  };
  return withArcs(model, { ...inColumns(boxes, wholes, room, [NEAR, FAR], placeOf), height: high });
}

// The corner of a stack's plane, 0 the front one.
export const cornerOf = ({ x, y }, plane) => [x + plane * ACROSS, y - plane * UP];

// The channel of a stack's plane: behind the front one come those that follow it, round and round.
export const channelOf = (layer, front, plane) => channelAt(layer, slotOf(layer, front) + plane);

// The plane of a channel, if it is one of those drawn.
export const planeOf = (layer, front, channel) => (slotOf(layer, channel) - slotOf(layer, front) + layer.sent) % layer.sent;

// A unit's cell as a rectangle.
export function cellOf(column, unit) {
  if (column.across) return flatCellOf(column, unit);
  const { channel, row, column: across } = unit, { x, y, cell, perColumn } = column;
  if (column.isVector) {
    const slot = slotOf(column, channel);
    return { x: x + Math.floor(slot / perColumn) * cell, y: y + (slot % perColumn) * cell, width: cell, height: cell };
  }
  return { x: x + across * cell, y: y + row * cell, width: cell, height: cell };
}

// What lies at a point: a unit of a front map (layer −1: a pixel), or a plane further back as { layer, behind }.
export function underPoint(model, plan, fronts, x, y) {
  if (plan.isFlat) return flatUnder(plan, x, y);
  for (const [at, column] of plan.columns.entries()) {
    if (x < column.left - 2 || x > column.left + column.whole + 2) continue;
    const layer = at - 1;
    if (column.isVector) {
      const across = Math.floor((x - column.x) / column.cell), down = Math.floor((y - column.y) / column.cell);
      const slot = across * column.perColumn + down;
      const isThere = across >= 0 && down >= 0 && down < column.perColumn && slot < column.sent;
      return isThere ? { layer, channel: channelAt(column, slot), row: 0, column: 0 } : null;
    }
    for (let plane = 0; plane < column.planes; plane += 1) {
      const [left, top] = cornerOf(column, plane);
      if (x < left || y < top || x >= left + column.width || y >= top + column.height) continue;
      if (plane > 0) return { layer, behind: channelOf(model.layers[layer], fronts[layer], plane) };
      const { height, width } = layer < 0 ? model.image : model.layers[layer];
      const held = (value, most) => Math.min(most - 1, Math.floor(value));
      return { layer, channel: layer < 0 ? 0 : fronts[layer], row: held((y - top) / column.cell, height), column: held((x - left) / column.cell, width) };
    }
  }
  return null;
}

// A plan with the arcs of branches above it: over what stands between a layer and one that reads it and does not stand
// right behind it, from the middle of one top to that of the other. Between neighbours nothing need be drawn.
function withArcs(model, plan) {
  const links = model.layers.flatMap(({ sources }, to) => sources.filter(({ at }) => at !== to - 1).map(({ at }) => [at, to]));
  if (!links.length) return { ...plan, arcs: [] };
  const columns = plan.columns.map((column) => ({ ...column, y: column.y + ARCS }));
  const topOf = (at, aside) => {
    const { x, y, width, planes } = columns[at + 1], [across, up] = [(planes - 1) * ACROSS, (planes - 1) * UP];
    return [x + (width + across) / 2 + aside, y - up - 4];
  };
  const longest = Math.max(...links.map(([from, to]) => to - from));
  const arcs = links.map(([from, to]) => ({ from: topOf(from, 6), to: topOf(to, -6), over: (ARCS - 14) * (1 - (to - from) / longest) }));
  return { ...plan, columns, height: plan.height + ARCS, arcs };
}
