// Pure: where the window, the weights and the products of a step stand in the middle panel. All of them at once where
// each can be read; else a part of them, with all of them small above it, as a map of what can be gone to.
import { clamp } from "../drawing/numbers.js";
import { LEGIBLE } from "../drawing/paper.js";

const LARGEST = 64; // pixels a side of a cell
const ROW = 17; // of the lowest cell that holds a number
const AIR = 5; // beside the text of a cell
const HEADS = 18; // for the words over the blocks
const LABEL = 18; // for a channel's name
const BELOW = 17; // for what a channel adds up to, below its products
const BETWEEN = 14; // between the two cells of a product that is written out, and for the + behind it
const RESULT = 18; // for what it comes to, below it
const CAPTION = 20;
const OVERVIEW = [0.3, 14]; // of the height at most; pixels of a cell
const GAPS = [0, 0.35, 0.25]; // cells between channels: of one, of two or three, which have names, and of many

// The digits of a cell this high.
export const digitsIn = (cell) => Math.min(22, Math.max(LEGIBLE, 0.46 * cell));

// How wide the cells of each block are: squares, or as wide as their widest number.
const widthsOf = (cell, ems) => ems.map((em) => Math.max(cell, Math.ceil(em * digitsIn(cell)) + AIR));

// room   { width, height } of the panel
// shape  { channels, kernel: [height, width], blocks: 1, 2 or 3, isNamed, isSummed }: isNamed of two or three channels
// ems    { cells: [widest number of each block], sum: of what a channel adds up to, name: of a channel }, in font sizes
export function planFor(room, shape, ems) {
  return writtenWhole(room, shape, ems) ?? blocksPlan(room, shape, ems) ?? partPlan(room, shape, ems);
}

// ---- all at once, in blocks beside each other ----

function blocksPlan(room, shape, ems) {
  const { channels, kernel: [kh, kw] } = shape, narrowest = widthsOf(ROW, ems.cells).reduce((a, b) => a + b);
  if (channels * kh * kw * ROW * narrowest > room.width * room.height) return null; // too many, however they stand
  for (let cell = LARGEST; cell >= ROW; cell -= 1) {
    const widths = widthsOf(cell, ems.cells);
    for (const sums of shape.isSummed ? ["right", "below"] : [""]) {
      for (let across = 1; across <= (shape.isNamed ? 1 : shape.channels); across += 1) {
        const found = blocksAt(room, shape, { cell, widths, sums, across, sumWidth: Math.ceil((ems.sum + 1) * 13) + 8 });
        if (found) return found;
      }
    }
  }
  return null;
}

function blocksAt(room, { channels, kernel: [kh, kw], isNamed }, { cell, widths, sums, across, sumWidth }) {
  const gap = GAPS[channels === 1 ? 0 : isNamed ? 1 : 2] * cell, down = Math.ceil(channels / across);
  const label = isNamed ? LABEL : 0, operator = 20, below = sums === "below" ? BELOW : 0;
  const pitch = kh * cell + gap + below;
  const blocks = widths.map((width) => across * (kw * width + gap) - gap);
  const width = label + blocks.reduce((a, b) => a + b) + operator * (blocks.length - 1) + (sums === "right" ? sumWidth : 0);
  const height = down * pitch - gap;
  if (width > room.width - 4 || height > room.height - HEADS - 4) return null;
  const left = (room.width - width) / 2 + label;
  const starts = blocks.map((_, block) => left + blocks.slice(0, block).reduce((a, b) => a + b + operator, 0));
  const grid = gridOf(kh, kw, widths, cell, (block, channel) => [
    starts[block] + (channel % across) * (kw * widths[block] + gap), HEADS + Math.floor(channel / across) * pitch,
  ]);
  return {
    kind: "blocks", cell, widths, across, sums, isNamed, label, operator, starts, blocks, ...grid,
    middleOf: (channel) => grid.cornerOf(0, channel)[1] + (kh * cell) / 2, height, top: HEADS, step: pitch,
  };
}

// Where a tap stands in a block: `cornerOf(block, channel)` is where the channel's window begins.
function gridOf(kh, kw, widths, cell, cornerOf) {
  const cellAt = (block, tap) => {
    const [x, y] = cornerOf(block, Math.floor(tap / (kh * kw))), at = tap % (kh * kw);
    return { x: x + (at % kw) * widths[block], y: y + Math.floor(at / kw) * cell, width: widths[block], height: cell };
  };
  return { cornerOf, cellAt };
}

// ---- written out: 1 x 0 = 0, each in a box of its own ----

function productBox(cell, ems, isList) {
  const [value, weight] = widthsOf(cell, ems.cells.length === 3 ? ems.cells : ems.cells.slice(0, 1)), digits = Math.min(12.5, digitsIn(cell));
  const label = isList ? Math.ceil(ems.name * 11) + 6 : 0;
  if (weight === undefined) return { value, weight: 0, label, width: label + value + 6, height: cell + 4 };
  const inner = Math.max(value + BETWEEN + weight, Math.ceil((ems.cells[2] + 1) * digits));
  return { value, weight, label, digits, width: label + inner + BETWEEN + 4, height: cell + RESULT };
}

// Up to nine products of one channel.
function writtenWhole(room, { channels, kernel: [kh, kw], blocks }, ems) {
  if (channels > 1 || blocks !== 3 || kh > 3 || kw > 3 || kh * kw === 1 || room.width < 300) return null;
  for (let cell = LARGEST; cell >= ROW; cell -= 1) {
    const box = productBox(cell, ems, false);
    if (box.width * kw > room.width || (box.height + 6) * kh > room.height) continue;
    const high = Math.min(room.height / kh, box.height + 14);
    return { ...boxesOf(cell, box, [kh, kw], false), wide: room.width / kw, high, top: Math.max(4, (room.height - high * kh) / 2), left: 0, pages: 1, rows: 1, columns: 1 };
  }
  return null;
}

// Where the parts of a written box stand, that is the tap'th of the part that shows.
function boxesOf(cell, box, [ny, nx], isList) {
  return {
    kind: "written", cell, box, nx, ny, isList,
    at(slot) {
      const x = this.left + (slot % this.nx) * this.wide + (this.wide - box.width + 4) / 2 + box.label;
      const y = this.top + Math.floor(slot / this.nx) * this.high;
      const rest = box.width - box.label - BETWEEN - 4 - box.value - box.weight - (box.weight ? BETWEEN : 0);
      const start = x + Math.max(0, rest) / 2;
      return [{ x: start, y, width: box.value, height: cell }, { x: start + box.value + BETWEEN, y, width: box.weight, height: cell }];
    },
  };
}

// A part of the terms, gone through page by page: one channel where its window fits, else a part of its window; of
// windows of one number as many channels as fit.
function partPlan(room, shape, ems) {
  const { channels, kernel: [kh, kw] } = shape, isList = kh * kw === 1;
  const overview = overviewFor(room, shape), over = overview.top + overview.height + 8;
  const caption = isList ? 0 : CAPTION;
  const below = (top) => ({ width: room.width, height: room.height - top - caption });
  if (!isList) {
    for (const [top, shown] of [[over, overview], [4, null]]) {
      for (let cell = LARGEST / 2; cell >= ROW; cell -= 1) {
        const box = productBox(cell, ems, false), { width, height } = below(top);
        if (box.width * kw <= width && box.height * kh <= height) {
          return spread(boxesOf(cell, box, [kh, kw], false), below(top), top, { overview: shown, pages: channels, rows: 1, columns: 1, caption });
        }
      }
    }
  }
  const cell = ROW + 1, box = productBox(cell, ems, isList), { width, height } = below(over);
  const most = isList ? [channels, channels] : [kh, kw];
  const nx = Math.max(1, Math.min(most[1], Math.floor(width / box.width))), ny = Math.max(1, Math.min(most[0], Math.floor(height / box.height)));
  const [rows, columns] = isList ? [1, 1] : [Math.ceil(kh / ny), Math.ceil(kw / nx)];
  const pages = isList ? Math.ceil(channels / (nx * ny)) : channels * rows * columns;
  return spread(boxesOf(cell, box, [ny, nx], isList), below(over), over, { overview, pages, rows, columns, caption });
}

const spread = (plan, room, top, more) => ({
  ...plan, ...more, top, left: 0, wide: room.width / plan.nx, high: Math.min(room.height / plan.ny, plan.box.height + 10),
});

// All terms, a small cell each.
function overviewFor(room, { channels, kernel: [kh, kw], blocks, isNamed }) {
  const operator = 20, most = { width: room.width - operator * (blocks - 1) - 4, height: room.height * OVERVIEW[0] - HEADS };
  const gap = GAPS[channels === 1 ? 0 : isNamed ? 1 : 2];
  let best = { cell: 0 };
  for (let across = 1; across <= channels; across += 1) {
    const down = Math.ceil(channels / across);
    const cell = Math.min(OVERVIEW[1], most.width / blocks / (across * (kw + gap) - gap), most.height / (down * (kh + gap) - gap));
    if (cell > best.cell) best = { cell, across, down };
  }
  const { cell, across, down } = best;
  const width = cell * (across * (kw + gap) - gap), height = cell * (down * (kh + gap) - gap);
  const left = (room.width - blocks * width - operator * (blocks - 1)) / 2;
  const starts = Array.from({ length: blocks }, (_, block) => left + block * (width + operator)), widths = Array(blocks).fill(cell);
  const grid = gridOf(kh, kw, widths, cell, (block, channel) => [
    starts[block] + (channel % across) * (kw + gap) * cell, HEADS + Math.floor(channel / across) * (kh + gap) * cell,
  ]);
  return { cell, widths, operator, blocks: Array(blocks).fill(width), top: HEADS, height, starts, ...grid };
}

// ---- which part shows ----

// A part begins at { channel, row, column }: of a list of channels at the first of them.
export const FIRST = { channel: 0, row: 0, column: 0 };

const held = (value, most) => clamp(value, 0, most);

// The part that has a tap in its middle, as far as that can be.
export function partAround(plan, { kernel: [kh, kw] }, tap) {
  const area = kh * kw, channel = Math.floor(tap / area), at = tap % area;
  if (plan.isList) { const size = plan.nx * plan.ny; return { ...FIRST, channel: Math.floor(channel / size) * size }; }
  return {
    channel, row: held(Math.floor(at / kw) - Math.floor(plan.ny / 2), kh - plan.ny),
    column: held((at % kw) - Math.floor(plan.nx / 2), kw - plan.nx),
  };
}

// The part `by` pages on, round and round.
export function partAfter(plan, { kernel: [kh, kw] }, part, by) {
  const { rows, columns, pages } = plan, size = plan.nx * plan.ny;
  const row = Math.ceil(part.row / plan.ny), column = Math.ceil(part.column / plan.nx); // the last is held back by the edge
  const now = plan.isList ? part.channel / size : (part.channel * rows + Math.min(rows - 1, row)) * columns + Math.min(columns - 1, column);
  const next = (((now + by) % pages) + pages) % pages;
  if (plan.isList) return { ...FIRST, channel: next * size };
  return {
    channel: Math.floor(next / (rows * columns)), row: held((Math.floor(next / columns) % rows) * plan.ny, kh - plan.ny),
    column: held((next % columns) * plan.nx, kw - plan.nx),
  };
}

// The same part where the plan has become another, as near as it has one.
export function partWithin(plan, { channels, kernel: [kh, kw] }, part) {
  if (plan.isList) return partAround(plan, { kernel: [kh, kw] }, held(part.channel, channels - 1));
  return { channel: held(part.channel, channels - 1), row: held(part.row, kh - plan.ny), column: held(part.column, kw - plan.nx) };
}

// The taps of a part, in their order in its boxes.
export function tapsOfPart(plan, { channels, kernel: [kh, kw] }, part) {
  const taps = [];
  for (let j = 0; j < plan.ny; j += 1) {
    for (let k = 0; k < plan.nx; k += 1) {
      const channel = plan.isList ? part.channel + j * plan.nx + k : part.channel;
      if (channel < channels) taps.push(plan.isList ? channel : (channel * kh + part.row + j) * kw + part.column + k);
    }
  }
  return taps;
}
