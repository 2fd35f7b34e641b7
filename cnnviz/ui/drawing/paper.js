// What the panels draw with: a canvas that fits its place, layers that are kept, text and outlines.

export const NUMBERS_FROM = 21; // pixels a side from which a cell holds a number
export const css = ([r, g, b]) => `rgb(${Math.round(r)},${Math.round(g)},${Math.round(b)})`;

export class Panel {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.kept = {};
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

  // A layer of this panel's size, painted again only when `key` changes.
  layer(name, key, paint) {
    const kept = this.kept[name];
    const full = `${key}|${this.width}|${this.height}|${this.ratio}`;
    if (kept?.key === full) return kept.canvas;
    const canvas = kept?.canvas ?? document.createElement("canvas");
    [canvas.width, canvas.height] = [this.canvas.width, this.canvas.height];
    const context = canvas.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paint(context);
    this.kept[name] = { key: full, canvas };
    return canvas;
  }

  blit(canvas, x, y, width, height) {
    if (width <= 0 || height <= 0) return;
    const r = this.ratio;
    const [left, top] = [Math.round(x * r), Math.round(y * r)];
    const [right, bottom] = [Math.round((x + width) * r), Math.round((y + height) * r)];
    this.context.drawImage(canvas, left, top, right - left, bottom - top, left / r, top / r, (right - left) / r, (bottom - top) / r);
  }
}

export function write(context, text, x, y, size, colour, font, weight = 400, align = "center", most = undefined) {
  context.font = `${weight} ${size}px ${font}`;
  context.fillStyle = colour;
  context.textAlign = align;
  context.textBaseline = "middle";
  context.fillText(text, x, y + size * 0.04, most);
}

// A number in a cell, as large as the cell lets it be.
export function writeIn(context, text, x, y, width, height, colour, font, weight) {
  write(context, text, x + width / 2, y + height / 2, Math.min(22, height * 0.46, (width * 1.55) / Math.max(2, text.length)), colour, font, weight);
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

// The part of a map that shows at this zoom around `centre` (fractions of the map).
export function viewOf(width, height, zoom, centre) {
  const w = width / zoom, h = height / zoom;
  const clamp = (value, most) => Math.max(0, Math.min(most, value));
  return { x: clamp(centre.x * width - w / 2, width - w), y: clamp(centre.y * height - h / 2, height - h), width: w, height: h };
}
