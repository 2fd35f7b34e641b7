// Drawing the input: the picture with its padding, the window on it, and the window enlarged.
import { cellOf, extentOf, isPadded, isStill, origin, positionOf, startOf } from "../drawing/axis.js";
import { clamp, insideOf, rangeText } from "../drawing/numbers.js";
import { inkOn, inputColour, signedIndex } from "../drawing/palette.js";
import { clipped, css, dot, drawCells, eachCell, emsOf, fill, fitsIn, grown, outline, outlineBox, stroke, viewOf, write, writeIn } from "../drawing/paper.js";
import { tapAt } from "./arithmetic.js";
import { boxFor, drawPart, lyingOf, reachBitmap, toPadding } from "./bitmaps.js";

const NARROW = 260; // pixels of a panel that has no room for it
const ENLARGED = 92; // pixels kept for the window, enlarged; less on a narrow panel, which is the picture's first

// Where the input and the enlarged window go in the panel.
export function inputPlan(panel, stage) {
  const { trace, made } = stage;
  const area = { x: 2, y: 2, width: panel.width - 4, height: panel.height - 4 };
  const planIn = (room) => {
    const { width, height, tiles } = made.layout; // several tiles stay whole: one place of the output is a place in each
    const view = tiles > 1 ? { x: 0, y: 0, width, height } : viewOf(width, height, stage.player.zoom, stage.player.centre, room);
    return { view, box: boxFor(view, room) };
  };
  const whole = planIn(area);
  const isShown = panel.width < NARROW && stage.operands.panel.width > 0; // the middle panel shows the window too
  if (whole.box.cell >= 20 || made.layout.tiles > 1 || isShown || trace.area === 1 || trace.options.weights) return whole;
  const side = Math.min(ENLARGED, 0.4 * panel.width);
  const below = planIn({ ...area, height: area.height - side - 10 });
  const beside = planIn({ ...area, width: area.width - side - 10 });
  const wide = extentOf(trace.columns), high = extentOf(trace.rows), cell = side / Math.max(wide, high);
  const glass = { cell, width: wide * cell, height: high * cell };
  if (below.box.cell >= beside.box.cell) {
    below.box.x = area.x;
    return { ...below, glass: { ...glass, x: area.x, y: below.box.y + below.box.height + 10 }, isBelow: true };
  }
  beside.box.x = area.x;
  return { ...beside, glass: { ...glass, x: beside.box.x + beside.box.width + 10, y: area.y } };
}

// From a position of the unpadded input to the screen.
const onScreen = (trace, { view, box }, [left, top], y, x) => [
  box.x + (cellOf(trace.columns, x) + left - view.x) * box.cell,
  box.y + (cellOf(trace.rows, y) + top - view.y) * box.cell,
];

// Where the window stands on the screen, and how large a cell is.
export function windowOn(stage) {
  const { trace, step, made } = stage, plan = inputPlan(stage.input.panel, stage), { cell } = plan.box;
  const [x, y] = onScreen(trace, plan, made.layout.corner(0), step.top, step.left);
  return { x, y, width: extentOf(trace.columns, step.column) * cell, height: extentOf(trace.rows, step.row) * cell, cell };
}

export function paintInput(panel, stage) {
  const { trace, made, theme, step } = stage;
  const plan = inputPlan(panel, stage);
  const { view, box } = plan;
  const context = panel.begin();
  const key = `${stage.drawing}|${theme.dark}|${view.x}|${view.y}|${view.width}`;
  panel.lay("input", key, (layer) => paintInputBase(layer, stage, plan));
  clipped(context, box, 2, () => {
    if (stage.pointer.tap !== null) paintReach(context, stage, plan);
    const { player: { slide }, pointer: { pixel } } = stage, { top, left } = slide ?? step;
    if (trace.options.weights && !slide) paintWeights(context, stage, plan);
    for (let tile = 0; tile < made.layout.tiles; tile += 1) {
      paintWindow(context, stage, plan, made.layout.corner(tile), top, left);
    }
    if (!slide) paintTies(context, stage, plan);
    if (stage.handles.active === "s") {
      const { x, y, width, height, cell } = windowOn(stage), by = (startOf(trace.columns, 1) - startOf(trace.columns, 0)) * cell;
      outlineBox(context, { x: x + by, y, width, height }, theme.window, 2, [4, 3]);
    }
    if (!pixel) return;
    const [x, y] = onScreen(trace, plan, made.layout.corner(pixel.tile), pixel.y, pixel.x);
    outline(context, x, y, box.cell, box.cell, theme.reached, box.cell > 12 ? 3 : 2);
  });
  if (plan.glass) paintGlass(context, stage, plan);
  return plan;
}

function paintInputBase(context, stage, plan) {
  const { trace, made, theme } = stage;
  const { view, box } = plan;
  clipped(context, box, 0, () => {
    drawPart(context, made.input, view, box);
    paintUnread(context, stage, plan);
    if (box.cell >= 9) paintCells(context, stage, plan);
    else if (made.layout.tiles === 1 && trace.outside !== "none" && (isPadded(trace.rows) || isPadded(trace.columns))) {
      const [x, y] = onScreen(trace, plan, [0, 0], 0, 0);
      outline(context, x, y, trace.width * box.cell, trace.height * box.cell, theme.paddingLine, 1, [3, 2]);
    }
  });
  outlineBox(context, box, theme.border, 1);
}

// Each cell's border, and its number where there is room.
function paintCells(context, stage, { view, box }) {
  const { trace, made, theme, say } = stage;
  const numbers = hasInputNumbers(stage, box.cell);
  const lit = clamp(box.cell / 30, 0.5, 1);
  eachCell(view, (row, column) => {
    const cell = made.layout.at(column, row);
    if (!cell) return;
    const px = box.x + (column - view.x) * box.cell, py = box.y + (row - view.y) * box.cell;
    const x = positionOf(trace.columns, cell.x), y = positionOf(trace.rows, cell.y);
    const isPadding = lyingOf(trace, y, x) !== "inside";
    outline(context, px, py, box.cell, box.cell, isPadding ? theme.paddingLine : theme.border, lit, isPadding ? [3, 3] : []);
    if (!numbers || trace.outside === "none" && isPadding) return;
    const value = valueAt(trace, cell.tile, y, x);
    const raised = box.cell >= 40 ? box.cell * 0.06 : 0; // the weight goes below it
    writeIn(context, say.value(value), px, py - raised, box.cell, box.cell, inkAt(stage, y, x, value), theme.font);
  });
}

// What is read at a place of a tile: 0 in the padding, or what that borrows.
function valueAt(trace, tile, y, x) {
  const fromY = origin(y, trace.height, trace.outside), fromX = origin(x, trace.width, trace.outside);
  if (fromX < 0 || fromY < 0) return 0;
  return trace.input.data[(trace.channels[tile] * trace.height + fromY) * trace.width + fromX] / trace.divisor;
}

// The ink of a number on it.
function inkAt({ trace, theme }, y, x, value) {
  const lies = lyingOf(trace, y, x), own = inputColour(trace, value, theme);
  return inkOn(lies === "padding" ? theme.padding : lies === "borrowed" ? toPadding(own, theme) : own);
}

const EXTREMES = [1, 0.987654321, 0.123456789, 0.0123456789]; // shares of the largest number, for many digits

// How wide the widest number of the input is, in font sizes; null where three stand in one cell of a colour picture.
export function inputEms({ trace, made, say, theme }) {
  if (made.layout.isPicture && trace.depth === 3) return null;
  const near = say.places.values === 0 ? Math.round : (value) => value; // whole numbers are no wider than that
  return (made.inputEms ??= Math.max(...trace.inputRange.flatMap((end) => EXTREMES.map((share) => emsOf(say.value(near(end * share)), theme.font)))));
}

// Whether its numbers can be read in cells of this size.
function hasInputNumbers(stage, cell) {
  const ems = inputEms(stage);
  return ems !== null && fitsIn(ems, cell, cell);
}

// Pixels that no window reads: shaded, and struck through where there is room.
function paintUnread(context, { trace, made, theme }, plan) {
  const { box } = plan;
  const strips = [
    ...made.unreadRows.map(([from, to]) => [from, 0, to, trace.width]),
    ...made.unreadColumns.map(([from, to]) => [0, from, trace.height, to]),
  ];
  if (!strips.length) return;
  context.save();
  context.beginPath();
  for (let tile = 0; tile < made.layout.tiles; tile += 1) {
    for (const [y0, x0, y1, x1] of strips) {
      const [left, top] = onScreen(trace, plan, made.layout.corner(tile), y0, x0);
      context.rect(left, top, (x1 - x0) * box.cell, (y1 - y0) * box.cell);
    }
  }
  context.clip();
  fill(context, box.x, box.y, box.width, box.height, theme.unread);
  const strokes = Array.from({ length: Math.ceil((box.width + box.height) / 6) }, (_, at) => box.x - box.height + 6 * at);
  stroke(context, strokes.map((x) => [[x, box.y + box.height], [x + box.height, box.y]]), theme.unreadLine);
  context.restore();
}

const ROOM = 20; // pixels of a map; on smaller ones an outline that can be seen would cover the map

// The window: its outline, its taps one by one where the dilation leaves gaps, the weight in each corner.
function paintWindow(context, stage, plan, corner, top, left) {
  const { trace, theme, say, step } = stage;
  const { box } = plan;
  const [x, y] = onScreen(trace, plan, corner, top, left);
  const width = extentOf(trace.columns, step.column) * box.cell, height = extentOf(trace.rows, step.row) * box.cell;
  const map = Math.min(trace.width, trace.height) * box.cell;
  if (stage.made.layout.tiles > 1 && map < ROOM && Math.max(width, height) < map / 2) {
    fill(context, x, y, Math.max(2, width), Math.max(2, height), theme.window);
    return;
  }
  if (box.cell >= 4) paintTaps(context, trace, x, y, box.cell, theme, 2);
  const whole = grown({ x, y, width, height }, Math.max(0, 6 - Math.min(width, height)) / 2); // of a pixel or two, too
  context.lineJoin = "round";
  outlineBox(context, grown(whole, 1), "rgba(255,255,255,0.65)", box.cell >= 9 ? 5 : 4);
  outlineBox(context, whole, theme.window, box.cell >= 9 ? 3.5 : 2.5);
  if (isStill(trace.rows)) { // its window is everything: the place itself
    const [own, above] = onScreen(trace, plan, corner, step.row, step.column);
    outline(context, own, above, box.cell, box.cell, theme.window, box.cell >= 9 ? 3.5 : 2.5);
  }
  if (box.cell < 40 || stage.player.slide || trace.term !== "product" || trace.channels.length > 1) return;
  for (let tap = 0; tap < trace.taps; tap += 1) {
    if (Number.isNaN(step.values[tap])) continue;
    const at = tapAt(trace, tap), right = x + (at.x + 1) * box.cell - 4, bottom = y + (at.y + 1) * box.cell - 8;
    const text = `×${say.weight(step.weights[tap])}`;
    context.font = `700 10.5px ${theme.font}`;
    const wide = context.measureText(text).width;
    fill(context, right - wide - 2, bottom - 6.5, wide + 4, 13, theme.dark ? "rgba(15,20,26,0.82)" : "rgba(255,255,255,0.82)");
    write(context, text, right, bottom, 10.5, theme.dark ? theme.window : "#b34700", theme.font, 700, "right");
  }
}

const [TINT, OPAQUE] = [0.55, 0.9]; // of the palette's ends; of the tint of the largest weight

// The weights, painted over what they multiply: the larger, the more of the palette's green or purple.
function paintWeights(context, stage, plan) {
  const { trace, made, theme, say, step } = stage, { cell } = plan.box, isNumbered = hasInputNumbers(stage, cell);
  const raised = cell >= 40 ? cell * 0.06 : 0;
  for (let tap = 0; tap < trace.area; tap += 1) {
    const at = tapAt(trace, tap), [down, across] = [step.top + at.y, step.left + at.x], value = step.values[tap];
    if (Number.isNaN(value)) continue;
    const tint = theme.signed[signedIndex(Math.sign(step.weights[tap]) * TINT, 1)], share = (OPAQUE * Math.abs(step.weights[tap])) / (made.weightLimit || 1);
    const own = lyingOf(trace, down, across) === "padding" ? theme.padding : inputColour(trace, value, theme);
    const colour = own.map((part, of) => Math.round(part * (1 - share) + tint[of] * share)), [x, y] = onScreen(trace, plan, [0, 0], down, across);
    fill(context, x, y, cell, cell, css(colour));
    if (cell >= 9) outline(context, x, y, cell, cell, theme.border, clamp(cell / 30, 0.5, 1));
    if (isNumbered) writeIn(context, say.value(value), x, y - raised, cell, cell, inkOn(colour), theme.font);
  }
}

// The taps one by one, where the dilation leaves gaps between them.
function paintTaps(context, { down, across, rows, columns }, x, y, cell, theme, thickness) {
  if (extentOf(rows) === down.length && extentOf(columns) === across.length) return;
  for (const j of down) for (const k of across) outline(context, x + k * cell, y + j * cell, cell, cell, theme.window, thickness);
}

const TIES = 14; // lines that can still be told apart

// Lines from the borrowed pixels of the window to the pixels that they copy; some of them, where there are many.
function paintTies(context, { trace, made, theme, step }, plan) {
  if (trace.outside === "zeros" || trace.outside === "none") return;
  const ties = [];
  for (const down of trace.down) {
    for (const across of trace.across) {
      const y = step.top + down, x = step.left + across;
      const fromY = origin(y, trace.height, trace.outside), fromX = origin(x, trace.width, trace.outside);
      if (fromY !== y || fromX !== x) ties.push([y, x, fromY, fromX]);
    }
  }
  const every = Math.ceil(ties.length / TIES), corner = made.layout.corner(0);
  for (let at = 0; at < ties.length; at += every) {
    const [y, x, fromY, fromX] = ties[at];
    const [x0, y0] = onScreen(trace, plan, corner, y + 0.5, x + 0.5);
    const [x1, y1] = onScreen(trace, plan, corner, fromY + 0.5, fromX + 0.5);
    context.strokeStyle = theme.reached;
    context.lineWidth = 1.25;
    context.beginPath();
    context.moveTo(x0, y0);
    context.quadraticCurveTo((x0 + x1) / 2 + (y1 - y0) * 0.15, (y0 + y1) / 2 + (x0 - x1) * 0.15, x1, y1);
    context.stroke();
    dot(context, x1, y1, clamp(plan.box.cell / 6, 1.5, 4), theme.reached);
  }
}

// Every pixel that one weight ever multiplies: weight sharing in one gesture. Never smoothed: a pixel is lit or is not.
function paintReach(context, stage, plan) {
  const { trace, made, theme, step } = stage;
  const { view, box } = plan;
  const { tap } = stage.pointer;
  if (made.reach?.tap !== tap) made.reach = { tap, bitmap: reachBitmap(trace, made.layout, tap, theme.reached) };
  context.globalAlpha = 0.42;
  drawCells(context, made.reach.bitmap, view.x, view.y, view.width, view.height, box.x, box.y, box.width, box.height);
  context.globalAlpha = 1;
  const at = tapAt(trace, tap), corner = made.layout.corner(made.layout.isPicture ? 0 : at.channel);
  const [x, y] = onScreen(trace, plan, corner, step.top + at.y, step.left + at.x);
  outline(context, x, y, box.cell, box.cell, theme.reached, 3);
}

// The window, enlarged, tied to its place by two thin lines.
function paintGlass(context, stage, plan) {
  const { trace, made, theme, step } = stage;
  const { box } = plan, wide = extentOf(trace.columns, step.column), high = extentOf(trace.rows, step.row);
  const glass = { ...plan.glass, width: wide * plan.glass.cell, height: high * plan.glass.cell };
  const [x, y] = onScreen(trace, plan, [0, 0], step.top, step.left);
  const from = [cellOf(trace.columns, step.left), cellOf(trace.rows, step.top)];
  drawCells(context, made.input, ...from, wide, high, glass.x, glass.y, glass.width, glass.height);
  const [right, bottom] = [x + wide * box.cell, y + high * box.cell];
  const ties = plan.isBelow
    ? [[[x, bottom], [glass.x, glass.y]], [[right, bottom], [glass.x + glass.width, glass.y]]]
    : [[[right, y], [glass.x, glass.y]], [[right, bottom], [glass.x, glass.y + glass.height]]];
  stroke(context, ties, theme.window, 1, [3, 3]);
  paintTaps(context, trace, glass.x, glass.y, glass.cell, theme, 1.5);
  paintGlassCells(context, stage, glass);
  outlineBox(context, glass, theme.window, 2.5);
  if (!plan.isBelow || box.width < ENLARGED + 100) return;
  const words = [
    "the window, enlarged:",
    rangeText("row", insideOf({ first: step.top, count: high }, trace.height)),
    rangeText("column", insideOf({ first: step.left, count: wide }, trace.width)),
  ];
  words.forEach((text, line) => write(context, text, glass.x + glass.width + 12, glass.y + 14 + 19 * line, 12.5, theme.muted, theme.font, 400, "left", box.width - glass.width - 14));
}

// Its padding, outlined as on the picture; and its numbers, where they can be read.
function paintGlassCells(context, stage, glass) {
  const { trace, theme, step, say } = stage, { cell } = glass;
  const isNumbered = hasInputNumbers(stage, cell);
  if (cell < 9) return;
  for (let j = 0; j < extentOf(trace.rows, step.row); j += 1) {
    for (let k = 0; k < extentOf(trace.columns, step.column); k += 1) {
      const [y, x, left, top] = [step.top + j, step.left + k, glass.x + k * cell, glass.y + j * cell];
      const isPadding = lyingOf(trace, y, x) !== "inside";
      if (isPadding) outline(context, left + 1, top + 1, cell - 2, cell - 2, theme.paddingLine, 1, [3, 3]);
      if (!isNumbered || (trace.outside === "none" && isPadding)) continue;
      const value = valueAt(trace, 0, y, x);
      writeIn(context, say.value(value), left, top, cell, cell, inkAt(stage, y, x, value), theme.font);
    }
  }
}
