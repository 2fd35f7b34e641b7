// The two maps as bitmaps of one pixel a cell, made once for each trace: the input with its padding, and the output.
import { origin, readPositions } from "./arithmetic.js";
import { inputColour, signedIndex } from "./palette.js";

export function bitmap(width, height, colourAt) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 4) {
      const [r, g, b] = colourAt(x, y);
      image.data[at] = r; image.data[at + 1] = g; image.data[at + 2] = b; image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

// How the input's channels are laid out: one picture (grey, or red, green and blue in one), or a tile for each
// channel that the map reads. Sizes are in cells, padding included; a gap of one cell stands between tiles.
export function tiling(trace) {
  const isPicture = trace.depth === 1 || (trace.depth === 3 && trace.channels.length === 3 && trace.inputRange[0] >= 0);
  const tiles = isPicture ? 1 : trace.channels.length;
  const width = trace.width + trace.columns.before + trace.columns.after;
  const height = trace.height + trace.rows.before + trace.rows.after;
  const across = Math.ceil(Math.sqrt((tiles * height) / width));
  const down = Math.ceil(tiles / across);
  const gap = tiles > 1 ? 1 : 0;
  return {
    tiles, across, down, tileWidth: width, tileHeight: height, isPicture,
    width: across * (width + gap) - gap, height: down * (height + gap) - gap,
    corner: (tile) => [(tile % across) * (width + gap), Math.floor(tile / across) * (height + gap)],
  };
}

export function inputBitmap(trace, layout, theme) {
  const { data } = trace.input, plane = trace.height * trace.width;
  const blend = trace.outside === "zeros" || trace.outside === "none" ? 1 : 0.45;
  const table = new Map();
  const lookUp = (value) => {
    let colour = table.get(value);
    if (!colour) table.set(value, (colour = inputColour(trace, value / trace.divisor)));
    return colour;
  };
  const background = theme.dark ? [21, 27, 34] : [255, 255, 255];
  const rgb = layout.isPicture && trace.depth === 3;
  const full = 255 / (trace.inputRange[1] * trace.divisor || 1);
  const colour = [0, 0, 0];
  return bitmap(layout.width, layout.height, (x, y) => {
    const [column, row] = [Math.floor(x / (layout.tileWidth + 1)), Math.floor(y / (layout.tileHeight + 1))];
    const tile = layout.tiles === 1 ? 0 : row * layout.across + column;
    const [left, top] = layout.tiles === 1 ? [0, 0] : layout.corner(tile);
    const dx = x - left, dy = y - top;
    if (tile >= layout.tiles || dx >= layout.tileWidth || dy >= layout.tileHeight) return background;
    const px = dx - trace.columns.before, py = dy - trace.rows.before;
    const fromX = origin(px, trace.width, trace.outside), fromY = origin(py, trace.height, trace.outside);
    if (fromX < 0 || fromY < 0) return theme.padding;
    const at = fromY * trace.width + fromX;
    if (rgb) for (let c = 0; c < 3; c += 1) colour[c] = data[c * plane + at] * full;
    const seen = rgb ? colour : lookUp(data[(layout.isPicture ? trace.channels[0] : trace.channels[tile]) * plane + at]);
    if (px === fromX && py === fromY) return seen;
    return seen.map((part, c) => part * (1 - blend) + theme.padding[c] * blend);
  });
}

export function outputBitmap(trace) {
  return bitmap(trace.outWidth, trace.outHeight, (x, y) =>
    PRGN[signedIndex(trace.output.data[y * trace.outWidth + x], trace.limit)]);
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

// The trace's bitmaps and whatever else is worked out once.
export function prepare(trace, theme) {
  const layout = tiling(trace);
  return {
    layout,
    input: inputBitmap(trace, layout, theme),
    output: outputBitmap(trace),
    readRows: readPositions(trace.rows, trace.height, trace.outHeight),
    readColumns: readPositions(trace.columns, trace.width, trace.outWidth),
    weightLimit: trace.weight ? trace.weight.data.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0) : 0,
  };
}
