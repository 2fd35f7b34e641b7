// What the shown unit sees, drawn over the volumes: the picture dimmed but for its receptive field, the part of each
// layer on the way, and its own cell. All of it is the current window, so all of it is orange.
import { missingIn } from "../drawing/axis.js";
import { insideOf } from "../drawing/numbers.js";
import { emsOf, fill, fitsIn, grown, outline, outlineBox, shade, stroke, writeIn } from "../drawing/paper.js";
import { mapOf } from "./flat.js";
import { cellOf, cornerOf, planeOf } from "./layout.js";
import { readingOf } from "./reading.js";
import { channelsOf, layerOf, seen } from "./units.js";

// The rectangle of a span of rows and columns on a front map; null where it lies in the padding alone.
function boxOf(column, layer, { rows, columns }) {
  const down = insideOf(rows, layer.height), across = insideOf(columns, layer.width);
  if (down.last < down.first || across.last < across.first) return null;
  return {
    x: column.x + across.first * column.cell, y: column.y + down.first * column.cell,
    width: (across.last - across.first + 1) * column.cell, height: (down.last - down.first + 1) * column.cell,
  };
}

// On the picture: all of it dimmed but what the unit sees.
export function paintField(context, { model, plan: { columns: [column] }, theme, shown }) {
  const box = boxOf(column, model.image, seen(model, shown, -1));
  shade(context, column, box, theme.unread);
  if (!box) return;
  paintLeftOut(context, column, model.image, seen(model, shown, -1), readingOf(model, shown)[0], theme);
  paintMark(context, box, theme);
}

// What lies in the span of rows and columns that a unit sees and is not read: dimmed too.
function paintLeftOut(context, column, layer, { rows, columns }, read, theme) {
  const [down, across] = [insideOf(rows, layer.height), insideOf(columns, layer.width)];
  if (!read || (read.rows.size > down.last - down.first && read.columns.size > across.last - across.first)) return;
  const { x, y, cell } = column, wide = (across.last - across.first + 1) * cell, high = (down.last - down.first + 1) * cell;
  context.fillStyle = theme.unread;
  context.beginPath();
  for (const [from, to] of missingIn(read.rows, down.first, down.last + 1)) context.rect(x + across.first * cell, y + from * cell, wide, (to - from) * cell);
  for (const [from, to] of missingIn(read.columns, across.first, across.last + 1)) context.rect(x + from * cell, y + down.first * cell, (to - from) * cell, high);
  context.fill();
}

// On the volumes: the part of each layer on the way, and the unit's own cell.
export function paintSight(context, { model, plan, fronts, theme, shown, isHidden }) {
  const cell = cellOf(plan.columns[shown.layer + 1], shown);
  const boxes = [[cell]]; // of the shown unit, then of each layer before it, where the lines from what it reads lead to
  for (let at = shown.layer - 1; at >= -1; at -= 1) {
    const column = plan.columns[at + 1], layer = layerOf(model, at), view = seen(model, shown, at);
    const box = view && (column.isVector ? column : boxOf(column, layer, view));
    const after = boxes.filter((_, before) => model.layers[shown.layer - before].sources.some((source) => source.at === at)).flat();
    // Nothing is marked on a front map that is not read: those that are were not sent.
    const isMarked = box && (at < 0 || column.isVector || view.maps.has(fronts[at]));
    boxes.push(isMarked ? [box] : view ? after : []);
    if (!isMarked) continue;
    for (const other of after) paintLines(context, box, other, theme);
    if (column.isVector) paintRead(context, column, layer, view, theme);
    else if (at >= 0) { paintLeftOut(context, column, layer, view, readingOf(model, shown)[at + 1], theme); paintMark(context, box, theme); paintDepth(context, column, layer, fronts[at], box, view, theme); }
  }
  paintOwn(context, cell, isHidden, theme);
}

// The unit's own cell; its number is not told where a stage hides it.
function paintOwn(context, cell, isHidden, theme) {
  const { x, y, width, height } = cell;
  if (isHidden && fitsIn(emsOf("?", theme.font), width, height)) {
    fill(context, x, y, width, height, theme.background);
    writeIn(context, "?", x, y, width, height, theme.window, theme.font, 700);
  }
  paintMark(context, cell, theme);
}

// The same where every map is seen: of each layer on the way the maps that are read keep their light, with the window
// on each of them; lines lead to those of the layer just before.
export function paintFlatSight(context, { model, plan, theme, shown, isHidden }) {
  const column = plan.columns[shown.layer + 1], cell = cellOf(column, shown);
  for (let at = shown.layer - 1; at >= 0; at -= 1) {
    const before = plan.columns[at + 1], layer = model.layers[at], view = seen(model, shown, at);
    const isNext = model.layers[shown.layer].sources.some((source) => source.at === at);
    paintUnread(context, before, layer, view?.maps ?? new Set(), theme);
    if (!view) continue;
    if (layer.isVector) { paintRead(context, before, layer, view, theme); if (isNext) paintLines(context, before, cell, theme); continue; }
    const places = boxOf({ x: 0, y: 0, cell: before.cell }, layer, view);
    if (!places) continue;
    for (const map of view.maps) {
      const { x, y } = mapOf(before, map), box = { ...places, x: x + places.x, y: y + places.y };
      paintLeftOut(context, { x, y, cell: before.cell }, layer, view, readingOf(model, shown)[at + 1], theme);
      if (isNext && !layer.stacked) paintLines(context, box, cell, theme, 0.3);
      outlineBox(context, seenBox(box), theme.window, 1.5);
    }
    if (layer.stacked) paintWindow(context, before, [...view.maps], isNext && cell, theme);
  }
  const first = boxOf(plan.columns[0], model.image, seen(model, shown, -1));
  if (model.layers[shown.layer].sources.some(({ at }) => at < 0) && first) paintLines(context, first, cell, theme);
  if (!column.isVector) outlineBox(context, grown(mapOf(column, shown.channel), 1), theme.text, 2);
  paintOwn(context, cell, isHidden && !column.isAnswer, theme);
}

// Of maps that stand one below the other the window over the channels: a frame around those that it covers.
function paintWindow(context, column, maps, cell, theme) {
  const [first, last] = [mapOf(column, Math.min(...maps)), mapOf(column, Math.max(...maps))];
  const box = grown({ ...first, height: last.y + last.height - first.y }, 2);
  outlineBox(context, box, theme.window, 2.5);
  if (cell) paintLines(context, box, cell, theme);
}

// A veil over the maps of a layer that are not read: thin enough that faint ones are still seen below it.
function paintUnread(context, column, layer, maps, theme) {
  if (maps.size === layer.count) return;
  context.globalAlpha = 0.5;
  for (const channel of channelsOf(layer)) {
    if (maps.has(channel)) continue;
    const { x, y, width, height } = grown(mapOf(column, channel), 1);
    fill(context, x, y, width, height, theme.background);
  }
  context.globalAlpha = 1;
}

// A box that is seen however small what it encloses.
const seenBox = (box) => grown(box, Math.max(0, 6 - Math.min(box.width, box.height)) / 2);

function paintMark(context, box, theme) {
  const whole = seenBox(box);
  outlineBox(context, whole, "rgba(255,255,255,0.7)", 4);
  outlineBox(context, whole, theme.window, 2);
}

// The window reaches back through the planes that it reads: from its front face to the last of them that is drawn.
function paintDepth(context, column, layer, shown, box, { maps }, theme) {
  let deepest = 0;
  for (const channel of channelsOf(layer)) {
    const plane = planeOf(layer, shown, channel);
    if (maps.has(channel) && plane < column.planes) deepest = Math.max(deepest, plane);
  }
  if (!deepest) return;
  const [x, y] = cornerOf({ x: box.x, y: box.y }, deepest);
  const cornersAt = (left, top) => [[left, top], [left + box.width, top], [left + box.width, top + box.height]];
  const front = cornersAt(box.x, box.y), far = cornersAt(x, y);
  stroke(context, [...front.map((corner, at) => [corner, far[at]]), far], theme.window, 1.25);
}

// Which numbers of a vector it reads.
function paintRead(context, column, layer, { maps }, theme) {
  if (maps.size === layer.count) { outline(context, column.x - 1, column.y - 1, column.width + 3, column.height + 3, theme.window, 2); return; }
  for (const channel of channelsOf(layer)) if (maps.has(channel)) paintMark(context, cellOf(column, { channel }), theme);
}

function paintLines(context, from, to, theme, alpha = 0.55) {
  context.globalAlpha = alpha;
  stroke(context, [0, 1].map((below) => [[from.x + from.width, from.y + below * from.height], [to.x, to.y + below * to.height]]), theme.window);
  context.globalAlpha = 1;
}
