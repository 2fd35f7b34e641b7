// Drawing the output: the map, filled as far as the steps have come, and the current cell.
import { readers } from "../drawing/axis.js";
import { clamp } from "../drawing/numbers.js";
import { inkOn, signedIndex } from "../drawing/palette.js";
import { clipped, eachCell, emsOf, fill, fitsIn, grown, outline, outlineBox, viewOf, writeIn } from "../drawing/paper.js";
import { outputAt } from "./arithmetic.js";
import { boxFor, drawPart, fullColour } from "./bitmaps.js";

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

// Where a cell is drawn.
const placeOf = ({ view, box: { x, y, cell } }, row, column) => ({
  x: x + (column - view.x) * cell, y: y + (row - view.y) * cell, width: cell, height: cell,
});

// Whether its numbers can be read in cells of this size.
const hasNumbers = (stage, cell) => fitsIn(outputEms(stage), cell, cell);

export function paintOutput(panel, stage) {
  const { trace, theme, step } = stage;
  const plan = outputPlan(panel, stage);
  const { view, box } = plan;
  const context = panel.begin();
  const key = `${stage.drawing}|${trace.filling?.rounds}|${theme.dark}|${view.x}|${view.y}|${view.width}`;
  const full = panel.layer("output", key, (layer) => paintMap(layer, stage, plan));
  const filled = Math.min(stage.player.filled, trace.count);
  const rows = Math.floor(filled / trace.outWidth), over = filled % trace.outWidth;
  const rowTop = box.y + (rows - view.y) * box.cell, rowEnd = box.x + (over - view.x) * box.cell;
  const y0 = clamp(rowTop, box.y, box.y + box.height), y1 = clamp(rowTop + box.cell, box.y, box.y + box.height);
  panel.blit(full, box.x - 1, box.y - 1, box.width + 2, y0 - box.y + (filled === trace.count ? 2 : 1));
  panel.blit(full, box.x - 1, y0, clamp(rowEnd, box.x, box.x + box.width) - box.x + 1, y1 - y0);
  outlineBox(context, box, theme.border, 1, [4, 3]);
  if (box.cell >= 9 && filled < trace.count) paintEmptyCells(context, stage, plan, filled);
  clipped(context, box, 3, () => {
    if (stage.pointer.pixel) paintReaders(context, stage, plan);
    const cell = placeOf(plan, step.row, step.column), { x, y } = cell;
    if (hasNumbers(stage, box.cell) && (stage.hidden || step.row * trace.outWidth + step.column >= filled)) {
      fill(context, x, y, box.cell, box.cell, theme.background);
      const text = stage.hidden ? "?" : stage.say.output(outputAt(trace, step.row, step.column));
      writeIn(context, text, x, y, box.cell, box.cell, stage.hidden ? theme.window : theme.text, theme.font, 700);
    }
    const whole = grown(cell, Math.max(0, 7 - box.cell) / 2);
    outlineBox(context, grown(whole, 1), "rgba(255,255,255,0.65)", 4);
    outlineBox(context, whole, theme.window, box.cell >= 9 ? 3.5 : 2.5);
  });
  return plan;
}

// The map by itself: its colours, and where cells are large enough their edges and numbers.
export function paintMap(context, stage, plan) {
  const { trace, made, theme, say } = stage;
  const { view, box } = plan;
  drawPart(context, made.output, view, box);
  if (box.cell < 9) return;
  const isNumbered = hasNumbers(stage, box.cell);
  eachCell(view, (row, column) => {
    const { x, y } = placeOf(plan, row, column);
    outline(context, x, y, box.cell, box.cell, theme.border, Math.min(1, box.cell / 30));
    if (!isNumbered) return;
    const value = outputAt(trace, row, column);
    writeIn(context, say.output(value), x, y, box.cell, box.cell, inkOn(theme.signed[signedIndex(value, fullColour(trace))]), theme.font, 500);
  });
}

function paintEmptyCells(context, { trace, theme }, plan, filled) {
  clipped(context, plan.box, 1, () => eachCell(plan.view, (row, column) => {
    if (row * trace.outWidth + column >= filled) outlineBox(context, placeOf(plan, row, column), theme.border, 0.75, [3, 3]);
  }));
}

// The outputs whose windows read the pixel under the pointer.
function paintReaders(context, { trace, theme, pointer: { pixel } }, plan) {
  const { cell } = plan.box, columns = readers(trace.columns, pixel.x, trace.outWidth);
  for (const row of readers(trace.rows, pixel.y, trace.outHeight)) {
    for (const column of columns) {
      const place = placeOf(plan, row, column);
      if (cell >= 9) outlineBox(context, grown(place, -1.5), theme.reached, 3);
      else fill(context, place.x, place.y, Math.max(1, cell), Math.max(1, cell), theme.reached);
    }
  }
}
