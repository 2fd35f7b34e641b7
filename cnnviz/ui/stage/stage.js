// The stage: its elements, what it makes of a new trace, and the panels and words of the current step. What moves it is
// in player.js, what points at it in pointer.js; nothing here asks the server for anything.
import { isBeyond, middleOf } from "../drawing/axis.js";
import { Tip, button, icon, make, named, press, say } from "../drawing/elements.js";
import { View, isReduced, mount } from "../drawing/mount.js";
import { endsOf, grouped, largestOf, many, percent, times } from "../drawing/numbers.js";
import { headed, sideFor } from "../drawing/paper.js";
import { opened } from "../drawing/envelope.js";
import { heldAs } from "../drawing/held.js";
import { hasOwnWeights, outputAt, stepAt, tapsAt, worked } from "./arithmetic.js";
import { fullColour, inputBitmap, outputBitmap, prepare } from "./bitmaps.js";
import { built } from "./formula.js";
import { Handles } from "./handles.js";
import { inputEms, inputPlan, paintInput } from "./input.js";
import { outputEms, outputPlan, paintOutput } from "./output.js";
import { operandsPlan, paintOperands, partOf, partText, shapeOf } from "./operands.js";
import { LiveStage } from "./live.js";
import { FIRST, partAfter, partAround } from "./plan.js";
import { NUMBERED, Player } from "./player.js";
import { Place } from "./place.js";
import { Pointer } from "./pointer.js";
import { narrate, speaker, total } from "./words.js";

const SLIT = 48; // pixels of the shorter side of a map that can be seen
const LETTER = 0.43; // of the sum's line, in font sizes, on the average

class Stage extends View {
  guessing = false; revealed = false; drawing = 0; part = FIRST; isSaid = false; isFollowing = false; isFitted = false; wide = 0; told = ""; written = 0; letter = 0; made; say;
  /** @type {Trace} */ trace; /** @type {Trace} */ base; /** @type {Step} */ step;

  constructor() {
    super();
    this.place = new Place(this);
    this.player = new Player(this);
    this.pointer = new Pointer(this);
    this.live = new LiveStage(this);
    this.build();
    this.handles = new Handles(this);
  }

  build() {
    this.input = headed("input");
    this.operands = headed("operands");
    this.output = headed("output");
    this.value = make("output", { class: "value" });
    this.output.heading.after(this.value);
    this.sum = make("span", { class: "left" });
    this.answer = make("output");
    this.reveal = named("Show the answer", { onclick: () => { this.revealed = true; this.repaint(); } }, "?");
    const turn = (label, title, by) => named(title, { class: "turn", onclick: () => this.turn(by) }, label);
    this.partWords = make("span", {});
    this.parts = make("span", { class: "parts" }, turn("‹", "The numbers before", -1), this.partWords, turn("›", "The next numbers", 1));
    this.operands.note.after(this.parts);
    // Where two stages stand side by side the terms have room only when they are asked for.
    const unfold = () => {
      this.unfold.setAttribute("aria-expanded", String(this.root.classList.toggle("is-unfolded")));
      this.repaint();
    };
    this.unfold = button({ title: "Show the terms of the sum", class: "unfold", "aria-expanded": "false", onclick: unfold });
    this.operands.element.append(make("div", { class: "total" }, this.sum, "=", this.answer, this.reveal, this.unfold));
    this.playWord = make("span", {}, "Play");
    this.playIcons = [icon("play"), icon("pause")];
    const onIcon = (name, title, onclick) => named(title, { class: "icon", onclick }, icon(name));
    const playButton = button({ title: "Play or pause (space)", class: "play", onclick: () => this.player.toggle() }, ...this.playIcons, this.playWord);
    const back = onIcon("back", "One step back (left arrow)", () => this.player.move(-1));
    const forward = onIcon("forward", "One step on (right arrow)", () => this.player.move(1));
    this.scrub = make("input", { type: "range", min: "1", value: "1", "aria-label": "Step", oninput: () => this.player.go(Number(this.scrub.value) - 1) });
    this.count = make("span", { class: "count" });
    this.speed = make("select", { "aria-label": "Speed", title: "Speed", onchange: () => this.player.keepSpeed() });
    const sweep = (label, title, isOverview) => button({ title, onclick: () => this.player.setOverview(isOverview) }, label);
    this.overviewButton = sweep("overview", "Play about 25 well-chosen stops", true);
    this.everyButton = sweep("every step", "Play every step", false);
    this.segment = make("span", { class: "segment" }, this.overviewButton, this.everyButton);
    const onGuess = () => {
      Object.assign(this, { guessing: !this.guessing, revealed: false });
      press(guess, this.guessing);
      this.repaint();
    };
    const guess = button({ title: "Hide each answer until you click it", onclick: onGuess }, "guess first");
    const zoomOut = onIcon("out", "Zoom out", () => this.player.zoomTo(this.player.zoom / 2));
    const zoomIn = onIcon("in", "Zoom in", () => this.player.zoomTo(this.player.zoom * 2));
    this.zooms = make("span", { class: "segment zooms" }, zoomOut, zoomIn);
    const full = onIcon("full", "Full screen (f)", () => this.toggleFull());
    this.whole = make("figure", { class: "whole" });
    this.line = make("p", { class: "line", "aria-live": "polite" });
    this.tip = new Tip();
    this.root = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "The operation, step by step" },
      make("div", { class: "panels" }, this.input.element, this.operands.element, this.output.element),
      make("div", { class: "controls" }, playButton, back, forward, this.scrub, this.count, this.speed, this.segment, guess, this.zooms, full),
      this.line, this.whole, this.tip.element);
    this.root.addEventListener("keydown", (event) => this.pointer.onKey(event));
    this.pointer.listen();
    this.formula = make("div", { class: "formula" });
    this.figures = make("p", { class: "figures" });
    this.frame = make("div", { class: "frame" }, this.formula, this.root, this.figures);
  }

  // ---- a new trace ----

  // Its input may be on its way by itself, and the kernel for what is changed under the finger: false until they are there.
  receive(data) {
    const told = opened(data), { live } = told.options;
    return this.need([told.held, live?.kernels, live?.source?.held].filter(Boolean), () => {
      this.base = worked(told.held ? { ...told, input: heldAs(told.held).input } : told);
      this.formula.replaceChildren(...built(told.options.formula ?? []));
      this.figures.replaceChildren(...built(told.options.figures ?? []));
      this.live.receive();
    });
  }

  // Put another trace on the stage: Python's, or what would come of a setting that is still being changed.
  /** @param {Trace} trace */
  show(trace) {
    const before = this.trace;
    Object.assign(this, { trace, made: prepare(trace, this.theme, this.made), say: speaker(trace), revealed: false, drawing: this.drawing + 1 });
    this.root.classList.toggle("is-compact", Boolean(trace.options.compact));
    this.root.classList.toggle("is-terms", Boolean(trace.options.terms));
    this.pointer.letGo();
    this.player.receive(before);
    this.isSaid = true;
    this.meet(trace.options.group);
    if (!this.hasPlace) this.link?.tell({ asks: true });
    this.place.tell();
    this.scrub.max = trace.count;
    say(this.input.heading, trace.names.input ?? "Input");
    say(this.output.heading, trace.names.output ?? "Output");
    if (trace.options.whole) this.showWhole();
    if (!before && trace.options.autoplay && !isReduced()) this.player.toggle();
    if (trace.filling) this.repaint(); else this.draw(); // a preview may be told of more often than there are frames
  }

  // More of a map that is filling in is there.
  refill() {
    const { trace, made } = this;
    if (trace.filling.isThrough) {
      trace.filling.take(trace);
      made.input = inputBitmap(trace, made.layout, this.theme);
      this.drawing += 1;
      this.repaint();
    }
    trace.limit = trace.filling.largest;
    made.outputRange = [-trace.limit, trace.limit];
    outputBitmap(trace, this.theme, made.output);
    if (this.step && !this.waiting && this.output.panel.width) paintOutput(this.output.panel, this);
  }

  // The whole map, a pixel a number. A small one stands in the output panel already, with its numbers to be found.
  showWhole() {
    const { outWidth, outHeight, count } = this.trace, limit = fullColour(this.trace);
    if (count <= NUMBERED) { this.whole.replaceChildren(); return; }
    this.made.output.style.width = `${outWidth * Math.max(1, Math.floor(160 / Math.max(outWidth, outHeight)))}px`;
    this.made.output.setAttribute("role", "img");
    this.made.output.setAttribute("aria-label", `The whole map, ${times(outHeight, outWidth)} numbers`);
    const [least, most] = endsOf(limit), scale = make("span", { class: "scale" }, least, make("i"), most);
    this.whole.replaceChildren(make("figcaption", {}, make("b", {}, "The whole map, a pixel a number"), scale), this.made.output);
  }

  // ---- one cursor for several stages ----

  // Whether the link or Python tells it where to stand. One that has no such place stands where its group does.
  get hasPlace() { return Boolean(this.trace.options.link || this.trace.options.at); }

  // ---- how the maps show ----

  get outputView() { return outputPlan(this.output.panel, this); }

  // What can be zoomed: its size, how large its cells are as a whole, and how large they must be for their numbers.
  // Nothing, where the input is several tiles: one place of the output is then a place in each of them.
  get zoomable() {
    const { made: { layout }, trace } = this, ems = inputEms(this);
    if (!this.isFitted) this.fit();
    if (layout.tiles > 1) return [];
    const told = (panel, width, height, needed, size = Math.max(width, height)) => {
      const cell = Math.min((panel.width - 4) / width, (panel.height - 4) / height);
      return { width, height, size, needed, cell: cell > 0 ? cell : Infinity }; // not on the screen
    };
    return [
      told(this.output.panel, trace.outWidth, trace.outHeight, sideFor(outputEms(this))),
      told(this.input.panel, layout.width, layout.height, ems === null ? 0 : sideFor(ems), Math.max(trace.width, trace.height)),
    ];
  }

  // The zoom at which the shorter side of each of them can be seen.
  get slitZoom() {
    return Math.max(1, ...this.zoomable.map(({ width, height, cell }) => SLIT / Math.min(width, height) / cell));
  }

  resized() {
    this.isFitted = false;
    this.repaint();
  }

  // Fit the panels to their places: once a frame, for to ask where they are costs a layout of the page.
  fit() {
    this.isFitted = true;
    this.wide = this.root.clientWidth;
    const isNew = [this.input, this.operands, this.output].map(({ panel }) => panel.fit()).some(Boolean);
    if (!isNew) return;
    this.sum.parentElement.classList.remove("is-long");
    this.letter = LETTER * parseFloat(getComputedStyle(this.sum).fontSize);
    this.player.offerZoom();
  }

  // Show the part of the terms that has this one.
  lookAt(tap) {
    this.part = partAround(operandsPlan(this.operands.panel, this), shapeOf(this.trace), tap);
    this.repaint();
  }

  // The next part of the terms, or the one before.
  turn(by) {
    const plan = operandsPlan(this.operands.panel, this);
    this.part = partAfter(plan, shapeOf(this.trace), partOf(plan, this), by);
    this.repaint();
  }

  get isFilling() { return this.player.filled < this.trace.count; }

  // Where this stage is, to be compared with what the group knows of it.
  get news() {
    const { step, pointer: { pixel } } = this;
    return `${this.drawing}|${step.row}|${step.column}|${pixel?.x}|${pixel?.y}|${this.isFilling}|${this.hidden}`;
  }

  // Say where this stage is, if that is news to the group. A new trace at the old place is news to whoever shows its
  // numbers, but moves no other stage.
  tell() {
    const { news } = this;
    if (!this.link || news === this.told) return;
    this.told = news;
    const { step, trace, isFilling, pointer: { pixel } } = this;
    this.link.tell({
      unit: trace.options.unit, row: step.row, column: step.column, isMove: !this.isSaid, isFilling, isHidden: this.hidden,
      text: this.hidden ? undefined : this.say.of(step).result,
      value: trace.taps === 1 ? step.values[0] : undefined, pixel,
      y: middleOf(trace.rows, step.row), x: middleOf(trace.columns, step.column),
    });
    this.isSaid = false;
  }

  // Go where another one is: to the same output of the same map, or to the output nearest to the same place.
  follow(place) {
    const { trace } = this;
    if (place.asks) { this.told = ""; if (this.step) this.tell(); return; }
    const isSame = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
    const { unit } = trace.options;
    if (unit ? !isSame(unit, place.unit) : place.y === undefined || (this.hasPlace && !place.isMove)) return;
    const index = unit ? place.row * trace.outWidth + place.column : this.pointer.nearestOutput(place);
    this.player.stop();
    this.player.set(index, false);
    this.player.filled = place.isFilling ? this.player.index + 1 : trace.count;
    const { pixel } = place;
    const isHere = pixel && !isBeyond(trace.rows, pixel.y, trace.height) && !isBeyond(trace.columns, pixel.x, trace.width);
    this.pointer.pixel = isHere ? { ...pixel, tile: 0 } : null;
    this.isFollowing = true;
    this.repaint();
  }

  // ---- painting ----

  // The output whose step is shown.
  get shown() { return this.pointer.hover ?? this.player.index; }
  get hidden() { return this.guessing && !this.revealed; }

  // Playing, it draws each frame by itself.
  paint() { if (this.trace && !this.player.playing) this.draw(); }

  draw() {
    const { trace } = this;
    this.fit();
    const hasMaps = this.input.panel.width > 0; // else not on the screen, or shown by something else
    if (!hasMaps && !this.operands.panel.width) return;
    const shown = this.shown;
    this.step = stepAt(trace, Math.floor(shown / trace.outWidth), shown % trace.outWidth);
    if (hasOwnWeights(trace)) Object.assign(this.made, { weightLimit: largestOf(this.step.weights), termLimit: undefined });
    if (hasMaps) paintInput(this.input.panel, this);
    if (this.operands.panel.width) paintOperands(this.operands.panel, this); // a compact stage has no room for it
    if (hasMaps) { paintOutput(this.output.panel, this); this.handles.draw(); }
    this.write();
    if (this.isFollowing) { this.isFollowing = false; this.told = this.news; } // it was the group that said so
    else this.tell();
  }

  // The words. While playing fast they change a few times a second: nobody reads faster, and layout costs.
  write() {
    const now = performance.now();
    if (this.player.playing && Number(this.speed.value) !== 1 && now - this.written < 66) return;
    this.written = now;
    const { trace, step } = this;
    const { place } = trace.names;
    say(this.operands.heading, place ? `${place} ${grouped(step.column + 1)}` : `Row ${grouped(step.row + 1)}, column ${grouped(step.column + 1)}`);
    const plan = operandsPlan(this.operands.panel, this), isPart = this.operands.panel.width > 0 && plan.pages > 1;
    say(this.operands.note, many(tapsAt(trace, step), trace.term));
    say(this.unfold, many(tapsAt(trace, step), trace.term));
    this.parts.style.display = isPart ? "" : "none";
    if (isPart) say(this.partWords, partText(plan, this));
    const { cell } = inputPlan(this.input.panel, this).box;
    const scale = cell < 1 && this.wide > 560 ? ` at ${percent(Math.round(100 * cell), 100)}` : "";
    say(this.input.note, times(trace.height, trace.width, trace.depth) + (trace.spacing ? ", zeros between" : "") + scale);
    say(this.output.note, times(trace.outHeight, trace.outWidth, 1));
    // Python's number; the one in the sum's line is the JavaScript's.
    say(this.value, this.hidden ? "?" : this.say.output(outputAt(trace, step.row, step.column)));
    const { left, result } = total(trace, step, this.say);
    const { hidden } = this;
    say(this.sum, hidden ? "the sum" : left);
    say(this.answer, result);
    // A long sum goes into two smaller lines. Told by its letters: to measure it costs a layout at each step.
    this.sum.parentElement.classList.toggle("is-long", (left.length + result.length + 3) * this.letter > this.operands.panel.width);
    this.answer.style.display = hidden ? "none" : "";
    this.reveal.style.display = hidden ? "" : "none";
    say(this.count, `step ${grouped(this.player.index + 1)} of ${grouped(trace.count)}`);
    if (Number(this.scrub.value) !== this.player.index + 1) this.scrub.value = this.player.index + 1;
    say(this.playWord, this.player.playing ? "Pause" : "Play");
    this.playIcons.forEach((shape, at) => { shape.style.display = this.player.playing === (at === 1) ? "" : "none"; });
    this.line.setAttribute("aria-live", this.player.playing || this.isFollowing ? "off" : "polite"); // one voice at a time
    say(this.line, narrate(trace, step, hidden, this.say));
    // Every digit of both sides, for whoever wants to compare: the sum is this file's, the output Python's.
    this.line.dataset.sum = hidden ? "" : String(step.result);
    this.line.dataset.output = hidden ? "" : String(outputAt(trace, step.row, step.column));
  }

  leave() {
    this.live.leave();
    this.player.stop();
    this.place.leave();
    this.pointer.leave();
  }
}

export default mount(Stage);
