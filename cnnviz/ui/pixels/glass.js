// Drawing the region twice, cell for cell alike: as enlarged pixels and as the numbers that they are.
import { grouped } from "../drawing/numbers.js";
import { drawCells, outline, outlineBox, stroke, write } from "../drawing/paper.js";

const EDGE = { rows: 30, top: 17 }; // for the numbers of rows, left of the numbers, and of columns

// The room for cells in a panel. The rows' numbers stand between the two panels, for both.
export const glassRoom = (panel, hasRows) => ({ width: panel.width - (hasRows ? EDGE.rows : 0) - 2, height: panel.height - EDGE.top - 2 });

export function glassPlan(panel, { rows, columns }, hasRows) {
  const room = glassRoom(panel, hasRows);
  const cell = Math.min(64, room.width / columns, room.height / rows);
  return { x: hasRows ? EDGE.rows : 1, y: EDGE.top, hasRows, cell, width: columns * cell, height: rows * cell };
}

export function placeUnder(plan, region, x, y) {
  const column = Math.floor((x - plan.x) / plan.cell), row = Math.floor((y - plan.y) / plan.cell);
  const isInside = column >= 0 && row >= 0 && column < region.columns && row < region.rows;
  return isInside ? { row: region.top + row, column: region.left + column } : null;
}

export function paintEnlarged(panel, view, lit) {
  const { region, theme, cursor } = view;
  const plan = glassPlan(panel, region, false);
  const context = panel.begin();
  drawCells(context, lit, region.left, region.top, region.columns, region.rows, plan.x, plan.y, plan.width, plan.height);
  paintGrid(context, plan, region, "rgba(128,136,146,0.4)");
  outlineBox(context, plan, theme.border, 1);
  paintEdges(context, plan, view);
  paintCell(context, plan, region, cursor, theme, true);
}

export function paintNumbers(panel, view, inks) {
  const { region, theme, cursor, painting } = view;
  const plan = glassPlan(panel, region, true);
  const context = panel.begin();
  // Hundreds of texts, which stay while the cursor moves among them.
  const key = `${painting}|${region.top}|${region.left}|${region.rows}|${region.columns}`;
  panel.lay("numbers", key, (layer) => writeNumbers(layer, plan, view, inks));
  paintEdges(context, plan, view);
  paintCell(context, plan, region, cursor, theme, false);
}

function writeNumbers(context, plan, { picture, lights, region, theme, texts }, inks) {
  paintGrid(context, plan, region, theme.border);
  const on = picture.planes.flatMap((_, plane) => (lights[plane] ? [plane] : []));
  const lines = Math.max(1, on.length);
  const size = Math.min(20, plan.cell * (lines === 1 ? 0.42 : lines === 2 ? 0.36 : 0.315), plan.cell / (picture.divisor === 1 ? 1.9 : 2.3));
  const spread = lines === 1 ? 0 : plan.cell / (lines + 0.3);
  // One plane at a time: changing colour and font is what costs.
  for (const [line, plane] of on.entries()) {
    const down = (line - (lines - 1) / 2) * spread + plan.cell / 2;
    write(context, "", 0, 0, size, inks[plane], theme.font);
    for (let row = 0; row < region.rows; row += 1) {
      for (let column = 0; column < region.columns; column += 1) {
        const level = picture.levels[(plane * picture.height + region.top + row) * picture.width + region.left + column];
        context.fillText(texts[level], plan.x + (column + 0.5) * plan.cell, plan.y + row * plan.cell + down + size * 0.04);
      }
    }
  }
}

function paintGrid(context, { x, y, width, height, cell }, region, colour) {
  const rows = Array.from({ length: region.rows + 1 }, (_, row) => [[x, y + row * cell], [x + width, y + row * cell]]);
  const columns = Array.from({ length: region.columns + 1 }, (_, column) => [[x + column * cell, y], [x + column * cell, y + height]]);
  stroke(context, [...rows, ...columns], colour);
}

// The numbers of rows and columns, counted from 1; the cursor's in the window's colour.
function paintEdges(context, plan, { region, cursor, theme }) {
  const size = 10.5;
  for (let row = region.top; plan.hasRows && row < region.top + region.rows; row += 1) {
    const own = row === cursor.row;
    write(context, grouped(row + 1), plan.x - 6, plan.y + (row - region.top + 0.5) * plan.cell, size, own ? theme.window : theme.muted, theme.font, own ? 700 : 400, "right");
  }
  for (let column = region.left; column < region.left + region.columns; column += 1) {
    const own = column === cursor.column;
    write(context, grouped(column + 1), plan.x + (column - region.left + 0.5) * plan.cell, plan.y - 9, size, own ? theme.window : theme.muted, theme.font, own ? 700 : 400);
  }
}

function paintCell(context, plan, region, cursor, theme, isOnPixels) {
  const row = cursor.row - region.top, column = cursor.column - region.left;
  if (row < 0 || column < 0 || row >= region.rows || column >= region.columns) return;
  const x = plan.x + column * plan.cell, y = plan.y + row * plan.cell;
  if (isOnPixels) outline(context, x - 1, y - 1, plan.cell + 2, plan.cell + 2, "rgba(255,255,255,0.8)", 5);
  outline(context, x - 0.5, y - 0.5, plan.cell + 1, plan.cell + 1, theme.window, 3);
}
