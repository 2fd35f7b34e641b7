// The stamps on the page: the input, one number of it times the kernel, the output that all of them add up to, with what
// the scissors cut off, and how many each cell got.
import { cellOf, extentOf, isPadded, middleOf, nearestTo, positionOf, readers, startOf } from "../drawing/axis.js";
import { icon, isInside, isShortcut, make, named, onPointing, pointOn, say } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { View, isReduced, mount } from "../drawing/mount.js";
import { clamp, decimalsFor, fixed, grouped, insideOf, largestOf, many, number, rangeOf, rangeText, times } from "../drawing/numbers.js";
import { inkOn, inputColour, signedIndex } from "../drawing/palette.js";
import { bitmapOf, eachCell, emsOf, fill, fitsIn, grown, headed, outline, outlineBox, pack, shade, stroke, writeIn } from "../drawing/paper.js";
import { adding } from "./added.js";

const LARGEST = 56; // pixels of a cell
const QUICK = 4; // seconds that all stamps take, one after another; of few each has its moment
const MOMENT = 500; // ms

const isWhole = (numbers) => numbers.every((value) => Number.isInteger(value));
// In as many decimals as show three digits of the largest.
const saying = (numbers) => { const decimals = isWhole(numbers) ? 0 : Math.min(4, decimalsFor(largestOf(numbers), 3)); return (value) => fixed(value, decimals); };

// at      the output cell under the cursor        stamp   the input number whose stamp is shown; null where none reaches
// done    how many stamps have been added
class Stamps extends View {
  at = { row: 0, column: 0 }; stamp = null; done = 0; frameOf = 0; last = 0; playing = false; drawing = 0; high = 0; wide = 0;
  /** @type {StampsMessage} */ data;

  constructor() {
    super();
    this.panels = { input: headed("stamps-input"), one: headed("stamps-one"), output: headed("stamps-output"), counts: headed("stamps-counts") };
    const { input, one, output, counts } = this.panels;
    say(counts.heading, "Stamps on each cell");
    this.play = named("Stamp by stamp", { class: "icon", onclick: () => this.toggle() }, icon("play"), icon("pause"));
    this.scrub = make("input", { type: "range", min: "0", "aria-label": "How many stamps are added", oninput: () => this.add(Number(this.scrub.value)) });
    this.told = make("span", { class: "stamps-done" });
    this.line = make("p", { class: "stamps-line", "aria-live": "polite" });
    this.maps = make("div", {
      class: "stamps-maps", tabindex: "0", role: "group",
      "aria-label": "The stamps. Arrow keys go from one number of the input to the next.", onkeydown: (event) => this.onKey(event),
    }, input.element, output.element, one.element, counts.element);
    this.root = make("div", { class: "stamps" }, this.maps, make("div", { class: "stamps-controls" }, this.play, this.scrub, this.told), this.line);
    this.frame = make("div", { class: "frame" }, this.root);
    const over = (panel, point) => onPointing(panel.canvas, (event) => { const cell = this.cellUnder(panel, event); if (cell) point(cell); }, () => {});
    const leaves = [over(input, (cell) => this.pick(cell)), over(output, (cell) => this.point(cell)), over(counts, (cell) => this.point(cell))];
    this.leave = () => { cancelAnimationFrame(this.frameOf); leaves.forEach((leave) => leave()); };
  }

  receive(bytes) {
    const data = (this.data = opened(bytes)), { input, weight, whole, divisor } = data;
    this.sums = adding(data);
    [this.high, this.wide] = input.shape;
    this.values = Float64Array.from(input.data, (value) => value / divisor);
    const range = input.data instanceof Uint8Array ? [0, 255 / divisor] : rangeOf(this.values);
    this.looks = { inputRange: range, inputLimit: input.data instanceof Uint8Array ? 0 : largestOf(this.values) || 1 };
    this.limit = largestOf(whole.data);
    this.most = largestOf(data.counts.data);
    this.says = { value: saying(this.values), sum: saying(whole.data), one: saying(Float64Array.from(weight.data, (each) => each * largestOf(this.values))) };
    this.stop();
    this.done = this.count;
    this.drawing += 1;
    this.scrub.max = String(this.count);
    say(this.panels.input.heading, data.name);
    this.meet(data.group);
    this.go(this.at);
    this.link.tell({ asks: true });
  }

  get count() { return this.high * this.wide; }

  // ---- where the cursor stands ----

  go({ row, column }) {
    const { rows, columns, size: [high, wide] } = this.data;
    this.at = { row: clamp(row, 0, high - 1), column: clamp(column, 0, wide - 1) };
    const [y, x] = [this.reaching(rows, this.at.row, this.high), this.reaching(columns, this.at.column, this.wide)].map((found) => found[(found.length - 1) >> 1]);
    this.stamp = y === undefined || x === undefined ? null : { row: y, column: x };
    this.repaint();
  }

  // The numbers of the input whose stamps reach a position of the output.
  reaching(axis, position, count) { return readers(axis, position, count); }

  // An output cell under the pointer.
  point({ row, column }) {
    const { rows, columns } = this.data;
    this.go({ row: positionOf(rows, row), column: positionOf(columns, column) });
    this.tell();
  }

  // A number of the input: the cursor goes to the middle of its stamp.
  pick({ row, column }) {
    const { rows, columns, twin: [down, across], size: [high, wide] } = this.data;
    // Where the number stands once zeros are put between: as far on as its stamp lies before anything is cut.
    const spread = (axis, index) => cellOf(axis, startOf(axis, index));
    this.at = { row: nearestTo(down, spread(rows, row), high), column: nearestTo(across, spread(columns, column), wide) };
    this.stamp = { row, column };
    this.repaint();
    this.tell();
  }

  tell() {
    const { twin: [down, across] } = this.data, { row, column } = this.at;
    this.link.tell({ row, column, y: middleOf(down, row), x: middleOf(across, column), isMove: true, isFilling: false });
  }

  follow({ asks, row, column }) {
    if (asks || row === undefined || (row === this.at.row && column === this.at.column)) return;
    this.stop();
    this.done = this.count;
    this.go({ row, column });
  }

  onKey(event) {
    const by = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (isShortcut(event) || !by) return;
    event.preventDefault();
    const { row, column } = this.stamp ?? { row: 0, column: 0 };
    this.pick({ row: clamp(row + by[0], 0, this.high - 1), column: clamp(column + by[1], 0, this.wide - 1) });
  }

  // ---- one stamp after another ----

  add(done) {
    this.stop();
    this.put(done);
  }

  put(done) {
    this.done = clamp(done, 0, this.count);
    const at = Math.max(0, this.done - 1);
    this.pick({ row: Math.floor(at / this.wide), column: at % this.wide });
  }

  toggle() {
    if (this.playing) { this.stop(); this.repaint(); return; }
    if (this.done >= this.count) this.done = 0;
    Object.assign(this, { playing: true, last: 0 });
    const each = Math.min(MOMENT, (QUICK * 1000) / this.count), step = isReduced() ? Math.max(each, MOMENT) : each;
    const tick = (now) => {
      if (!this.playing) return;
      const due = Math.floor((now - (this.last ||= now - step)) / step);
      if (due > 0) { this.last += due * step; this.put(this.done + due); }
      if (this.done >= this.count) { this.stop(); this.repaint(); return; }
      this.frameOf = requestAnimationFrame(tick);
    };
    this.frameOf = requestAnimationFrame(tick);
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frameOf);
  }

  // ---- painting ----

  // Where a map of so many rows and columns stands in a panel.
  boxOf({ panel }, high, wide) {
    const cell = Math.min((panel.width - 4) / wide, (panel.height - 4) / high, LARGEST);
    return { cell, x: (panel.width - wide * cell) / 2, y: 2, width: wide * cell, height: high * cell };
  }

  sizeOf(part) { return part === this.panels.input ? [this.high, this.wide] : this.data.whole.shape; }

  cellUnder(part, event) {
    const [high, wide] = this.sizeOf(part), box = this.boxOf(part, high, wide), [x, y] = pointOn(part.canvas, event);
    if (!isInside(box, x, y)) return null;
    return { row: Math.min(high - 1, Math.floor((y - box.y) / box.cell)), column: Math.min(wide - 1, Math.floor((x - box.x) / box.cell)) };
  }

  paint() {
    const { input, one, output, counts } = this.panels, { data } = this;
    for (const { panel } of Object.values(this.panels)) panel.fit();
    if (!input.panel.width) return; // not on the screen
    const isAll = this.done >= this.count, made = isAll ? { sums: data.whole.data, counts: data.counts.data } : this.sums.upTo(this.done);
    const key = `${this.drawing}|${this.theme.dark}|${isAll ? "" : this.done}`;
    const colourOf = (value) => inputColour(this.looks, value, this.theme);
    const signed = (limit) => (value) => this.theme.signed[signedIndex(value, limit)];
    this.paintMap(input, `${this.drawing}|${this.theme.dark}`, this.values, colourOf, this.says.value);
    this.paintMap(output, key, made.sums, signed(this.limit), this.says.sum);
    this.paintMap(counts, key, made.counts, signed(this.most), grouped);
    this.paintGiven();
    for (const part of [output, counts]) this.paintStamp(part);
    this.paintOne(one);
    this.write();
  }

  // A map's colours, and where its cells are large enough their edges and numbers.
  paintMap(part, key, numbers, colourOf, text) {
    const { panel } = part, [high, wide] = this.sizeOf(part), box = this.boxOf(part, high, wide), { theme } = this;
    panel.begin();
    panel.lay("map", key, (context) => {
      const bitmap = bitmapOf(wide, high, (pixels) => { for (let at = 0; at < pixels.length; at += 1) pixels[at] = pack(colourOf(numbers[at])); });
      context.imageSmoothingEnabled = box.cell < 1;
      context.imageSmoothingQuality = "medium";
      context.drawImage(bitmap, box.x, box.y, box.width, box.height);
      if (box.cell >= 9) {
        const [low, most] = rangeOf(numbers), ems = Math.max(emsOf(text(low), theme.font), emsOf(text(most), theme.font)), isNumbered = fitsIn(ems, box.cell, box.cell);
        eachCell({ x: 0, y: 0, width: wide, height: high }, (row, column) => {
          const [x, y, value] = [box.x + column * box.cell, box.y + row * box.cell, numbers[row * wide + column]];
          outline(context, x, y, box.cell, box.cell, theme.border, 0.75);
          if (isNumbered) writeIn(context, text(value), x, y, box.cell, box.cell, inkOn(colourOf(value)), theme.font, 500);
        });
      }
      outlineBox(context, box, theme.border, 1);
      if (part !== this.panels.input) this.paintCut(context, box);
    });
  }

  // What the scissors take: dimmed and struck through, outside of a dashed line.
  paintCut(context, box) {
    const { rows, columns, size: [high, wide] } = this.data, { theme } = this;
    if (!isPadded(rows) && !isPadded(columns)) return;
    const kept = { x: box.x + cellOf(columns, 0) * box.cell, y: box.y + cellOf(rows, 0) * box.cell, width: wide * box.cell, height: high * box.cell };
    context.save();
    context.beginPath();
    context.rect(box.x, box.y, box.width, box.height);
    context.rect(kept.x, kept.y, kept.width, kept.height);
    context.clip("evenodd");
    shade(context, box, kept, theme.unread);
    const strokes = Array.from({ length: Math.ceil((box.width + box.height) / 6) }, (_, at) => box.x - box.height + 6 * at);
    stroke(context, strokes.map((x) => [[x, box.y + box.height], [x + box.height, box.y]]), theme.unreadLine, 0.75);
    context.restore();
    outlineBox(context, kept, theme.text, 1.5, [5, 4]);
  }

  mark(context, box, thickness = 3) {
    const whole = grown(box, Math.max(0, 6 - Math.min(box.width, box.height)) / 2);
    outlineBox(context, grown(whole, 1), "rgba(255,255,255,0.65)", thickness + 1);
    outlineBox(context, whole, this.theme.window, thickness);
  }

  // The numbers whose stamps reach the cell, and the one whose stamp is shown.
  paintGiven() {
    const { input } = this.panels, { rows, columns } = this.data, box = this.boxOf(input, this.high, this.wide), { context } = input.panel;
    const cellAt = (row, column) => ({ x: box.x + column * box.cell, y: box.y + row * box.cell, width: box.cell, height: box.cell });
    for (const row of this.reaching(rows, this.at.row, this.high)) {
      for (const column of this.reaching(columns, this.at.column, this.wide)) outlineBox(context, grown(cellAt(row, column), -1), this.theme.window, 1.5, [3, 2]);
    }
    if (this.stamp) this.mark(context, cellAt(this.stamp.row, this.stamp.column));
  }

  // Where the stamp falls, and the cell under the cursor.
  paintStamp(part) {
    const { rows, columns, whole: { shape } } = this.data, box = this.boxOf(part, ...shape), { context } = part.panel, { at, stamp } = this;
    const boxOf = (row, column, high, wide) => ({ x: box.x + cellOf(columns, column) * box.cell, y: box.y + cellOf(rows, row) * box.cell, width: wide * box.cell, height: high * box.cell });
    if (stamp) this.mark(context, boxOf(startOf(rows, stamp.row), startOf(columns, stamp.column), extentOf(rows), extentOf(columns)));
    const cell = boxOf(at.row, at.column, 1, 1);
    if (box.cell >= 9) outlineBox(context, grown(cell, -2), this.theme.window, 2);
    else fill(context, cell.x, cell.y, Math.max(2, cell.width), Math.max(2, cell.height), this.theme.window);
  }

  // One number times the kernel.
  paintOne(part) {
    const { weight } = this.data, { theme, stamp, at } = this, context = part.panel.begin();
    if (!stamp) return;
    const [high, wide] = weight.shape, box = this.boxOf(part, high, wide), value = this.values[stamp.row * this.wide + stamp.column];
    const limit = largestOf(weight.data) * largestOf(this.values), { rows, columns } = this.data;
    eachCell({ x: 0, y: 0, width: wide, height: high }, (row, column) => {
      const made = value * weight.data[row * wide + column], colour = theme.signed[signedIndex(made, limit)];
      const [x, y] = [box.x + column * box.cell, box.y + row * box.cell], text = this.says.one(made);
      fill(context, x, y, box.cell, box.cell, `rgb(${colour})`);
      outline(context, x, y, box.cell, box.cell, theme.border, 0.75);
      if (fitsIn(emsOf(text, theme.font), box.cell, box.cell)) writeIn(context, text, x, y, box.cell, box.cell, inkOn(colour), theme.font, 500);
    });
    outlineBox(context, box, theme.window, 3);
    const [y, x] = [at.row - startOf(rows, stamp.row), at.column - startOf(columns, stamp.column)];
    if (y >= 0 && x >= 0 && y < high && x < wide) outlineBox(context, grown({ x: box.x + x * box.cell, y: box.y + y * box.cell, width: box.cell, height: box.cell }, -2), theme.window, 2);
  }

  // ---- words ----

  write() {
    const { input, one, output } = this.panels, { data, stamp, at } = this, { rows, columns, size: [high, wide] } = data;
    const value = stamp && this.values[stamp.row * this.wide + stamp.column], kernel = times(...data.weight.shape);
    say(input.note, times(this.high, this.wide));
    say(one.heading, stamp ? `Stamp: ${this.says.value(value)} × kernel` : "No stamp");
    say(one.note, kernel);
    say(output.heading, "All stamps added up");
    const [cut, full] = [isPadded(rows) || isPadded(columns), times(...data.whole.shape)];
    say(output.note, cut ? `${full}, cut to ${times(high, wide)}` : full);
    say(this.told, `${grouped(this.done)} of ${many(this.count, "stamp")}`);
    if (Number(this.scrub.value) !== this.done) this.scrub.value = String(this.done);
    [...this.play.children].forEach((shape, which) => { shape.style.display = this.playing === (which === 1) ? "" : "none"; });
    const got = this.reaching(rows, at.row, this.high).length * this.reaching(columns, at.column, this.wide).length;
    const cell = `Row ${grouped(at.row + 1)}, column ${grouped(at.column + 1)} of the output gets ${many(got, "stamp")}`;
    const span = (word, axis, index, size) => rangeText(word, insideOf({ first: startOf(axis, index), count: extentOf(axis) }, size)).replace("of padding", "cut off").replace("only padding beyond", "nothing but what is cut off of");
    const told = stamp && `The ${number(value)} in row ${grouped(stamp.row + 1)}, column ${grouped(stamp.column + 1)} is multiplied by ${kernel} weights and added to ${span("row", rows, stamp.row, high)}, ${span("column", columns, stamp.column, wide)}.`;
    this.line.setAttribute("aria-live", this.playing ? "off" : "polite");
    say(this.line, stamp ? `${told} ${cell}.` : `${cell}: it stays 0.`);
    Object.assign(this.line.dataset, { at: `${at.row}.${at.column}`, stamp: stamp ? `${stamp.row}.${stamp.column}` : "", got: String(got) });
  }
}

export default mount(Stamps);
