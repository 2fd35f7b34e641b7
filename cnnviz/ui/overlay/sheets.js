// What is laid upon each other: the photo in its colours or as an underlay, a map in the ramp's colours, the light that
// falls where a unit looks, and outlines. Bitmaps are made once, a pixel a number; the canvas enlarges them.
import { bitmapOf, clipped, css, drawCells, fill, grown, outlineBox, shade, stroke } from "../drawing/paper.js";
import { cellOf, sightOf } from "./places.js";
import { colourOf, underlay } from "./ramp.js";

// A photo, uint8 (1 or 3, height, width): { height, width, colours, dark, bleached } with a bitmap for each way.
export function photoOf({ data, shape: [depth, height, width] }) {
  const size = height * width, plane = (of) => (depth === 3 ? of * size : 0);
  const made = {};
  const as = (name, pixel) => ({
    get: () => (made[name] ??= bitmapOf(width, height, (_, out) => {
      for (let at = 0; at < size; at += 1) {
        const rgb = pixel(data[at], data[plane(1) + at], data[plane(2) + at]);
        out.set([rgb[0], rgb[1], rgb[2], 255], 4 * at);
      }
    })),
  });
  const grey = (signed) => (r, g, b) => { const level = underlay(r, g, b, signed); return [level, level, level]; };
  return Object.defineProperties({ height, width, data, depth }, {
    colours: as("colours", (r, g, b) => [r, g, b]), dark: as("dark", grey(false)), bleached: as("bleached", grey(true)),
  });
}

// A map's own bitmap: numbers (height x width) as colours of the ramp.
export function mapBitmap(numbers, height, width, limit, signed = false) {
  return bitmapOf(width, height, (_, out) => {
    for (let at = 0; at < height * width; at += 1) out.set(colourOf(numbers[at], limit, signed), 4 * at);
  });
}

// The photo, lit where `light` (numbers of the photo's own size, 0 to 1) is high; in grey and dim outside of `sight`,
// which is [top, left, height, width].
export function litBitmap(photo, light, [top, left, high, wide]) {
  const { width, height, data, depth } = photo, size = width * height;
  return bitmapOf(width, height, (_, out) => {
    for (let at = 0; at < size; at += 1) {
      const row = Math.floor(at / width), column = at % width;
      const isSeen = row >= top && row < top + high && column >= left && column < left + wide;
      const rgb = [0, 1, 2].map((of) => data[(depth === 3 ? of * size : 0) + at]);
      const dim = underlay(...rgb, false) * 0.75, share = 0.3 + 0.7 * light[at];
      out.set(isSeen ? rgb.map((level) => level * share) : [dim, dim, dim], 4 * at);
      out[4 * at + 3] = 255;
    }
  });
}

// The photo and a map over it, into a square of the canvas. `place` is the map's rectangle on the photo, in pixels.
export function paintOver(context, box, photo, { map, place, signed = false, base = null }) {
  const under = base ?? (map ? (signed ? photo.bleached : photo.dark) : photo.colours);
  clipped(context, box, 0, () => {
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(under, box.x, box.y, box.width, box.height);
    if (!map) return;
    const { x, y, width, height } = onBox(box, photo.width, place);
    drawCells(context, map, x, y, width, height); // a unit is a cell, not a cloud
  });
}

// Where a rectangle of a picture so many pixels wide is drawn, in the picture's box.
function onBox(box, pixels, { x, y, width, height }) {
  const scale = box.width / pixels;
  return { x: box.x + x * scale, y: box.y + y * scale, width: width * scale, height: height * scale };
}

// What one unit sees and its own cell, outlined. All of it is the current window, so all of it is orange.
export function paintSight(context, box, side, map, unit, theme) {
  const sight = onBox(box, side, sightOf(map, unit, side)), cell = onBox(box, side, cellOf(map, unit));
  mark(context, grown(sight, -1), theme, 2);
  if (cell.width < sight.width - 3) mark(context, cell, theme, cell.width > 6 ? 2 : 1.5);
}

// An orange outline with a dark rim, seen on any photo.
export function mark(context, box, theme, thickness = 2) {
  outlineBox(context, box, "rgba(0, 0, 0, 0.7)", thickness + 2);
  outlineBox(context, box, theme.window, thickness);
}

// Where a picture lies in a panel, whole and in the middle: { x, y, width, height }.
export function fitted({ width, height }, picture) {
  const scale = Math.min(width / picture.width, height / picture.height);
  const wide = picture.width * scale, high = picture.height * scale;
  return { x: (width - wide) / 2, y: (height - high) / 2, width: wide, height: high };
}

// The whole picture, darkened but for the square that is taken of it: `square` is squareOf's of the picture at `size`.
// Returns the square's place.
export function paintCut(context, box, whole, { 0: height }, { side, top, left }, theme) {
  const scale = box.height / height;
  const cut = { x: box.x + left * scale, y: box.y + top * scale, width: side * scale, height: side * scale };
  context.drawImage(whole.colours, box.x, box.y, box.width, box.height);
  shade(context, box, cut, "rgba(6, 9, 13, 0.62)");
  outlineBox(context, grown(cut, -0.5), theme.background, 1);
  return cut;
}

// The grey patch of an occlusion, where it lies now.
export function paintPatch(context, box, side, patch, theme) {
  const place = onBox(box, side, patch), { level } = patch;
  fill(context, place.x, place.y, place.width, place.height, css([level, level, level]));
  mark(context, place, theme, 2);
}

// A small part of the photo, enlarged in the corner that is farthest from it: `sight` is [top, left, height, width].
export function paintLoupe(context, box, side, bitmap, [top, left, high, wide], theme) {
  const size = box.width * 0.42, gap = 8, scale = box.width / side;
  const x = left + wide / 2 < side / 2 ? box.width - size - gap : gap, y = top + high / 2 < side / 2 ? box.height - size - gap : gap;
  const fit = Math.min(size / wide, size / high);
  const isRight = x > box.width / 2;
  const ties = [0, 1].map((below) => [
    [(left + (isRight ? wide : 0)) * scale, (top + below * high) * scale], [isRight ? x : x + wide * fit, y + below * high * fit],
  ]);
  stroke(context, ties, theme.window);
  drawCells(context, bitmap, left, top, wide, high, x, y, wide * fit, high * fit);
  mark(context, { x, y, width: wide * fit, height: high * fit }, theme, 2);
}
