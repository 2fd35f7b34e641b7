// Drawing the middle panel: window, weights and products of the current step, each number to be read; where there are
// too many for that at once, the part that was gone to, and all of them small above it.
import { isMissing, stepAt, tapAt } from "./arithmetic.js";
import { isInside } from "../drawing/elements.js";
import { grouped } from "../drawing/numbers.js";
import { inkOn, inputColour, signedIndex } from "../drawing/palette.js";
import { NAMED } from "./rounding.js";
import { channelName } from "./words.js";
import { bitmapOf, css, drawCells, emsOf, fill, grown, outline, outlineBox, pack, write, writeIn } from "../drawing/paper.js";
import { lyingOf, toPadding } from "./bitmaps.js";
import { partWithin, planFor, tapsOfPart } from "./plan.js";

const BLOCKS = {
  product: [["window", "×"], ["weights", "="], ["products", ""]],
  value: [["window", ""]],
  square: [["window", "→"], ["squared", ""]],
  "squared difference": [["window", "−"], ["code", "→"], ["squared", ""]],
};
const isWeight = (trace, block) => block === 1 && !!trace.weight;
const INK = { R: "#c0392b", G: "#1e8449", B: "#2e6fc4" };
const [TRIED, LOOKED_AT] = [9, 40]; // steps, and numbers of each, from which is foretold how wide numbers get

// ---- what stands where: the same for every step, so nothing jumps ----

/** @type {(trace: Trace) => Shape} */
export const shapeOf = (trace) => ({
  channels: trace.channels.length, kernel: [trace.down.length, trace.across.length], blocks: BLOCKS[trace.term].length,
  isNamed: trace.channels.length > 1 && trace.channels.length <= NAMED,
  isSummed: trace.channels.length > 1 && trace.channels.length <= NAMED && trace.reduction === "sum",
});

// The widest numbers of a trace, in font sizes, from some of its steps. One that is wider still widens them later.
function widest(stage) {
  const { trace, theme, player } = stage, { stops } = player;
  const blocks = BLOCKS[trace.term].length, found = { cells: Array(blocks).fill(1), sum: 1, name: 1 };
  for (let at = 0; at < trace.channels.length; at += 1) found.name = Math.max(found.name, emsOf(markOf(trace, at), theme.font));
  const tried = trace.filling ? 3 : TRIED; // it stands for a moment
  for (let at = 0; at < tried; at += 1) {
    const index = stops[Math.round((at * (stops.length - 1)) / (tried - 1))];
    const step = stepAt(trace, Math.floor(index / trace.outWidth), index % trace.outWidth);
    widen(found, stage, step, [...step.terms.keys()].filter((tap) => trace.taps <= LOOKED_AT || tap % Math.ceil(trace.taps / LOOKED_AT) === 0));
  }
  return found;
}

// Widen what is foretold to the numbers of these taps of a step; true where they needed it.
function widen(ems, stage, step, taps) {
  const { font } = stage.theme;
  const before = JSON.stringify(ems);
  for (let block = 0; block < ems.cells.length; block += 1) {
    for (const tap of taps) ems.cells[block] = Math.max(ems.cells[block], emsOf(textOf(stage, step, block, tap), font));
  }
  if (shapeOf(stage.trace).isSummed) stage.trace.channels.forEach((_, i) => { ems.sum = Math.max(ems.sum, emsOf(channelSum(stage, step, i), font)); });
  return JSON.stringify(ems) !== before;
}

export function operandsPlan(panel, stage) {
  const { made, trace } = stage;
  made.ems ??= widest(stage);
  const key = `${panel.width}|${panel.height}|${JSON.stringify(made.ems)}`;
  if (made.plan?.key !== key) made.plan = { key, ...planFor(panel, shapeOf(trace), made.ems) };
  return made.plan;
}

// The part of the terms that shows, where not all do.
export const partOf = (plan, stage) => (stage.part = partWithin(plan, shapeOf(stage.trace), stage.part));

// ---- painting ----

export function paintOperands(panel, stage) {
  const { made, step } = stage;
  let plan = operandsPlan(panel, stage);
  const shown = () => (plan.kind === "blocks" ? [...step.terms.keys()] : tapsOfPart(plan, shapeOf(stage.trace), partOf(plan, stage)));
  if (widen(made.ems, stage, step, shown())) plan = operandsPlan(panel, stage);
  const context = panel.begin();
  if (plan.kind === "written") paintWritten(context, panel, stage, plan, shown());
  else paintBlocks(context, stage, plan);
  return plan;
}

const ofLimit = ({ inputRange, weight }, made, largest = Math.max(...inputRange.map(Math.abs))) => largest * (weight ? made.weightLimit : largest);

// Where a tap reads: "inside" the input, "padding", "borrowed" from inside, or "nowhere".
function tapLies(trace, step, tap) {
  if (Number.isNaN(step.values[tap])) return "nowhere";
  const { x, y } = tapAt(trace, tap);
  return lyingOf(trace, step.top + y, step.left + x);
}

// The colour of a cell, and for the window's where it lies, too.
function colourOf({ trace, made, step, theme }, block, tap) {
  if (block === 0) {
    const lies = tapLies(trace, step, tap);
    if (lies === "nowhere" || lies === "padding") return theme.padding;
    const isColour = trace.depth === 3 && trace.channels.length === 3;
    const own = inputColour(trace, step.values[tap], theme, isColour ? trace.names.channels?.[tapAt(trace, tap).channel] : "");
    return lies === "borrowed" ? toPadding(own, theme) : own;
  }
  if (isWeight(trace, block)) return theme.signed[signedIndex(step.weights[tap], made.weightLimit)];
  return theme.signed[signedIndex(step.terms[tap], made.termLimit ??= ofLimit(trace, made))];
}

function textOf(stage, step, block, tap) {
  const { trace, say } = stage;
  if (block === 0) return trace.term === "value" && !Number.isNaN(step.terms[tap]) ? say.of(step).term(tap) : say.value(step.values[tap]);
  if (isWeight(trace, block)) return say.weight(step.weights[tap]);
  return stage.hidden ? "?" : say.of(step).term(tap);
}

const channelSum = (stage, step, channel) => (stage.hidden ? "?" : stage.say.of(step).partial(channel));

function paintCell(context, stage, block, tap, { x, y, width, height }) {
  const { theme, trace, step } = stage;
  if (isMissing(trace, step, tap)) return;
  const colour = colourOf(stage, block, tap);
  const isOutside = block === 0 && tapLies(trace, step, tap) !== "inside";
  fill(context, x, y, width, height, css(colour));
  if (isOutside) outline(context, x + 0.5, y + 0.5, width - 1, height - 1, theme.paddingLine, 1, [3, 3]);
  else outline(context, x, y, width, height, theme.border, 0.75);
  writeIn(context, textOf(stage, step, block, tap), x, y, width, height, inkOn(colour), theme.font, 500);
}

// What a part shows of each term: its numbers, and below them what they come to.
function paintWritten(context, panel, stage, plan, taps) {
  const { trace, theme, step } = stage, { box, cell } = plan;
  if (plan.overview) paintOverview(context, stage, plan.overview, taps);
  const operator = BLOCKS[trace.term][0][1], sign = operator === "×" ? "=" : "→";
  const last = step.terms.findLastIndex((_, tap) => !isMissing(trace, step, tap));
  taps.forEach((tap, slot) => {
    if (isMissing(trace, step, tap)) return;
    const [value, weight] = plan.at(slot);
    paintCell(context, stage, 0, tap, value);
    if (plan.isList) write(context, markOf(trace, tap), value.x - 5, value.y + cell / 2, 11, theme.muted, theme.font, 400, "right");
    if (box.weight) {
      const [from, to] = [value.x + value.width, weight.x + weight.width], middle = value.y + cell / 2;
      write(context, operator, from + (weight.x - from) / 2, middle, 15, theme.muted, theme.font);
      paintCell(context, stage, 1, tap, weight);
      const isAdded = trace.reduction === "sum" && !plan.isList && (plan.pages === 1 ? tap < last : slot % plan.nx < plan.nx - 1);
      if (isAdded) write(context, "+", to + 10, middle, 15, theme.muted, theme.font);
      const term = step.terms[tap];
      const colour = !(term < 0 || term > 0) ? theme.muted : term > 0 ? theme.positive : theme.negative;
      write(context, `${sign} ${textOf(stage, step, 2, tap)}`, (value.x + to) / 2, value.y + cell + 10, box.digits, colour, theme.font, 600);
    }
    const end = box.weight ? weight : value;
    if (trace.reduction === "max" && step.winner === tap) outline(context, value.x, value.y, value.width, cell, theme.window, 3);
    if (stage.pointer.tap === tap) outline(context, value.x - 2, value.y - 2, end.x + end.width - value.x + 4, cell + 4, theme.reached, 2.5);
  });
  if (plan.caption) write(context, captionOf(stage), panel.width / 2, panel.height - plan.caption / 2 + 2, 13, theme.text, theme.font, 600, "center", panel.width - 4);
}

// What the channels add up to: of two or three each, of more the one that shows.
function captionOf(stage) {
  const { trace, step, part: { channel } } = stage;
  if (trace.reduction !== "sum" || trace.channels.length === 1) return "";
  if (shapeOf(trace).isSummed) return trace.channels.map((_, i) => `${channelName(trace, i)} ${channelSum(stage, step, i)}`).join("  +  ");
  return `${channelName(trace, channel)} adds up to ${channelSum(stage, step, channel)}`;
}

// The words over the blocks, and the signs between them.
function paintHeads(context, { trace, theme }, plan, middles) {
  BLOCKS[trace.term].forEach(([name, operator], block) => {
    const x = plan.starts[block], end = x + plan.blocks[block];
    write(context, name, x + plan.blocks[block] / 2, 7, 11.5, theme.muted, theme.font);
    if (operator) for (const middle of middles) write(context, operator, end + plan.operator / 2, middle, 15, theme.muted, theme.font);
  });
}

// All terms, too small to be read, with an outline around those that can be read below.
function paintOverview(context, stage, plan, taps) {
  const { trace, theme, pointer } = stage;
  paintHeads(context, stage, plan, [plan.top + plan.height / 2]);
  BLOCKS[trace.term].forEach((_, block) => { if (!(stage.hidden && block && !isWeight(trace, block))) paintBlock(context, stage, plan, block); });
  if (trace.reduction === "max") outlineBox(context, plan.cellAt(0, stage.step.winner), theme.window, 2);
  plan.starts.forEach((_, block) => {
    const [first, last] = [plan.cellAt(block, taps[0]), plan.cellAt(block, taps.at(-1))];
    const isRow = taps.length === 1 || first.y === last.y || trace.area > 1;
    const cells = isRow ? [[first, last]] : taps.map((tap) => [plan.cellAt(block, tap), plan.cellAt(block, tap)]);
    for (const [from, to] of cells) {
      outline(context, from.x - 0.5, from.y - 0.5, to.x + to.width - from.x + 1, to.y + to.height - from.y + 1, theme.text, 1.5);
    }
    if (pointer.tap !== null) outlineBox(context, grown(plan.cellAt(block, pointer.tap), 1), theme.reached, 2.5);
  });
}

function paintBlocks(context, stage, plan) {
  const { trace, theme, step } = stage, { starts } = plan;
  const middles = plan.isNamed ? trace.channels.map((_, i) => plan.middleOf(i)) : [plan.top + plan.height / 2];
  paintHeads(context, stage, plan, middles);
  starts.forEach((_, block) => {
    for (let tap = 0; tap < trace.taps; tap += 1) paintCell(context, stage, block, tap, plan.cellAt(block, tap));
  });
  if (plan.isNamed) paintChannels(context, stage, plan);
  if (trace.reduction === "max") outlineBox(context, plan.cellAt(0, step.winner), theme.window, 3);
  const { tap } = stage.pointer;
  if (tap !== null) starts.forEach((_, block) => outlineBox(context, plan.cellAt(block, tap), theme.reached, 2.5));
}

// A block whose cells are too small for numbers: one small bitmap a channel, drawn large.
function paintBlock(context, stage, plan, block) {
  const { trace: { taps, channels, down, across } } = stage, [kh, kw] = [down.length, across.length];
  const small = plan.small = bitmapOf(kw, kh * channels.length, (pixels) => {
    for (let tap = 0; tap < taps; tap += 1) pixels[tap] = isMissing(stage.trace, stage.step, tap) ? 0 : pack(colourOf(stage, block, tap).map(Math.round));
  }, plan.small);
  channels.forEach((_, channel) => {
    const [x, y] = plan.cornerOf(block, channel);
    drawCells(context, small, 0, channel * kh, kw, kh, x, y, kw * plan.cell, kh * plan.cell);
    if (plan.cell > 3) outline(context, x, y, kw * plan.cell, kh * plan.cell, stage.theme.border, 0.75);
  });
}

// A channel in one sign or two: "map 12" as 12, "red" as R.
function markOf(trace, index) {
  const name = channelName(trace, index), last = (at) => /\d+$/.exec(channelName(trace, at))?.[0];
  if (!last(index)) return name[0].toUpperCase();
  // The same map of two or three branches: which layer's, "5" of "5 CONV 3 × 3, map 1".
  const isShared = trace.channels.length <= NAMED && trace.channels.some((_, at) => at !== index && last(at) === last(index));
  return isShared ? /\d+/.exec(name)[0] : last(index);
}

// The channels' names, and what each adds up to.
function paintChannels(context, stage, plan) {
  const { trace, theme, step } = stage, last = plan.starts.length - 1;
  const end = plan.starts[last] + plan.blocks[last];
  trace.channels.forEach((_, i) => {
    const mark = markOf(trace, i), middle = plan.middleOf(i), below = plan.cornerOf(0, i)[1] + trace.down.length * plan.cell;
    write(context, mark, plan.starts[0] - 11, middle, 14, theme.dark ? theme.text : INK[mark] ?? theme.text, theme.font, 700);
    if (!plan.sums) return;
    const isLast = i === trace.channels.length - 1, text = `Σ ${channelSum(stage, step, i)}`;
    if (plan.sums === "below") { write(context, `${i ? "+ " : ""}${text}`, end, below + 9, 12.5, theme.text, theme.font, 600, "right"); return; }
    write(context, text, end + 6, middle, 13, theme.text, theme.font, 600, "left");
    if (!isLast) write(context, "+", end + 34, middle + plan.step / 2, 13, theme.muted, theme.font);
  });
}

// ---- what lies under a point, and what shows ----

// Which tap, and of which block, lies under a point of the panel; `isSmall` where it is one of those that cannot be read.
export function tapUnder(panel, stage, x, y) {
  const { trace } = stage, plan = operandsPlan(panel, stage), within = (box) => isInside(box, x, y);
  if (plan.kind === "written") {
    for (const [slot, tap] of tapsOfPart(plan, shapeOf(trace), partOf(plan, stage)).entries()) {
      const cells = plan.at(slot), block = isMissing(trace, stage.step, tap) ? -1 : cells.findIndex(within);
      if (block >= 0) return { tap, block };
      // What it comes to, below both of them.
      if (plan.box.weight && within({ x: cells[0].x, y: cells[0].y, width: cells[1].x + cells[1].width - cells[0].x, height: plan.box.height })) return { tap, block: 2 };
    }
  }
  const small = plan.kind === "blocks" ? plan : plan.overview;
  for (let tap = 0; small && tap < trace.taps; tap += 1) {
    for (let block = 0; block < small.starts.length; block += 1) {
      if (!isMissing(trace, stage.step, tap) && within(small.cellAt(block, tap))) return { tap, block, isSmall: plan.kind !== "blocks" };
    }
  }
  return null;
}

// The words for the part that shows: "red, rows 1 to 4, columns 1 to 6 of 15 × 15".
export function partText(plan, stage) {
  const { trace, part } = stage, count = trace.channels.length;
  if (plan.isList) {
    const last = Math.min(count, part.channel + plan.nx * plan.ny);
    return `${trace.term}s ${grouped(part.channel + 1)} to ${grouped(last)} of ${grouped(count)}`;
  }
  const name = count > 1 ? channelName(trace, part.channel) : "";
  if (plan.rows * plan.columns === 1) return `${name}, ${part.channel + 1} of ${count}`;
  const span = (word, from, shown, of) => (shown === of ? "" : shown > 1 ? `${word}s ${from + 1}–${from + shown}` : `${word} ${from + 1}`);
  return [name, span("row", part.row, plan.ny, trace.down.length), span("column", part.column, plan.nx, trace.across.length)].filter(Boolean).join(", ");
}
