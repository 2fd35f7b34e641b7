// Drawing the input: the picture with its padding, the window on it, and the window enlarged.
import { extentOf } from "./arithmetic.js";
import { origin } from "../drawing/axis.js";
import { insideOf, rangeText } from "../drawing/numbers.js";
import { inkOn, inputColour } from "../drawing/palette.js";
import { boxFor, drawPart, lyingOf, reachBitmap, toPadding } from "./bitmaps.js";
import { eachCell, emsOf, fitsIn, outline, viewOf, write, writeIn } from "../drawing/paper.js";

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
  if (whole.box.cell >= 20 || made.layout.tiles > 1 || isShown || trace.rows.kernel * trace.columns.kernel === 1) return whole;
  const side = Math.min(ENLARGED, 0.34 * panel.width);
  const below = planIn({ ...area, height: area.height - side - 10 });
  const beside = planIn({ ...area, width: area.width - side - 10 });
  const extent = Math.max(extentOf(trace.rows), extentOf(trace.columns));
  const glass = { cell: side / extent };
  [glass.width, glass.height] = [extentOf(trace.columns) * glass.cell, extentOf(trace.rows) * glass.cell];
  if (below.box.cell >= beside.box.cell) {
    below.box.x = area.x;
    return { ...below, glass: { ...glass, x: area.x, y: below.box.y + below.box.height + 10 }, isBelow: true };
  }
  beside.box.x = area.x;
  return { ...beside, glass: { ...glass, x: beside.box.x + beside.box.width + 10, y: area.y } };
}

// From a position of the unpadded input to the screen.
const onScreen = (trace, { view, box }, [left, top], y, x) => [
  box.x + (x + trace.columns.before + left - view.x) * box.cell,
  box.y + (y + trace.rows.before + top - view.y) * box.cell,
];

export function paintInput(panel, stage) {
  const { trace, made, theme, step } = stage;
  const plan = inputPlan(panel, stage);
  const { view, box } = plan;
  const context = panel.begin();
  const key = `${stage.version}|${theme.dark}|${view.x}|${view.y}|${view.width}`;
  const base = panel.layer("input", key, (layer) => paintInputBase(layer, stage, plan));
  panel.blit(base, 0, 0, panel.width, panel.height);
  context.save();
  context.beginPath();
  context.rect(box.x - 2, box.y - 2, box.width + 4, box.height + 4);
  context.clip();
  if (stage.pointer.tap !== null) paintReach(context, stage, plan);
  const { player: { slide }, pointer: { pixel } } = stage;
  const top = slide?.top ?? step.top, left = slide?.left ?? step.left;
  for (let tile = 0; tile < made.layout.tiles; tile += 1) {
    paintWindow(context, stage, plan, made.layout.corner(tile), top, left);
  }
  if (!slide) paintTies(context, stage, plan);
  if (pixel) {
    const [x, y] = onScreen(trace, plan, made.layout.corner(pixel.tile), pixel.y, pixel.x);
    outline(context, x, y, box.cell, box.cell, theme.reached, Math.max(2, box.cell > 12 ? 3 : 2));
  }
  context.restore();
  if (plan.glass) paintGlass(context, stage, plan);
  return plan;
}

function paintInputBase(context, stage, plan) {
  const { trace, made, theme } = stage;
  const { view, box } = plan;
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width, box.height);
  context.clip();
  drawPart(context, made.input, view, box);
  paintUnread(context, stage, plan);
  if (box.cell >= 9) {
    paintCells(context, stage, plan);
  } else if (made.layout.tiles === 1 && trace.outside !== "none") {
    const [x, y] = onScreen(trace, plan, [0, 0], 0, 0);
    if (trace.rows.before + trace.rows.after + trace.columns.before + trace.columns.after > 0) {
      outline(context, x, y, trace.width * box.cell, trace.height * box.cell, theme.paddingLine, 1, [3, 2]);
    }
  }
  context.restore();
  outline(context, box.x, box.y, box.width, box.height, theme.border, 1);
}

// Each cell's border, and its number where there is room.
function paintCells(context, stage, { view, box }) {
  const { trace, made, theme, say } = stage;
  const numbers = hasInputNumbers(stage, box.cell);
  const lit = Math.max(0.5, Math.min(1, box.cell / 30));
  eachCell(view, (row, column) => {
    const cell = made.layout.at(column, row);
    if (!cell) return;
    const px = box.x + (column - view.x) * box.cell, py = box.y + (row - view.y) * box.cell;
    const x = cell.x - trace.columns.before, y = cell.y - trace.rows.before;
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
function paintUnread(context, stage, plan) {
  const { trace, made, theme } = stage;
  const { box } = plan;
  const runs = (read) => {
    const found = [];
    read.forEach((is, at) => { if (!is) { if (found.length && found.at(-1)[1] === at) found.at(-1)[1] += 1; else found.push([at, at + 1]); } });
    return found;
  };
  const strips = [
    ...runs(made.readRows).map(([from, to]) => [from, 0, to, trace.width]),
    ...runs(made.readColumns).map(([from, to]) => [0, from, trace.height, to]),
  ];
  context.beginPath();
  for (let tile = 0; tile < made.layout.tiles; tile += 1) {
    for (const [y0, x0, y1, x1] of strips) {
      const [left, top] = onScreen(trace, plan, made.layout.corner(tile), y0, x0);
      context.rect(left, top, (x1 - x0) * box.cell, (y1 - y0) * box.cell);
    }
  }
  if (!strips.length) return;
  context.save();
  context.clip();
  context.fillStyle = theme.unread;
  context.fillRect(box.x, box.y, box.width, box.height);
  context.strokeStyle = theme.unreadLine;
  context.lineWidth = 1;
  context.beginPath();
  for (let at = -box.height; at < box.width; at += 6) {
    context.moveTo(box.x + at, box.y + box.height);
    context.lineTo(box.x + at + box.height, box.y);
  }
  context.stroke();
  context.restore();
}

const ROOM = 20; // pixels of a map; on smaller ones an outline that can be seen would cover the map

// The window: its outline, its taps one by one where the dilation leaves gaps, the weight in each corner.
function paintWindow(context, stage, plan, corner, top, left) {
  const { trace, theme, say } = stage;
  const { box } = plan;
  const [x, y] = onScreen(trace, plan, corner, top, left);
  const width = extentOf(trace.columns) * box.cell, height = extentOf(trace.rows) * box.cell;
  const isDilated = trace.rows.dilation > 1 || trace.columns.dilation > 1;
  const map = Math.min(trace.width, trace.height) * box.cell;
  if (stage.made.layout.tiles > 1 && map < ROOM && Math.max(width, height) < map / 2) {
    context.fillStyle = theme.window;
    context.fillRect(x, y, Math.max(2, width), Math.max(2, height));
    return;
  }
  if (isDilated && box.cell >= 4) {
    for (let j = 0; j < trace.rows.kernel; j += 1) {
      for (let k = 0; k < trace.columns.kernel; k += 1) {
        outline(context, x + k * trace.columns.dilation * box.cell, y + j * trace.rows.dilation * box.cell, box.cell, box.cell, theme.window, 2);
      }
    }
  }
  const grow = Math.max(0, 6 - Math.min(width, height)) / 2; // a window of a pixel or two must still be seen
  context.lineJoin = "round";
  outline(context, x - grow - 1, y - grow - 1, width + 2 * grow + 2, height + 2 * grow + 2, "rgba(255,255,255,0.65)", box.cell >= 9 ? 5 : 4);
  outline(context, x - grow, y - grow, width + 2 * grow, height + 2 * grow, theme.window, box.cell >= 9 ? 3.5 : 2.5);
  if (box.cell < 40 || stage.player.slide || trace.term !== "product" || trace.channels.length > 1) return;
  for (let tap = 0; tap < trace.taps; tap += 1) {
    const j = Math.floor(tap / trace.columns.kernel), k = tap % trace.columns.kernel;
    const right = x + (k * trace.columns.dilation + 1) * box.cell - 4, bottom = y + (j * trace.rows.dilation + 1) * box.cell - 8;
    const text = `×${say.weight(trace.weight.data[tap])}`;
    context.font = `700 10.5px ${theme.font}`;
    const wide = context.measureText(text).width;
    context.fillStyle = theme.dark ? "rgba(15,20,26,0.82)" : "rgba(255,255,255,0.82)";
    context.fillRect(right - wide - 2, bottom - 6.5, wide + 4, 13);
    write(context, text, right, bottom, 10.5, theme.dark ? theme.window : "#b34700", theme.font, 700, "right");
  }
}

const TIES = 14; // lines that can still be told apart

// Lines from the borrowed pixels of the window to the pixels that they copy; some of them, where there are many.
function paintTies(context, stage, plan) {
  const { trace, made, theme, step } = stage;
  if (trace.outside === "zeros" || trace.outside === "none") return;
  const ties = [];
  for (let j = 0; j < trace.rows.kernel; j += 1) {
    for (let k = 0; k < trace.columns.kernel; k += 1) {
      const y = step.top + j * trace.rows.dilation, x = step.left + k * trace.columns.dilation;
      const fromY = origin(y, trace.height, trace.outside), fromX = origin(x, trace.width, trace.outside);
      if (fromY !== y || fromX !== x) ties.push([y, x, fromY, fromX]);
    }
  }
  const every = Math.ceil(ties.length / TIES), corner = made.layout.corner(0);
  context.strokeStyle = theme.reached;
  context.fillStyle = theme.reached;
  context.lineWidth = 1.25;
  for (let at = 0; at < ties.length; at += every) {
    const [y, x, fromY, fromX] = ties[at];
    const [x0, y0] = onScreen(trace, plan, corner, y + 0.5, x + 0.5);
    const [x1, y1] = onScreen(trace, plan, corner, fromY + 0.5, fromX + 0.5);
    context.beginPath();
    context.moveTo(x0, y0);
    context.quadraticCurveTo((x0 + x1) / 2 + (y1 - y0) * 0.15, (y0 + y1) / 2 + (x0 - x1) * 0.15, x1, y1);
    context.stroke();
    context.beginPath();
    context.arc(x1, y1, Math.max(1.5, Math.min(4, plan.box.cell / 6)), 0, 7);
    context.fill();
  }
}

// Every pixel that one weight ever multiplies: weight sharing in one gesture. Never smoothed: a pixel is lit or is not.
function paintReach(context, stage, plan) {
  const { trace, made, theme, step } = stage;
  const { view, box } = plan;
  const { tap } = stage.pointer;
  if (made.reach?.tap !== tap) made.reach = { tap, bitmap: reachBitmap(trace, made.layout, tap, theme.reached) };
  context.globalAlpha = 0.42;
  context.imageSmoothingEnabled = false;
  context.drawImage(made.reach.bitmap, view.x, view.y, view.width, view.height, box.x, box.y, box.width, box.height);
  context.globalAlpha = 1;
  const area = trace.rows.kernel * trace.columns.kernel;
  const j = Math.floor((tap % area) / trace.columns.kernel), k = tap % trace.columns.kernel;
  const corner = made.layout.corner(made.layout.isPicture ? 0 : Math.floor(tap / area));
  const [x, y] = onScreen(trace, plan, corner, step.top + j * trace.rows.dilation, step.left + k * trace.columns.dilation);
  outline(context, x, y, box.cell, box.cell, theme.reached, 3);
}

// The window, enlarged, tied to its place by two thin lines.
function paintGlass(context, stage, plan) {
  const { trace, made, theme, step } = stage;
  const { box, glass } = plan;
  const [x, y] = onScreen(trace, plan, [0, 0], step.top, step.left);
  const wide = extentOf(trace.columns), high = extentOf(trace.rows);
  context.imageSmoothingEnabled = false;
  context.drawImage(made.input, step.left + trace.columns.before, step.top + trace.rows.before, wide, high, glass.x, glass.y, glass.width, glass.height);
  context.strokeStyle = theme.window;
  context.lineWidth = 1;
  context.setLineDash([3, 3]);
  context.beginPath();
  const far = [x + wide * box.cell, y + high * box.cell];
  const [from, to] = plan.isBelow
    ? [[x, far[1], far[0], far[1]], [glass.x, glass.y, glass.x + glass.width, glass.y]]
    : [[far[0], y, far[0], far[1]], [glass.x, glass.y, glass.x, glass.y + glass.height]];
  context.moveTo(from[0], from[1]); context.lineTo(to[0], to[1]);
  context.moveTo(from[2], from[3]); context.lineTo(to[2], to[3]);
  context.stroke();
  context.setLineDash([]);
  if (trace.rows.dilation > 1 || trace.columns.dilation > 1) {
    for (let j = 0; j < trace.rows.kernel; j += 1) {
      for (let k = 0; k < trace.columns.kernel; k += 1) {
        outline(context, glass.x + k * trace.columns.dilation * glass.cell, glass.y + j * trace.rows.dilation * glass.cell, glass.cell, glass.cell, theme.window, 1.5);
      }
    }
  }
  paintGlassCells(context, stage, glass);
  outline(context, glass.x, glass.y, glass.width, glass.height, theme.window, 2.5);
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
  for (let j = 0; j < extentOf(trace.rows); j += 1) {
    for (let k = 0; k < extentOf(trace.columns); k += 1) {
      const [y, x, left, top] = [step.top + j, step.left + k, glass.x + k * cell, glass.y + j * cell];
      const isPadding = lyingOf(trace, y, x) !== "inside";
      if (isPadding) outline(context, left + 1, top + 1, cell - 2, cell - 2, theme.paddingLine, 1, [3, 3]);
      if (!isNumbered || (trace.outside === "none" && isPadding)) continue;
      const value = valueAt(trace, 0, y, x);
      writeIn(context, say.value(value), left, top, cell, cell, inkAt(stage, y, x, value), theme.font);
    }
  }
}
