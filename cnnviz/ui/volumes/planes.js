// The picture and the stacks: each map a bitmap of one pixel a number, made when it is first drawn.
import { inkOn, rgb, signedIndex } from "../drawing/palette.js";
import { bitmapOf, emsOf, fill, fitsIn, grown, outline, outlineBox, pack, stroke, writeIn } from "../drawing/paper.js";
import { mapOf } from "./flat.js";
import { cellOf, channelOf, cornerOf } from "./layout.js";
import { channelAt, limitOf, slotOf, valueOf } from "./units.js";
import { valueText } from "./words.js";

function pictureBitmap({ picture: { data, shape: [depth, height, width] } }) {
  const plane = height * width, [red, green, blue] = depth === 3 ? [0, plane, 2 * plane] : [0, 0, 0];
  return bitmapOf(width, height, (pixels) => {
    for (let at = 0; at < plane; at += 1) pixels[at] = pack([data[red + at], data[green + at], data[blue + at]]);
  });
}

// The bitmaps of a model, each made once.
export class Planes {
  constructor(model, theme) {
    this.model = model;
    this.made = new Map();
    this.colours = Uint32Array.from(theme.signed, pack);
    this.greys = Uint32Array.from(theme.signed, (_, at) => pack(Array(3).fill(Math.max(0, 2 * at - 253))));
  }

  get picture() { return this.keep("picture", () => pictureBitmap(this.model)); }

  map(at, channel) {
    return this.keep(`${at} ${channel}`, () => {
      const { data, exact, grey, drawnHeight, drawnWidth } = this.model.layers[at], limit = limitOf(this.model.layers[at], channel);
      const colours = grey ? this.greys : this.colours;
      const count = drawnHeight * drawnWidth, start = slotOf(this.model.layers[at], channel) * count;
      return bitmapOf(drawnWidth, drawnHeight, (pixels) => {
        for (let cell = 0; cell < count; cell += 1) {
          const found = data[start + cell];
          pixels[cell] = colours[exact ? signedIndex(found, limit) : found];
        }
      });
    });
  }

  keep(name, make) {
    if (!this.made.has(name)) this.made.set(name, make());
    return this.made.get(name);
  }
}

const NUMBER_ROOM = 17; // pixels of a cell that may hold a number

function drawMap(context, bitmap, x, y, width, height) {
  context.imageSmoothingEnabled = width < bitmap.width;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, x, y, width, height);
}

export function paintPicture(context, { plan: { columns: [column] }, planes, theme }) {
  drawMap(context, planes.picture, column.x, column.y, column.width, column.height);
  outlineBox(context, grown(column, 0.5), theme.border, 1);
}

// All of the volumes that does not change as the cursor moves.
export function paintPlanes(context, { model, plan, planes, fronts, theme }) {
  if (plan.isFlat) { paintFlat(context, { model, plan, planes, theme }); return; }
  for (const arc of plan.arcs) paintArc(context, arc, theme);
  model.layers.forEach((layer, at) => {
    const column = plan.columns[at + 1];
    if (column.isVector) paintVector(context, layer, column, theme);
    else paintStack(context, layer, column, fronts[at], (channel) => planes.map(at, channel), theme);
    if (!column.isVector && column.cell >= NUMBER_ROOM) paintNumbers(context, model, { layer: at, channel: fronts[at] }, column, theme);
  });
}

// A branch: an arc, with a head where it leads to.
function paintArc(context, { from, over, to }, theme) {
  const [x, y] = to;
  context.strokeStyle = context.fillStyle = theme.muted;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(...from);
  context.bezierCurveTo(from[0], over, x, over, x, y - 4);
  context.stroke();
  context.beginPath();
  context.moveTo(x, y + 2);
  context.lineTo(x - 4, y - 6);
  context.lineTo(x + 4, y - 6);
  context.fill();
}

// The numbers of a front map whose cells are large enough to hold them.
function paintNumbers(context, model, map, column, theme) {
  const { height, width } = model.layers[map.layer], limit = limitOf(model.layers[map.layer], map.channel);
  const units = Array.from({ length: height * width }, (_, cell) => ({ ...map, row: Math.floor(cell / width), column: cell % width }));
  if (!valueOf(model, units[0])?.isExact) return;
  if (!units.every((unit) => fitsIn(emsOf(valueText(model, unit), theme.font), column.cell, column.cell))) return;
  for (const unit of units) {
    const found = valueOf(model, unit), box = cellOf(column, unit);
    writeIn(context, valueText(model, unit), box.x, box.y, box.width, box.height, inkOn(theme.signed[signedIndex(found.value, limit)]), theme.font);
  }
}

function paintStack(context, layer, column, front, map, theme) {
  for (let plane = column.planes - 1; plane >= 0; plane -= 1) {
    const [x, y] = cornerOf(column, plane);
    drawMap(context, map(channelOf(layer, front, plane)), x, y, column.width, column.height);
    outline(context, x - 0.5, y - 0.5, column.width + 1, column.height + 1, plane ? theme.border : theme.muted, 1);
  }
}

// A number of a bitmap: paper at −limit, ink at limit, whatever the theme.
export function inkShade(value, limit) {
  const level = Math.round(137 - 114 * Math.max(-1, Math.min(1, value / (limit || 1))));
  return `rgb(${level},${level},${level})`;
}

// Every map of every layer, side by side; one that is switched off is crossed out.
function paintFlat(context, { model, plan, planes, theme }) {
  model.layers.forEach((layer, at) => {
    const column = plan.columns[at + 1], off = new Set(layer.off);
    for (let slot = 0; slot < layer.sent; slot += 1) {
      const channel = channelAt(layer, slot), { x, y, width, height } = mapOf(column, channel);
      if (column.isAnswer) continue; // its rows are elements
      if (layer.isVector) {
        const found = layer.exact ? layer.data[slot] : ((layer.data[slot] - 127) / 127) * layer.limit;
        fill(context, x, y, width, height, layer.ink ? inkShade(found, layer.limit) : rgb(theme.signed[signedIndex(found, layer.limit)]));
        if (width > 5) outline(context, x + 0.5, y + 0.5, width, height, theme.border, 1);
      } else {
        drawMap(context, planes.map(at, channel), x, y, width, height);
        outline(context, x - 0.5, y - 0.5, width + 1, height + 1, theme.border, 1);
      }
      const [left, top, right, bottom] = [x + 1, y + 1, x + width - 1, y + height - 1];
      const cross = [[[left, top], [right, bottom]], [[right, top], [left, bottom]]];
      if (off.has(channel)) stroke(context, cross, layer.ink ? "#16202b" : theme.text, 1.25);
    }
  });
}

function paintVector(context, layer, column, theme) {
  const { cell, perColumn } = column, line = cell > 5 ? 1 : 0;
  for (let at = 0; at < layer.sent; at += 1) {
    const x = column.x + Math.floor(at / perColumn) * cell, y = column.y + (at % perColumn) * cell;
    fill(context, x, y, cell, cell, rgb(theme.signed[layer.exact ? signedIndex(layer.data[at], layer.limit) : layer.data[at]]));
    if (line) outline(context, x + 0.5, y + 0.5, cell, cell, theme.border, line);
  }
}
