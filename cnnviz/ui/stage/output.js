// Drawing the output: the map, filled as far as the steps have come, and the current cell.
import { outputAt, readers } from "./arithmetic.js";
import { inkOn, signedIndex } from "../drawing/palette.js";
import { boxFor, drawPart, fullColour } from "./bitmaps.js";
import { eachCell, emsOf, fitsIn, outline, viewOf, writeIn } from "../drawing/paper.js";

export function outputPlan(panel, stage) {
  const { trace } = stage;
  // As large as it fits, but no cell larger than 76 pixels: a map of a few numbers need not fill the panel.
  const area = { x: 2, y: 2, width: panel.width - 4, height: panel.height - 4 };
  const view = viewOf(trace.outWidth, trace.outHeight, stage.player.zoom, stage.player.centre, area);
  const box = boxFor(view, area);
  const cell = Math.min(box.cell, 76);
  return { view, box: { x: area.x + (area.width - view.width * cell) / 2, y: area.y, width: view.width * cell, height: view.height * cell, cell } };
}

// How wide the widest number of the map is, in font sizes.
export const outputEms = ({ made, say, theme }) => (made.outputEms ??= Math.max(...made.outputRange.map((value) => emsOf(say.output(value), theme.font))));

// Whether its numbers can be read in cells of this size.
const hasNumbers = (stage, cell) => fitsIn(outputEms(stage), cell, cell);

export function paintOutput(panel, stage) {
  const { trace, made, theme, step } = stage;
  const plan = outputPlan(panel, stage);
  const { view, box } = plan;
  const context = panel.begin();
  const key = `${stage.version}|${theme.dark}|${view.x}|${view.y}|${view.width}`;
  const full = panel.layer("output", key, (layer) => paintOutputBase(layer, stage, plan));
  const filled = Math.min(stage.player.filled, trace.count);
  const rows = Math.floor(filled / trace.outWidth), over = filled % trace.outWidth;
  const rowTop = box.y + (rows - view.y) * box.cell, rowEnd = box.x + (over - view.x) * box.cell;
  const clip = (value, low, high) => Math.max(low, Math.min(high, value));
  const y0 = clip(rowTop, box.y, box.y + box.height), y1 = clip(rowTop + box.cell, box.y, box.y + box.height);
  panel.blit(full, box.x - 1, box.y - 1, box.width + 2, y0 - box.y + (filled === trace.count ? 2 : 1));
  panel.blit(full, box.x - 1, y0, clip(rowEnd, box.x, box.x + box.width) - box.x + 1, y1 - y0);
  outline(context, box.x, box.y, box.width, box.height, theme.border, 1, [4, 3]);
  if (box.cell >= 9 && filled < trace.count) paintEmptyCells(context, stage, plan, filled);
  context.save();
  context.beginPath();
  context.rect(box.x - 3, box.y - 3, box.width + 6, box.height + 6);
  context.clip();
  if (stage.pointer.pixel) paintReaders(context, stage, plan);
  const x = box.x + (step.column - view.x) * box.cell, y = box.y + (step.row - view.y) * box.cell;
  if (hasNumbers(stage, box.cell) && (stage.hidden || step.row * trace.outWidth + step.column >= filled)) {
    context.fillStyle = theme.background;
    context.fillRect(x, y, box.cell, box.cell);
    const text = stage.hidden ? "?" : stage.say.output(outputAt(trace, step.row, step.column));
    writeIn(context, text, x, y, box.cell, box.cell, stage.hidden ? theme.window : theme.text, theme.font, 700);
  }
  const grow = Math.max(0, 7 - box.cell) / 2;
  outline(context, x - grow - 1, y - grow - 1, box.cell + 2 * grow + 2, box.cell + 2 * grow + 2, "rgba(255,255,255,0.65)", 4);
  outline(context, x - grow, y - grow, box.cell + 2 * grow, box.cell + 2 * grow, theme.window, box.cell >= 9 ? 3.5 : 2.5);
  context.restore();
  return plan;
}

function paintOutputBase(context, stage, plan) {
  const { trace, made, theme, say } = stage;
  const { view, box } = plan;
  drawPart(context, made.output, view, box);
  if (box.cell < 9) return;
  const isNumbered = hasNumbers(stage, box.cell);
  eachCell(view, (row, column) => {
    const x = box.x + (column - view.x) * box.cell, y = box.y + (row - view.y) * box.cell;
    outline(context, x, y, box.cell, box.cell, theme.border, Math.min(1, box.cell / 30));
    if (!isNumbered) return;
    const value = outputAt(trace, row, column);
    writeIn(context, say.output(value), x, y, box.cell, box.cell, inkOn(theme.signed[signedIndex(value, fullColour(trace))]), theme.font, 500);
  });
}

function paintEmptyCells(context, stage, { view, box }, filled) {
  const { trace, theme } = stage;
  context.save();
  context.beginPath();
  context.rect(box.x - 1, box.y - 1, box.width + 2, box.height + 2);
  context.clip();
  eachCell(view, (row, column) => {
    if (row * trace.outWidth + column < filled) return;
    outline(context, box.x + (column - view.x) * box.cell, box.y + (row - view.y) * box.cell, box.cell, box.cell, theme.border, 0.75, [3, 3]);
  });
  context.restore();
}

// The outputs whose windows read the pixel under the pointer.
function paintReaders(context, stage, { view, box }) {
  const { trace, theme, pointer: { pixel } } = stage;
  const rows = readers(trace.rows, pixel.y, trace.outHeight), columns = readers(trace.columns, pixel.x, trace.outWidth);
  for (const row of rows) {
    for (const column of columns) {
      const x = box.x + (column - view.x) * box.cell, y = box.y + (row - view.y) * box.cell;
      if (box.cell >= 9) outline(context, x + 1.5, y + 1.5, box.cell - 3, box.cell - 3, theme.reached, 3);
      else { context.fillStyle = theme.reached; context.fillRect(x, y, Math.max(1, box.cell), Math.max(1, box.cell)); }
    }
  }
}
