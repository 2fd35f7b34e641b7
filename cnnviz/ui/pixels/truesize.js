// Drawing the picture at its true size, one pixel of the picture = one of the page. Of a picture that is larger than its
// panel the part round the cursor is shown, and below it the whole, reduced.
import { outline } from "../drawing/paper.js";

const BELOW = 84; // for the whole, reduced

const clamped = (value, most) => Math.max(0, Math.min(most, value));

// `corner` {x, y}: the pixel in the upper left corner of the part that is shown.
export function truePlan(panel, { height, width }, corner) {
  const isWhole = width <= panel.width - 2 && height <= panel.height - 2;
  const room = { width: panel.width - 2, height: panel.height - 2 - (isWhole ? 0 : BELOW + 10) };
  const shown = { width: Math.min(width, room.width), height: Math.min(height, room.height) };
  const part = {
    x: 1 + Math.floor((room.width - shown.width) / 2), y: 1 + (isWhole ? Math.floor((room.height - shown.height) / 2) : 0), ...shown,
    left: clamped(Math.round(corner.x), width - shown.width), top: clamped(Math.round(corner.y), height - shown.height),
  };
  if (isWhole) return { part };
  const scale = Math.min(BELOW / height, room.width / width);
  const whole = { width: Math.max(2, width * scale), height: Math.max(2, height * scale), scale };
  return { part, whole: { ...whole, x: 1 + (room.width - whole.width) / 2, y: panel.height - 1 - BELOW + (BELOW - whole.height) / 2 } };
}

// The corner that brings a region into the part, moved as little as that takes.
export function cornerFor(panel, picture, corner, { top, left, rows, columns }) {
  const { part } = truePlan(panel, picture, corner);
  const margin = 8;
  const follow = (start, length, from, extent) => Math.max(from + extent + margin - length, Math.min(from - margin, start));
  return { x: follow(part.left, part.width, left, columns), y: follow(part.top, part.height, top, rows) };
}

export function pixelUnder({ part, whole }, { height, width }, x, y) {
  if (x >= part.x && y >= part.y && x < part.x + part.width && y < part.y + part.height) {
    return { row: part.top + Math.floor(y - part.y), column: part.left + Math.floor(x - part.x), isPart: true };
  }
  if (!whole || x < whole.x || y < whole.y || x >= whole.x + whole.width || y >= whole.y + whole.height) return null;
  const at = (from, count) => clamped(Math.floor(from / whole.scale), count - 1);
  return { row: at(y - whole.y, height), column: at(x - whole.x, width), isPart: false };
}

export function paintTrueSize(panel, view, lit) {
  const { picture, theme, region, cursor, corner, painting } = view;
  const plan = truePlan(panel, picture, corner);
  const { part, whole } = plan;
  const context = panel.begin();
  context.imageSmoothingEnabled = false;
  context.drawImage(lit, part.left, part.top, part.width, part.height, part.x, part.y, part.width, part.height);
  outline(context, part.x - 0.5, part.y - 0.5, part.width + 1, part.height + 1, theme.border, 1);
  if (whole) {
    const reduced = panel.layer("whole", painting, (layer) => {
      layer.imageSmoothingQuality = "high";
      layer.drawImage(lit, whole.x, whole.y, whole.width, whole.height);
    });
    panel.blit(reduced, whole.x, whole.y, whole.width, whole.height);
    const { scale } = whole;
    outline(context, whole.x + part.left * scale, whole.y + part.top * scale, part.width * scale, part.height * scale, "rgba(255,255,255,0.75)", 3.5);
    outline(context, whole.x + part.left * scale, whole.y + part.top * scale, part.width * scale, part.height * scale, theme.reached, 1.5);
  }
  const frame = frameOf(plan, region);
  outline(context, frame.x - 2.5, frame.y - 2.5, frame.width + 5, frame.height + 5, "rgba(255,255,255,0.8)", 4);
  outline(context, frame.x - 2.5, frame.y - 2.5, frame.width + 5, frame.height + 5, theme.window, 2);
  outline(context, part.x + cursor.column - part.left - 0.5, part.y + cursor.row - part.top - 0.5, 2, 2, theme.window, 1);
  return plan;
}

// Where the region lies in the panel.
export const frameOf = ({ part }, { left, top, columns, rows }) =>
  ({ x: part.x + left - part.left, y: part.y + top - part.top, width: columns, height: rows });
