// What the panels draw with: a canvas that fits its place, layers that are kept, bitmaps, text, lines and outlines.
import { make } from "./elements.js";

export const LEGIBLE = 11; // pixels: no number is drawn in smaller letters
/** @type {(colour: Colour) => string} */
export const css = ([r, g, b]) => `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;

export class Panel {
  width = 0; height = 0; ratio = 0; kept = {}; painted = "";
  /** @type {HTMLCanvasElement} */ mix;

  constructor(attributes = /** @type {object} */ ({ "aria-hidden": "true" })) {
    this.canvas = make("canvas", attributes);
    this.context = this.canvas.getContext("2d");
  }

  // Fit the canvas to its place on the page, in the screen's own pixels. True where that changed something.
  fit() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const ratio = window.devicePixelRatio || 1;
    if (this.width === width && this.height === height && this.ratio === ratio) return false;
    Object.assign(this, { width, height, ratio });
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    return true;
  }

  begin() {
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.context.clearRect(0, 0, this.width, this.height);
    return this.context;
  }

  // Fitted and empty, to be drawn on; null where it is not on the screen.
  open() {
    this.fit();
    return this.width ? this.begin() : null;
  }

  get box() { return { x: 0, y: 0, width: this.width, height: this.height }; }

  // A layer of this panel's size, painted again only when `key` changes.
  layer(name, key, paint) {
    const kept = this.kept[name];
    const full = `${key}|${this.width}|${this.height}|${this.ratio}`;
    if (kept?.key === full) return kept.canvas;
    const canvas = kept?.canvas ?? canvasOf(0, 0);
    [canvas.width, canvas.height] = [this.canvas.width, this.canvas.height];
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paint(context);
    this.kept[name] = { key: full, canvas };
    return canvas;
  }

  // The same, drawn.
  lay(name, key, paint) { this.blit(this.layer(name, key, paint), 0, 0, this.width, this.height); }

  blit(canvas, x, y, width, height) {
    if (width <= 0 || height <= 0) return;
    const r = this.ratio;
    const [left, top] = [Math.round(x * r), Math.round(y * r)];
    const [right, bottom] = [Math.round((x + width) * r), Math.round((y + height) * r)];
    this.context.drawImage(canvas, left, top, right - left, bottom - top, left / r, top / r, (right - left) / r, (bottom - top) / r);
  }
}

// A part of a view: a heading, a note beside it and a panel below them.
export function headed(name, title = "") {
  const panel = new Panel(), heading = make("b", {}, title), note = make("span");
  const element = make("section", { class: `panel ${name}` }, make("header", {}, heading, note), panel.canvas);
  return { name, element, heading, note, panel, canvas: panel.canvas };
}

// ---- bitmaps ----

export const canvasOf = (width, height) => Object.assign(document.createElement("canvas"), { width, height });

/** @type {(colour: Colour) => number} */
export const pack = ([r, g, b]) => ((255 << 24) | (b << 16) | (g << 8) | r) >>> 0;

// A canvas of one pixel a number; `paint` gets its pixels as packed colours, and as bytes. Packed colours in plain loops
// where it must be quick: a picture has a quarter of a million numbers, and every slider that moves makes them anew. What
// changes with each frame is painted on the same canvas again.
export function bitmapOf(width, height, paint, canvas = canvasOf(width, height)) {
  const context = canvas.getContext("2d");
  const image = context.createImageData(width, height);
  paint(new Uint32Array(image.data.buffer), image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

// ---- text ----

export function write(context, text, x, y, size, colour, font, weight = 400, align = "center", most = undefined) {
  context.font = `${weight} ${size}px ${font}`;
  context.fillStyle = colour;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(text, x, y + size * 0.04, most);
}

// How wide a text is, in sizes of its font: measured once for each, in bold, the widest that it is written in.
const widths = new Map();
let ruler;

export function emsOf(text, font) {
  const name = `${font}|${text}`;
  if (!widths.has(name)) {
    ruler ??= canvasOf(1, 1).getContext("2d");
    ruler.font = `700 100px ${font}`;
    if (widths.size > 20_000) widths.clear();
    widths.set(name, ruler.measureText(text).width / 100);
  }
  return widths.get(name);
}

const BESIDE = 3; // pixels of a cell beside its number
const FILLED = 0.82; // of a cell's width at most, where letters are larger than they must be to be read

// The letters of a number that is as large as its cell lets it be.
function sizeIn(ems, width, height) {
  const most = (width - BESIDE) / ems, airy = Math.max(Math.min(LEGIBLE, most), (width * FILLED) / ems);
  return Math.min(22, Math.max(height * 0.46, Math.min(LEGIBLE, height * 0.66)), most, airy);
}

// Whether a text can be read in a cell of this size.
export const fitsIn = (ems, width, height) => sizeIn(ems, width, height) >= LEGIBLE;

// The side of the smallest square in which it can be.
export const sideFor = (ems) => Math.max(Math.ceil(LEGIBLE / 0.66), Math.ceil(ems * LEGIBLE) + BESIDE);

export function writeIn(context, text, x, y, width, height, colour, font, weight) {
  write(context, text, x + width / 2, y + height / 2, sizeIn(emsOf(text, font), width, height), colour, font, weight);
}

// ---- shapes ----

export function fill(context, x, y, width, height, colour) {
  context.fillStyle = colour;
  context.fillRect(x, y, width, height);
}

// Through the points of each of `lines`, [x, y].
export function stroke(context, lines, colour, thickness = 1, dash = []) {
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.setLineDash(dash);
  context.beginPath();
  for (const line of lines) line.forEach(([x, y], at) => (at ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
  context.setLineDash([]);
}

export function fillShape(context, points, colour) {
  context.fillStyle = colour;
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
  context.fill();
}

// A point, perhaps with an edge of another colour.
export function dot(context, x, y, radius, colour, edge = "", thickness = 0) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = colour;
  context.fill();
  if (!edge) return;
  context.lineWidth = thickness;
  context.strokeStyle = edge;
  context.stroke();
}

// A box, filled but for a hole in it.
export function shade(context, box, hole, colour) {
  context.fillStyle = colour;
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  if (hole) context.rect(hole.x, hole.y, hole.width, hole.height);
  context.fill("evenodd");
}

// What `paint` draws, cut off at the edges of a box, `beyond` pixels outside of it.
export function clipped(context, box, beyond, paint) {
  context.save();
  context.beginPath();
  context.rect(box.x - beyond, box.y - beyond, box.width + 2 * beyond, box.height + 2 * beyond);
  context.clip();
  paint();
  context.restore();
}

// A box so many pixels larger on every side.
export const grown = ({ x, y, width, height }, by) => ({ x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by });

// A bitmap, each of its cells with sharp edges; `place` as drawImage has it.
export function drawCells(context, bitmap, ...place) {
  context.imageSmoothingEnabled = false;
  context.drawImage(bitmap, ...place);
}

export function outlineBox(context, { x, y, width, height }, colour, thickness, dash = []) {
  outline(context, x, y, width, height, colour, thickness, dash);
}

export function outline(context, x, y, width, height, colour, thickness, dash = []) {
  context.strokeStyle = colour;
  context.lineWidth = thickness;
  context.setLineDash(dash);
  context.strokeRect(x, y, width, height);
  context.setLineDash([]);
}

// Every cell of `view`, those that it cuts too: each(row, column).
export function eachCell(view, each) {
  const bottom = view.y + view.height - 1e-6, right = view.x + view.width - 1e-6; // not a cell more for a last bit
  for (let row = Math.floor(view.y); row < bottom; row += 1) {
    for (let column = Math.floor(view.x); column < right; column += 1) each(row, column);
  }
}

const SNAPPED = 9; // pixels of a cell from which a view begins and ends with one, so that no number is cut through

// The part of a map that shows at this zoom around `centre` (fractions of the map): as much as the area has room for.
export function viewOf(width, height, zoom, centre, area) {
  const cell = Math.min(area.width / width, area.height / height) * zoom;
  const isWhole = zoom > 1 && cell >= SNAPPED;
  const shown = (size, room) => Math.min(size, isWhole ? Math.max(1, Math.floor(room / cell + 1e-6)) : room / cell);
  const w = shown(width, area.width), h = shown(height, area.height);
  const from = (middle, part, most) => {
    const at = Math.max(0, Math.min(most - part, middle * most - part / 2));
    return isWhole ? Math.round(at) : at;
  };
  return { x: from(centre.x, w, width), y: from(centre.y, h, height), width: w, height: h };
}
