// Drawing the picture at its true size, one pixel of the picture = one of the page. Of a picture that is larger than its
// panel the part round the cursor is shown, and below it the whole, reduced.
import { isInside } from "../drawing/elements.js";
import { clamp } from "../drawing/numbers.js";
import { drawCells, grown, outline, outlineBox } from "../drawing/paper.js";

const BELOW = 84; // for the whole, reduced

// `corner` {x, y}: the pixel in the upper left corner of the part that is shown.
export function truePlan(panel, { height, width }, corner) {
  const isWhole = width <= panel.width - 2 && height <= panel.height - 2;
  const room = { width: panel.width - 2, height: panel.height - 2 - (isWhole ? 0 : BELOW + 10) };
  const shown = { width: Math.min(width, room.width), height: Math.min(height, room.height) };
  const part = {
    x: 1 + Math.floor((room.width - shown.width) / 2), y: 1 + (isWhole ? Math.floor((room.height - shown.height) / 2) : 0), ...shown,
    left: clamp(Math.round(corner.x), 0, width - shown.width), top: clamp(Math.round(corner.y), 0, height - shown.height),
  };
  if (isWhole) return { part, whole: null };
  const scale = Math.min(BELOW / height, room.width / width);
  const whole = { width: Math.max(2, width * scale), height: Math.max(2, height * scale), scale };
  return { part, whole: { ...whole, x: 1 + (room.width - whole.width) / 2, y: panel.height - 1 - BELOW + (BELOW - whole.height) / 2 } };
}

// The corner that brings a region into the part, moved as little as that takes.
export function cornerFor(panel, picture, corner, { top, left, rows, columns }) {
  const { part } = truePlan(panel, picture, corner);
  const margin = 8;
  const follow = (start, length, from, extent) => clamp(start, from + extent + margin - length, from - margin);
  return { x: follow(part.left, part.width, left, columns), y: follow(part.top, part.height, top, rows) };
}

export function pixelUnder({ part, whole }, { height, width }, x, y) {
  if (isInside(part, x, y)) {
    return { row: part.top + Math.floor(y - part.y), column: part.left + Math.floor(x - part.x), isPart: true };
  }
  if (!whole || !isInside(whole, x, y)) return null;
  const at = (from, count) => clamp(Math.floor(from / whole.scale), 0, count - 1);
  return { row: at(y - whole.y, height), column: at(x - whole.x, width), isPart: false };
}

export function paintTrueSize(panel, { picture, theme, region, cursor, corner, painting }, lit) {
  const plan = truePlan(panel, picture, corner);
  const { part, whole } = plan;
  const context = panel.begin();
  drawCells(context, lit, part.left, part.top, part.width, part.height, part.x, part.y, part.width, part.height);
  outlineBox(context, grown(part, 0.5), theme.border, 1);
  if (whole) {
    const reduced = panel.layer("whole", painting, (layer) => {
      layer.imageSmoothingQuality = "high";
      layer.drawImage(lit, whole.x, whole.y, whole.width, whole.height);
    });
    panel.blit(reduced, whole.x, whole.y, whole.width, whole.height);
    const { scale } = whole, x = whole.x + part.left * scale, y = whole.y + part.top * scale;
    const shown = { x, y, width: part.width * scale, height: part.height * scale };
    outlineBox(context, shown, "rgba(255,255,255,0.75)", 3.5);
    outlineBox(context, shown, theme.reached, 1.5);
  }
  const frame = grown(frameOf(plan, region), 2.5);
  outlineBox(context, frame, "rgba(255,255,255,0.8)", 4);
  outlineBox(context, frame, theme.window, 2);
  outline(context, part.x + cursor.column - part.left - 0.5, part.y + cursor.row - part.top - 0.5, 2, 2, theme.window, 1);
  return plan;
}

// Where the region lies in the panel.
export const frameOf = ({ part }, { left, top, columns, rows }) =>
  ({ x: part.x + left - part.left, y: part.y + top - part.top, width: columns, height: rows });
