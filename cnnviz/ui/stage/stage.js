// The stage: its elements, what it makes of a new trace, and the panels and words of the current step. What moves it is
// in player.js, what points at it in pointer.js; nothing here asks the server for anything.
import { extentOf, outputAt, stepAt, unpack } from "./arithmetic.js";
import { endsOf, grouped, many, percent, times } from "../drawing/numbers.js";
import { narrate, speaker, total } from "./words.js";
import { icon, make, say } from "../drawing/elements.js";
import { join } from "../drawing/link.js";
import { rampOf, themeOf } from "../drawing/palette.js";
import { fullColour, prepare } from "./bitmaps.js";
import { Panel, sideFor } from "../drawing/paper.js";
import { inputEms, inputPlan, paintInput } from "./input.js";
import { outputEms, outputPlan, paintOutput } from "./output.js";
import { operandsPlan, paintOperands, partOf, partText, shapeOf } from "./operands.js";
import { FIRST, partAfter, partAround } from "./plan.js";
import { NUMBERED, Player } from "./player.js";
import { Place } from "./place.js";
import { Pointer } from "./pointer.js";

const SLIT = 48; // pixels of the shorter side of a map that can be seen
const LETTER = 0.43; // of the sum's line, in font sizes, on the average

class Stage {
  constructor(parent) {
    Object.assign(this, { version: 0, guessing: false, revealed: false, part: FIRST });
    this.place = new Place(this);
    this.player = new Player(this);
    this.pointer = new Pointer(this);
    this.build(parent);
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(this.root);
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  build(parent) {
    // The words that are seen are the name; what is only an icon has its title for one.
    const button = (label, title, onclick, className = "") =>
      make("button", { type: "button", title, "aria-label": /[a-z]/.test(label) && typeof label === "string" ? false : title, class: className, onclick }, label);
    const panel = (name) => {
      const heading = make("b"), note = make("span"), canvas = make("canvas", { "aria-hidden": "true" });
      const element = make("section", { class: `panel ${name}` }, make("header", {}, heading, note), canvas);
      return { element, heading, note, canvas, panel: new Panel(canvas) };
    };
    this.input = panel("input");
    this.operands = panel("operands");
    this.output = panel("output");
    this.value = make("output", { class: "value" });
    this.output.heading.after(this.value);
    this.sum = make("span", { class: "left" });
    this.answer = make("output");
    this.reveal = button("?", "Show the answer", () => { this.revealed = true; this.repaint(); });
    const turn = (label, title, by) => button(label, title, () => this.turn(by), "turn");
    this.partWords = make("span", {});
    this.parts = make("span", { class: "parts" }, turn("‹", "The numbers before", -1), this.partWords, turn("›", "The next numbers", 1));
    this.operands.note.after(this.parts);
    // Where two stages stand side by side the terms have room only when they are asked for.
    this.unfold = button("", "Show the terms of the sum", () => {
      this.unfold.setAttribute("aria-expanded", this.root.classList.toggle("is-unfolded"));
      this.repaint();
    }, "unfold");
    this.unfold.removeAttribute("aria-label"); // its name is what stands on it: 27 products
    this.unfold.setAttribute("aria-expanded", "false");
    this.operands.element.append(make("div", { class: "total" }, this.sum, "=", this.answer, this.reveal, this.unfold));
    this.playWord = make("span", {}, "Play");
    this.playIcons = [icon("play"), icon("pause")];
    this.playButton = make("button", { type: "button", title: "Play or pause (space)", class: "play", onclick: () => this.player.toggle() }, ...this.playIcons, this.playWord);
    this.back = button(icon("back"), "One step back (left arrow)", () => this.player.move(-1), "icon");
    this.forward = button(icon("forward"), "One step on (right arrow)", () => this.player.move(1), "icon");
    this.scrub = make("input", { type: "range", min: "1", value: "1", "aria-label": "Step", oninput: () => this.player.go(Number(this.scrub.value) - 1) });
    this.count = make("span", { class: "count" });
    this.speed = make("select", { "aria-label": "Speed", title: "Speed", onchange: () => this.player.keepSpeed() });
    this.overviewButton = button("overview", "Play about 25 well-chosen stops", () => this.player.setOverview(true));
    this.everyButton = button("every step", "Play every step", () => this.player.setOverview(false));
    this.segment = make("span", { class: "segment" }, this.overviewButton, this.everyButton);
    this.guess = button("guess first", "Hide each answer until you click it", () => {
      this.guessing = !this.guessing; this.revealed = false; this.guess.setAttribute("aria-pressed", this.guessing); this.repaint();
    });
    this.zoomOut = button(icon("out"), "Zoom out", () => this.player.zoomTo(this.player.zoom / 2), "icon");
    this.zoomIn = button(icon("in"), "Zoom in", () => this.player.zoomTo(this.player.zoom * 2), "icon");
    this.zooms = make("span", { class: "segment zooms" }, this.zoomOut, this.zoomIn);
    this.full = button(icon("full"), "Full screen (f)", () => this.toggleFull(), "icon");
    this.whole = make("figure", { class: "whole" });
    this.line = make("p", { class: "line", "aria-live": "polite" });
    this.tip = make("div", { class: "tip", role: "tooltip" });
    this.panels = make("div", { class: "panels" }, this.input.element, this.operands.element, this.output.element);
    this.root = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "The operation, step by step" },
      this.panels,
      make("div", { class: "controls" }, this.playButton, this.back, this.forward, this.scrub, this.count, this.speed, this.segment, this.guess, this.zooms, this.full),
      this.line, this.whole, this.tip);
    this.root.addEventListener("keydown", (event) => this.pointer.onKey(event));
    this.pointer.listen();
    this.frame = make("div", { class: "frame" }, this.root);
    parent.append(this.frame);
  }

  // ---- a new trace ----

  receive(data) {
    this.theme = themeOf(this.root);
    this.root.style.setProperty("--muted", this.theme.muted);
    this.root.style.setProperty("--palette", rampOf(this.theme));
    this.root.style.setProperty("--window", this.theme.dark ? this.theme.window : "#c14f00");
    this.root.style.setProperty("--on-primary", this.theme.dark ? "#0b1118" : "#ffffff");
    const before = this.trace;
    const trace = unpack(data);
    Object.assign(this, { trace, made: prepare(trace, this.theme), say: speaker(trace), version: this.version + 1, revealed: false });
    this.root.classList.toggle("is-compact", Boolean(trace.options.compact));
    this.pointer.letGo();
    this.player.receive(before);
    this.isSaid = true;
    this.meet();
    this.place.tell();
    this.scrub.max = trace.count;
    say(this.input.heading, trace.names.input ?? "Input");
    say(this.output.heading, trace.names.output ?? "Output");
    if (trace.options.whole) this.showWhole();
    this.root.setAttribute("data-ready", this.version);
    if (!before && trace.options?.autoplay && !this.reduced.matches) this.player.toggle();
    this.paint();
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

  // Join the group that the trace names, if it is another than before.
  meet() {
    const { group = "" } = this.trace.options;
    if (this.link?.group !== group) {
      this.link?.leave();
      this.link = group ? { group, ...join(group, (place) => this.follow(place)) } : null;
    }
    if (!this.hasPlace) this.link?.tell({ asks: true });
  }

  // Whether the link or Python tells it where to stand. One that has no such place stands where its group does.
  get hasPlace() { return Boolean(this.trace.options.link || this.trace.options.at); }

  // ---- how the maps show ----

  get outputView() { return outputPlan(this.output.panel, this); }

  // What can be zoomed: its size, how large its cells are as a whole, and how large they must be for their numbers.
  // Nothing, where the input is several tiles: one place of the output is then a place in each of them.
  get zoomable() {
    const { made: { layout }, trace } = this, ems = inputEms(this);
    this.fit();
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

  // Fit the panels to their places.
  fit() {
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
    return `${this.version}|${step.row}|${step.column}|${pixel?.x}|${pixel?.y}|${this.isFilling}|${this.hidden}`;
  }

  // Say where this stage is, if that is news to the group. A new trace at the old place is news to whoever shows its
  // numbers, but moves no other stage.
  tell() {
    const { news } = this;
    if (!this.link || news === this.told) return;
    this.told = news;
    const { step, trace, isFilling, pointer: { pixel } } = this;
    const middle = (start, axis) => start + (extentOf(axis) - 1) / 2;
    this.link.tell({
      unit: trace.options.unit, row: step.row, column: step.column, isMove: !this.isSaid, isFilling, isHidden: this.hidden,
      text: this.hidden ? undefined : this.say.of(step).result,
      value: trace.taps === 1 ? step.values[0] : undefined, pixel,
      y: middle(step.top, trace.rows), x: middle(step.left, trace.columns),
    });
    this.isSaid = false;
  }

  // Go where another one is: to the same output of the same map, or to the output nearest to the same place.
  follow(place) {
    const { trace } = this;
    if (!trace) return;
    if (place.asks) { this.told = ""; if (this.step) this.tell(); return; }
    const isSame = (a, b) => a && b && a[0] === b[0] && a[1] === b[1];
    const { unit } = trace.options;
    if (unit ? !isSame(unit, place.unit) : place.y === undefined || (this.hasPlace && !place.isMove)) return;
    const index = unit ? place.row * trace.outWidth + place.column : this.pointer.nearestOutput(place);
    this.player.stop();
    this.player.set(index, false);
    this.player.filled = place.isFilling ? this.player.index + 1 : trace.count;
    const { pixel } = place;
    const isInside = pixel && pixel.y < trace.height + trace.rows.after && pixel.x < trace.width + trace.columns.after
      && pixel.y >= -trace.rows.before && pixel.x >= -trace.columns.before;
    this.pointer.pixel = isInside ? { ...pixel, tile: 0 } : null;
    this.isFollowing = true;
    this.repaint();
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.frame.requestFullscreen) this.frame.requestFullscreen();
    else this.frame.classList.toggle("is-full"); // a telephone's browser may know it of films alone
  }

  // ---- painting ----

  // The output whose step is shown.
  get shown() { return this.pointer.hover ?? this.player.index; }
  get hidden() { return this.guessing && !this.revealed; }

  repaint() {
    if (this.waiting || !this.trace) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (this.trace && !this.player.playing) this.paint(); });
  }

  paint() {
    const { trace } = this;
    this.fit();
    if (!this.input.panel.width) return; // not on the screen
    const shown = this.shown;
    this.step = stepAt(trace, Math.floor(shown / trace.outWidth), shown % trace.outWidth);
    paintInput(this.input.panel, this);
    if (this.operands.panel.width) paintOperands(this.operands.panel, this); // a compact stage has no room for it
    paintOutput(this.output.panel, this);
    this.write();
    if (this.isFollowing) { this.isFollowing = false; this.told = this.news; } // it was the group that said so
    else this.tell();
  }

  // The words. While playing fast they change a few times a second: nobody reads faster, and layout costs.
  write() {
    const now = performance.now();
    if (this.player.playing && Number(this.speed.value) !== 1 && now - (this.written ?? 0) < 66) return;
    this.written = now;
    const { trace, step } = this;
    say(this.operands.heading, `Row ${grouped(step.row + 1)}, column ${grouped(step.column + 1)}`);
    const plan = operandsPlan(this.operands.panel, this), isPart = this.operands.panel.width > 0 && plan.pages > 1;
    say(this.operands.note, many(trace.taps, trace.term));
    say(this.unfold, many(trace.taps, trace.term));
    this.parts.style.display = isPart ? "" : "none";
    if (isPart) say(this.partWords, partText(plan, this));
    const { cell } = inputPlan(this.input.panel, this).box;
    const scale = cell < 1 && this.root.clientWidth > 560 ? ` at ${percent(Math.round(100 * cell), 100)}` : "";
    say(this.input.note, times(trace.height, trace.width, trace.depth) + scale);
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
    this.player.stop();
    this.place.leave();
    this.observer.disconnect();
    this.pointer.leave();
    this.link?.leave();
    this.root.parentElement.remove(); // the place may be mounted anew, as after a change of theme
    this.trace = null;
  }
}

// Streamlit calls this with the same parent whenever the data or the theme changes, and runs only the last
// cleanup: so one Stage for each parent, kept here.
const stages = new WeakMap();

export default function mount({ data, parentElement }) {
  if (!data) return undefined;
  if (!stages.has(parentElement)) stages.set(parentElement, new Stage(parentElement));
  const stage = stages.get(parentElement);
  stage.receive(data);
  return () => { stage.leave(); stages.delete(parentElement); };
}
