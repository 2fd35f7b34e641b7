// The two maps as bitmaps of one pixel a cell, made once for each trace: the input with its padding, and the output.
import { countOf, endsOf, isStill, missingIn, origin, paddedSize, positionOf, readBy, startOf } from "../drawing/axis.js";
import { largestOf, rangeOf } from "../drawing/numbers.js";
import { inputColour, signedIndex } from "../drawing/palette.js";
import { bitmapOf, canvasOf, pack } from "../drawing/paper.js";
import { tapAt } from "./arithmetic.js";

const BORROWED = 0.45; // of the padding's colour on a pixel that is borrowed from inside

// Whether at a row and a column there is no number of the input, but a zero that was put between two of them.
/** @type {(trace: Trace, y: number, x: number) => boolean} */
export const isBetween = ({ spacing: [down, across] = [1, 1] }, y, x) => y % down !== 0 || x % across !== 0;

/** Where a position of the input lies: "inside", "padding", or "borrowed" from inside, as its border has it. @param {Trace} trace */
export function lyingOf(trace, y, x) {
  if (y >= 0 && x >= 0 && y < trace.height && x < trace.width) return isBetween(trace, y, x) ? "padding" : "inside";
  return trace.outside === "zeros" || trace.outside === "none" ? "padding" : "borrowed";
}

// The colour of a borrowed pixel, of its own.
export const toPadding = (colour, theme) => colour.map((part, of) => Math.round(part * (1 - BORROWED) + theme.padding[of] * BORROWED));

// How the input's channels are laid out: one picture (grey, or red, green and blue in one), or a tile for each
// channel that the map reads, as of three frames. Sizes are in cells, padding included; a gap of one cell stands between tiles.
/** @param {Trace} trace */
export function tiling(trace) {
  const isColours = (trace.names.channels?.[0] ?? "red") === "red";
  const isPicture = trace.depth === 1 || (isColours && trace.depth === 3 && trace.channels.length === 3 && trace.inputRange[0] >= 0 && !trace.inputLimit);
  const tiles = isPicture ? 1 : trace.channels.length;
  const width = paddedSize(trace.columns, trace.width), height = paddedSize(trace.rows, trace.height);
  const across = Math.min(tiles, Math.ceil(Math.sqrt((tiles * height) / width)));
  const down = Math.ceil(tiles / across);
  const gap = tiles > 1 ? 1 : 0;
  return {
    tiles, across, down, tileWidth: width, tileHeight: height, isPicture,
    width: across * (width + gap) - gap, height: down * (height + gap) - gap,
    corner: (tile) => [(tile % across) * (width + gap), Math.floor(tile / across) * (height + gap)],
    // Which tile a cell of the layout is in, and where in it, padding included; null in the gaps.
    at: (x, y) => {
      const column = Math.floor(x / (width + gap)), row = Math.floor(y / (height + gap));
      const cell = { tile: row * across + column, x: x - column * (width + gap), y: y - row * (height + gap) };
      return cell.tile < tiles && cell.x < width && cell.y < height ? cell : null;
    },
  };
}

/** @param {Trace} trace @param {Theme} theme */
export function inputBitmap(trace, layout, theme) {
  const isRgb = layout.isPicture && trace.depth === 3;
  const colour = isRgb ? rgbOf(trace) : greyOf(trace, theme);
  const padding = pack(theme.padding);
  const borrowed = (packed) => pack(toPadding([0, 8, 16].map((shift) => (packed >>> shift) & 255), theme));
  // Of each cell of a row and of a column, its position and where its number is from.
  const along = (axis, size) => Array.from({ length: paddedSize(axis, size) }, (_, cell) => positionOf(axis, cell));
  const xs = along(trace.columns, trace.width), ys = along(trace.rows, trace.height);
  const fromX = xs.map((x) => origin(x, trace.width, trace.outside)), fromY = ys.map((y) => origin(y, trace.height, trace.outside));
  return bitmapOf(layout.width, layout.height, (pixels) => {
    pixels.fill(pack(theme.dark ? [58, 68, 80] : [255, 255, 255]));
    for (let tile = 0; tile < layout.tiles; tile += 1) {
      const [left, top] = layout.corner(tile), start = trace.channels[tile] * trace.height * trace.width;
      for (let y = 0; y < layout.tileHeight; y += 1) {
        for (let x = 0, at = (top + y) * layout.width + left; x < layout.tileWidth; x += 1, at += 1) {
          if (fromX[x] < 0 || fromY[y] < 0 || isBetween(trace, fromY[y], fromX[x])) { pixels[at] = padding; continue; }
          const found = colour(fromY[y] * trace.width + fromX[x], start);
          pixels[at] = fromX[x] !== xs[x] || fromY[y] !== ys[y] ? borrowed(found) : found;
        }
      }
    }
    // Where the last row has no map, there is the page: neither a map nor a gap between two.
    if (layout.tiles < layout.across * layout.down) {
      const [left, top] = layout.corner(layout.tiles);
      for (let y = top; y < layout.height; y += 1) pixels.fill(0, y * layout.width + left, (y + 1) * layout.width);
    }
  });
}

/** The packed colour at a place of a picture's plane: red, green and blue together. @param {Trace} trace */
function rgbOf(trace) {
  const { data } = trace.input, plane = trace.height * trace.width;
  const full = 255 / (trace.inputRange[1] * trace.divisor || 1);
  return (at) => ((255 << 24) | ((data[2 * plane + at] * full) << 16) | ((data[plane + at] * full) << 8) | (data[at] * full)) >>> 0;
}

// The same of one channel, whose plane begins at `start`; each level's colour is looked up once.
/** @param {Trace} trace @param {Theme} theme */
function greyOf(trace, theme) {
  const { data } = trace.input, table = new Map();
  return (at, start) => {
    const value = data[start + at];
    let found = table.get(value);
    if (found === undefined) table.set(value, (found = pack(inputColour(trace, value / trace.divisor, theme))));
    return found;
  };
}

/** The number of the output that is drawn in full colour. @type {(trace: Trace) => number} */
export const fullColour = (trace) => trace.options?.limit ?? trace.limit;

/** @type {(trace: Trace, theme: Theme, canvas?: HTMLCanvasElement) => HTMLCanvasElement} */
export function outputBitmap(trace, theme, canvas = undefined) {
  const colours = Uint32Array.from(theme.signed, pack), { filling, outWidth, outHeight } = trace, full = fullColour(trace);
  const colourOf = (number) => colours[signedIndex(number, full)];
  return bitmapOf(outWidth, outHeight, (pixels) => {
    if (filling) paintFilling(pixels, trace, colourOf);
    else for (let at = 0; at < pixels.length; at += 1) pixels[at] = colourOf(trace.output.data[at]);
  }, canvas);
}

// A map that is filling in: each number that is there stands for those behind and below it that are not.
/** @type {(pixels: Uint32Array, trace: any, colourOf: (number: number) => number) => void} */
function paintFilling(pixels, { filling, outWidth, outHeight }, colourOf) {
  for (let row = 0; row < outHeight;) {
    const step = filling.stepAt(row), end = Math.min(outHeight, row + step - (row % step)), start = row * outWidth;
    for (let column = 0; column < outWidth; column += step) {
      const number = filling.numbers[start + column], colour = colourOf(number === number ? number : filling.drawn(row, column));
      const last = start + Math.min(outWidth, column + step);
      for (let at = start + column; at < last; at += 1) pixels[at] = colour;
    }
    for (let below = row + 1; below < end; below += 1) pixels.copyWithin(below * outWidth, start, start + outWidth);
    row = end;
  }
}

// The cells of the layout that one weight ever multiplies: rows of a lattice, from which the columns between are cleared.
/** @param {Trace} trace */
export function reachBitmap(trace, layout, tap, colour) {
  const { channel, row, column, x, y } = tapAt(trace, tap), [left, top] = layout.corner(layout.isPicture ? 0 : channel);
  const canvas = canvasOf(layout.width, layout.height), context = canvas.getContext("2d");
  const places = (axis, count, from, at) => {
    const reading = [...Array(isStill(axis) ? 1 : count).keys()].filter((index) => at < countOf(axis, index));
    return [...new Set(reading.map((index) => from + startOf(axis, index) - startOf(axis, 0)))];
  };
  const rows = places(trace.rows, trace.outHeight, top + y, row), columns = places(trace.columns, trace.outWidth, left + x, column);
  context.fillStyle = colour;
  for (const row of rows) context.fillRect(columns[0], row, columns.at(-1) - columns[0] + 1, 1);
  columns.slice(1).forEach((column, at) => context.clearRect(columns[at] + 1, rows[0], column - columns[at] - 1, rows.at(-1) - rows[0] + 1));
  return canvas;
}

// A rectangle of a bitmap drawn large (each cell a square) or small (each pixel of the screen a mean of cells).
export function drawPart(context, source, view, box) {
  context.imageSmoothingEnabled = box.cell < 1;
  context.imageSmoothingQuality = "medium";
  context.drawImage(source, view.x, view.y, view.width, view.height, box.x, box.y, box.width, box.height);
}

// Where `view` (a rectangle of cells) goes in an area of the panel: centred, in its proportions.
export function boxFor(view, area) {
  const cell = Math.min(area.width / view.width, area.height / view.height);
  const width = view.width * cell, height = view.height * cell;
  return { x: area.x + (area.width - width) / 2, y: area.y, width, height, cell };
}

// What an input looks like depends on these alone.
const looksOf = ({ rows, columns, outside, channels }) => JSON.stringify([endsOf(rows), endsOf(columns), outside, channels]);

// The trace's bitmaps and whatever else is worked out once; of a trace with the same input, as it was `made` before.
/** @param {Trace} trace @param {Theme} theme @param {any} [before] */
export function prepare(trace, theme, before = undefined) {
  const looks = looksOf(trace), isSame = before && before.of === trace.input && before.looks === looks && before.theme === theme;
  const layout = isSame ? before.layout : tiling(trace);
  const unread = (axis, size, outputs) => missingIn(readBy(axis, Array(outputs).keys(), size, "zeros"), 0, size);
  return {
    layout, looks, theme, of: trace.input,
    input: isSame ? before.input : inputBitmap(trace, layout, theme),
    output: outputBitmap(trace, theme),
    outputRange: trace.filling ? [-trace.limit, trace.limit] : rangeOf(trace.output.data),
    unreadRows: unread(trace.rows, trace.height, trace.outHeight),
    unreadColumns: unread(trace.columns, trace.width, trace.outWidth),
    weightLimit: trace.weight ? largestOf(trace.weight.data) : 0,
  };
}
