// Drawing the middle panel: window, weights and products of the current step, and the largest terms where
// the cells are too small for numbers.
import { largest } from "./arithmetic.js";
import { grouped } from "../drawing/numbers.js";
import { inkOn, inputColour, signedIndex } from "../drawing/palette.js";
import { LISTED, factorOf } from "./rounding.js";
import { channelName, factorText, termText } from "./words.js";
import { NUMBERS_FROM, css, outline, write, writeIn } from "../drawing/paper.js";

const LARGEST = 64; // pixels a side of a cell
const LINE = 19; // pixels
const HEADS = 18; // pixels for the words over the blocks
const BLOCKS = {
  product: [["window", "×"], ["weights", "="], ["products", ""]],
  value: [["window", ""]],
  "squared difference": [["window", "−"], ["code", "→"], ["squared", ""]],
};
const INK = { R: "#c0392b", G: "#1e8449", B: "#2e6fc4" };

// Where everything stands, for this trace and this size of panel: the same for every step, so nothing jumps.
export function operandsPlan(panel, stage) {
  const { trace } = stage;
  const fits = panel.width >= 300 && trace.rows.kernel <= 3 && trace.columns.kernel <= 3;
  if (trace.channels.length === 1 && trace.term === "product" && fits && trace.taps > 1) return writtenPlan(panel, trace);
  const plain = blocksPlan(panel, trace, 0);
  return plain.cell >= NUMBERS_FROM ? plain : blocksPlan(panel, trace, LINE * (LISTED + 1) + 4);
}

// Up to nine products of one channel, written out: 1 x 0 + ...
function writtenPlan(panel, trace) {
  const wide = panel.width / trace.columns.kernel, high = panel.height / trace.rows.kernel;
  const cell = Math.min(LARGEST, (wide - 34) / 2, high - 24);
  return { kind: "written", cell, wide, high: Math.min(high, cell + 32), top: Math.max(4, (panel.height - Math.min(high, cell + 32) * trace.rows.kernel) / 2) };
}

function blocksPlan(panel, trace, listed) {
  const blocks = BLOCKS[trace.term], count = trace.channels.length;
  const [kh, kw] = [trace.rows.kernel, trace.columns.kernel];
  const isNamed = count === 2 || count === 3;
  const label = isNamed ? 18 : 0, sums = isNamed && trace.reduction === "sum" ? 66 : 0, operator = 20;
  const room = { width: panel.width - label - sums - operator * (blocks.length - 1) - 4, height: panel.height - HEADS - listed - 4 };
  let best = { cell: 0 };
  for (let across = 1; across <= (isNamed ? 1 : count); across += 1) {
    const down = Math.ceil(count / across);
    const gap = count > 1 ? (isNamed ? 0.35 : 0.25) : 0;
    const cell = Math.min(LARGEST, room.width / blocks.length / (across * (kw + gap) - gap), room.height / (down * (kh + gap) - gap));
    if (cell > best.cell) best = { cell, across, down, gap };
  }
  const { cell, across, down, gap } = best;
  const width = cell * (across * (kw + gap) - gap), height = cell * (down * (kh + gap) - gap);
  const all = label + blocks.length * width + operator * (blocks.length - 1) + sums;
  const left = Math.max(2, (panel.width - all) / 2) + label;
  return {
    kind: "blocks", blocks, cell, across, down, gap, width, height, label, sums, isNamed, listed,
    top: HEADS, x: (block) => left + block * (width + operator), operator,
    corner: (tile) => [(tile % across) * (kw + gap) * cell, Math.floor(tile / across) * (kh + gap) * cell],
  };
}

export function paintOperands(panel, stage) {
  const context = panel.begin();
  const plan = operandsPlan(panel, stage);
  if (plan.kind === "written") paintWritten(context, stage, plan);
  else paintBlocks(context, panel, stage, plan);
  return plan;
}

const ofLimit = (trace, made) => made.weightLimit * Math.max(Math.abs(trace.inputRange[0]), Math.abs(trace.inputRange[1]));

function colourOf(stage, block, tap) {
  const { trace, made, step } = stage;
  if (block === 0) {
    if (Number.isNaN(step.values[tap])) return stage.theme.padding;
    const area = trace.rows.kernel * trace.columns.kernel;
    const isColour = trace.depth === 3 && trace.channels.length === 3;
    return inputColour(trace, step.values[tap], isColour ? trace.names.channels?.[Math.floor(tap / area)] : "");
  }
  if (block === 1) return PRGN[signedIndex(trace.weight.data[tap], made.weightLimit)];
  return PRGN[signedIndex(step.terms[tap], made.termLimit ??= ofLimit(trace, made))];
}

function textOf(stage, block, tap) {
  const { trace, step, say } = stage;
  if (block === 0) return trace.term === "value" && !Number.isNaN(step.terms[tap]) ? say.of(step).term(tap) : say.value(step.values[tap]);
  if (block === 1) return say.weight(trace.weight.data[tap]);
  return stage.hidden ? "?" : say.of(step).term(tap);
}

function paintCell(context, stage, block, tap, x, y, cell) {
  const colour = colourOf(stage, block, tap);
  context.fillStyle = css(colour);
  context.fillRect(x, y, cell, cell);
  outline(context, x, y, cell, cell, stage.theme.border, 0.75);
  writeIn(context, textOf(stage, block, tap), x, y, cell, cell, inkOn(colour), stage.theme.font, 500);
}

function paintWritten(context, stage, plan) {
  const { trace, theme, step, say } = stage;
  const { cell, wide, high } = plan;
  for (let tap = 0; tap < trace.taps; tap += 1) {
    const j = Math.floor(tap / trace.columns.kernel), k = tap % trace.columns.kernel;
    const x = k * wide + (wide - 2 * cell - 30) / 2, y = plan.top + j * high;
    const [value, weight] = writtenCells(trace, plan, tap);
    paintCell(context, stage, 0, tap, ...value, cell);
    write(context, "×", x + cell + 7, y + cell / 2, 15, theme.muted, theme.font);
    paintCell(context, stage, 1, tap, ...weight, cell);
    if (tap < trace.taps - 1) write(context, "+", x + 2 * cell + 24, y + cell / 2, 15, theme.muted, theme.font);
    const product = step.terms[tap];
    const colour = product === 0 ? theme.muted : product > 0 ? (theme.dark ? "#7cc98a" : "#1b7837") : (theme.dark ? "#c9a6d6" : "#762a83");
    write(context, stage.hidden ? "= ?" : `= ${say.of(step).term(tap)}`, x + cell * 1.5 + 14, y + cell + 11, 12.5, colour, theme.font, 600);
    if (stage.pointer.tap === tap) outline(context, x - 2, y - 2, 2 * cell + 18, cell + 4, theme.reached, 2.5);
  }
}

function writtenCells(trace, { cell, wide, high, top }, tap) {
  const j = Math.floor(tap / trace.columns.kernel), k = tap % trace.columns.kernel;
  const x = k * wide + (wide - 2 * cell - 30) / 2, y = top + j * high;
  return [[x, y], [x + cell + 14, y]];
}

function paintBlocks(context, panel, stage, plan) {
  const { trace, theme, step, say } = stage;
  const { cell, blocks, width, height, top } = plan;
  const area = trace.rows.kernel * trace.columns.kernel;
  blocks.forEach(([name, operator], block) => {
    const x = plan.x(block);
    write(context, name, x + width / 2, 7, 11.5, theme.muted, theme.font);
    if (operator) {
      const middles = plan.isNamed ? trace.channels.map((_, i) => plan.corner(i)[1] + (trace.rows.kernel * cell) / 2) : [height / 2];
      for (const middle of middles) write(context, operator, x + width + plan.operator / 2, top + middle, 15, theme.muted, theme.font);
    }
    if (cell >= NUMBERS_FROM) {
      for (let tap = 0; tap < trace.taps; tap += 1) paintCell(context, stage, block, tap, ...cellAt(trace, plan, block, tap), cell);
    } else if (!(stage.hidden && block === 2)) paintBlock(context, stage, plan, block);
  });
  if (plan.isNamed) paintChannels(context, stage, plan);
  if (trace.reduction === "max") outline(context, ...cellAt(trace, plan, 0, step.winner), cell, cell, theme.window, 3);
  if (stage.pointer.tap !== null) {
    blocks.forEach((_, block) => outline(context, ...cellAt(trace, plan, block, stage.pointer.tap), cell, cell, theme.reached, 2.5));
  }
  if (plan.listed) paintLargest(context, panel, stage, plan);
}

function cellAt(trace, plan, block, tap) {
  const area = trace.rows.kernel * trace.columns.kernel;
  const [left, top] = plan.corner(Math.floor(tap / area));
  const j = Math.floor((tap % area) / trace.columns.kernel), k = tap % trace.columns.kernel;
  return [plan.x(block) + left + k * plan.cell, plan.top + top + j * plan.cell];
}

// A block whose cells are too small for numbers: one small bitmap a channel, drawn large.
const scratch = typeof document === "undefined" ? null : document.createElement("canvas");
function paintBlock(context, stage, plan, block) {
  const { trace } = stage;
  const [kh, kw] = [trace.rows.kernel, trace.columns.kernel], count = trace.channels.length;
  if (scratch.width !== kw || scratch.height !== kh * count) [scratch.width, scratch.height] = [kw, kh * count];
  const small = scratch.getContext("2d");
  const image = small.createImageData(kw, kh * count);
  for (let tap = 0; tap < trace.taps; tap += 1) {
    const [r, g, b] = colourOf(stage, block, tap);
    image.data[4 * tap] = r; image.data[4 * tap + 1] = g; image.data[4 * tap + 2] = b; image.data[4 * tap + 3] = 255;
  }
  small.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  for (let tile = 0; tile < count; tile += 1) {
    const [left, top] = plan.corner(tile), x = plan.x(block) + left, y = plan.top + top;
    context.drawImage(scratch, 0, tile * kh, kw, kh, x, y, kw * plan.cell, kh * plan.cell);
    if (plan.cell > 3) outline(context, x, y, kw * plan.cell, kh * plan.cell, stage.theme.border, 0.75);
  }
}

// The channels' names, and what each adds up to.
function paintChannels(context, stage, plan) {
  const { trace, theme, step, say } = stage;
  trace.channels.forEach((_, i) => {
    const name = channelName(trace, i), mark = /\d+$/.exec(name)?.[0] ?? name[0].toUpperCase(); // "map 12": 12, "red": R
    const middle = plan.top + plan.corner(i)[1] + (trace.rows.kernel * plan.cell) / 2;
    write(context, mark, plan.x(0) - 11, middle, 14, theme.dark ? theme.text : INK[mark] ?? theme.text, theme.font, 700);
    if (!plan.sums) return;
    const x = plan.x(plan.blocks.length - 1) + plan.width;
    const text = stage.hidden ? "?" : say.of(step).partial(i);
    write(context, `Σ ${text}`, x + 6, middle, Math.min(13, 400 / (text.length + 24)), theme.text, theme.font, 600, "left");
    if (i < trace.channels.length - 1) write(context, "+", x + 34, middle + ((trace.rows.kernel + plan.gap) * plan.cell) / 2, 13, theme.muted, theme.font);
  });
}

// The largest terms, and what the others add up to.
function paintLargest(context, panel, stage, plan) {
  const { trace, theme, step, say } = stage;
  const taps = largest(step.terms, LISTED);
  const factor = factorOf(trace) === 1 ? "" : `, before × ${factorText(trace)}`;
  const y = Math.max(plan.top + plan.height + 14, panel.height - plan.listed + 10);
  const lines = [`the largest of ${grouped(trace.taps)} ${trace.term}s${factor} (point at a cell for its own)`];
  if (!stage.hidden && trace.reduction !== "max") {
    const shown = say.of(step), others = shown.present.length - taps.length;
    for (const tap of taps) {
      const name = trace.channels.length > 1 ? `${channelName(trace, Math.floor(tap / (trace.rows.kernel * trace.columns.kernel)))}: ` : "";
      const text = trace.term === "product" ? `${say.value(step.values[tap])} × ${say.weight(trace.weight.data[tap])}` : termText(trace, say, step, tap);
      lines.push(`${name}${text}${trace.term === "value" ? "" : ` = ${shown.term(tap)}`}`);
    }
    if (others > 0) lines[lines.length - 1] += `;  the other ${grouped(others)} add up to ${shown.rest(taps)}`;
  }
  lines.forEach((text, line) => write(context, text, panel.width / 2, y + LINE * line, line ? 12.5 : 11.5, line ? theme.text : theme.muted, theme.font, 400, "center", panel.width - 4));
}

// Which tap, and of which block, lies under a point of the panel.
export function tapUnder(panel, stage, x, y) {
  const { trace } = stage;
  const plan = operandsPlan(panel, stage);
  const within = ([left, top]) => x >= left && y >= top && x < left + plan.cell && y < top + plan.cell;
  for (let tap = 0; tap < trace.taps; tap += 1) {
    if (plan.kind === "written") {
      const found = writtenCells(trace, plan, tap).findIndex(within);
      if (found >= 0) return { tap, block: found };
    } else {
      for (let block = 0; block < plan.blocks.length; block += 1) {
        if (within(cellAt(trace, plan, block, tap))) return { tap, block };
      }
    }
  }
  return null;
}
