// A signal whose dots are pulled by mouse, finger and keys, and what a window makes of it. The dots are the browser's own
// while they are held; Python hears of them once they are let go.
import { middleOf, missingIn, readBy } from "../drawing/axis.js";
import { isFinger, isShortcut, make, onDragging, pointOn, say } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { heldAs } from "../drawing/held.js";
import { View, mount } from "../drawing/mount.js";
import { clamp, grouped, many } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { tellSetting } from "../drawing/setting.js";
import { outputAt, worked } from "../stage/arithmetic.js";
import { Formula, built } from "../stage/formula.js";
import { kernelsOf } from "../stage/live.js";
import { previewed } from "../stage/preview.js";
import { Wanted } from "../stage/wanted.js";
import { speaker } from "../stage/words.js";
import { paintLanes } from "./lanes.js";
import { oneAxis, outputNear, ownOf, passedBetween, plotFor, seenText, valueNear } from "./plot.js";

const GRIP = 15; // pixels from a dot within which a pull is of this dot alone; from elsewhere it draws over all of them
const STEPS = { ArrowUp: 1, ArrowDown: -1, PageUp: 3, PageDown: -3 }, PLACES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };

// output   at which the cursor stands           chosen   the sample that is held, pointed at or focused, or null
// stroke   where a hand that draws was last     filled   how many outputs show
class Dots extends View {
  output = 0; filled = Infinity; isHidden = false; chosen = null; stroke = null; isPressed = false; formula = new Formula();
  /** @type {Trace} */ base; /** @type {Trace} */ trace;

  constructor() {
    super();
    this.live = new Wanted(() => this.base?.options.live, () => this.renew());
    this.name = make("b");
    this.result = make("output", { class: "signal-result" });
    this.panel = new Panel();
    this.pull = make("div", {
      class: "pull", role: "slider", tabindex: "0", "aria-label": "The signal: left and right choose a sample, up and down move it", "aria-orientation": "vertical",
      onkeydown: (event) => this.press(event), onkeyup: (event) => { if (event.key in STEPS) this.letGo(); },
      onfocus: () => { if (this.pull.matches(":focus-visible")) this.choose(this.own); }, onblur: () => { this.letGo(); this.choose(null); },
      onpointermove: (event) => { if (!this.drag.isHeld && !isFinger(event)) this.point(pointOn(this.room, event)); },
      onpointerleave: () => { if (!this.drag.isHeld && !this.isFocused) this.choose(null); },
    });
    this.drag = onDragging(this.pull, {
      take: (event) => this.take(pointOn(this.room, event)),
      move: (event) => this.drawTo(pointOn(this.room, event)),
      end: (event) => { this.stroke = null; this.letGo(); if (isFinger(event)) this.choose(null); },
    });
    this.walk = make("div", {
      class: "walk", onpointermove: (event) => { if (!isFinger(event)) this.goTo(pointOn(this.room, event)); },
      onclick: (event) => this.goTo(pointOn(this.room, event)),
    });
    this.room = make("div", { class: "signal-room" }, this.panel.canvas, this.pull, this.walk);
    this.sees = make("p", { class: "sees" });
    this.hint = make("p", { class: "hint" }, "Pull the dots, or draw over them."); // where it has no room on the drawing
    this.line = make("div", { class: "signal-formula" });
    this.root = make("div", { class: "dots", role: "group", "aria-label": "The signal and its output, dot by dot" },
      make("div", { class: "signal-heads" }, this.name, this.sees, this.result), this.room, this.hint);
    this.watched = this.room;
    this.frame = make("div", { class: "frame" }, this.line, this.root);
  }

  // ---- what Python has told, and what is wanted ----

  receive(bytes) {
    const told = opened(bytes);
    return this.need([told.options.live.kernels], () => {
      const isOther = this.base && this.base.options.live.kernels !== told.options.live.kernels;
      this.base = worked(told);
      if (isOther) delete this.live.wanted?.cell; // the kernel has it now
      this.formula.giveBack();
      this.line.replaceChildren(...built(told.options.formula));
      this.renew();
      if (this.link?.group === told.options.group) return;
      this.meet(told.options.group);
      this.link.tell({ asks: true });
    });
  }

  renew() {
    const { live, base } = this, { told, wanted } = live;
    if (live.isSaid) live.wanted = null;
    const found = live.wanted ? previewed(base, told, wanted, kernelsOf(heldAs(told.kernels))) : { trace: base };
    if (!found.trace) return; // the stage says why
    this.trace = found.trace;
    this.say = speaker(this.trace);
    if (live.wanted) this.showFormula(); else this.formula.giveBack();
    if (live.wanted) live.wait(() => { live.wanted = null; this.renew(); });
    this.root.toggleAttribute("data-preview", Boolean(live.wanted));
    this.repaint();
  }

  showFormula() {
    const { outWidth } = this.trace;
    this.formula.show(this.line, oneAxis(this.trace), { unreadRows: [], unreadColumns: [] });
    const small = this.line.querySelector("small");
    if (small) say(small, `${many(outWidth, "number")} out · ${this.unreadText}`);
  }

  get unreadText() {
    const { columns, width, outWidth } = this.trace, read = readBy(columns, Array(outWidth).keys(), width, "zeros");
    const count = missingIn(read, 0, width).reduce((sum, [from, to]) => sum + to - from, 0);
    return count ? `${many(count, "sample")} ${count === 1 ? "is" : "are"} never read` : "every sample is read";
  }

  // ---- the cursor ----

  get own() { return clamp(ownOf(this.trace, this.output), 0, this.trace.width - 1); }

  /** @param {number[]} at */
  goTo([x]) {
    const { trace } = this;
    if (!trace) return;
    const output = outputNear(trace, this.plan.positionAt(x));
    if (output === this.output && this.filled >= trace.outWidth) return;
    Object.assign(this, { output, filled: Infinity, isHidden: false });
    this.link?.tell({ row: 0, column: output, ...this.middle(output), isMove: true, pixel: null });
    this.repaint();
  }

  // Where a stage finds the output by: the middle of its window.
  middle(output) { return { y: 0, x: middleOf(this.trace.columns, output) }; }

  follow({ column, isFilling, isHidden }) {
    if (column === undefined) return;
    Object.assign(this, { output: column, filled: isFilling ? column + 1 : Infinity, isHidden: Boolean(isHidden) });
    this.repaint();
  }

  // ---- by hand ----

  get plan() {
    return plotFor(this.panel, this.trace);
  }

  get numbers() { return Array.from(this.trace.input.data); }
  get isFocused() { return this.pull.matches(":focus-visible"); }

  choose(sample) {
    if (this.chosen === sample) return;
    this.chosen = sample;
    this.repaint();
  }

  sampleAt(x) { return clamp(this.plan.positionAt(x), 0, this.trace.width - 1); }

  // The dot within reach of the pointer, or null.
  /** @param {number[]} at */
  dotAt([x, y]) {
    const { plan } = this, sample = this.sampleAt(x);
    return Math.hypot(plan.x(sample) - x, plan.y(0, this.numbers[sample]) - y) <= Math.max(GRIP, plan.pitch / 2) ? sample : null;
  }

  point(at) {
    const sample = this.dotAt(at);
    this.pull.classList.toggle("is-free", sample === null);
    this.choose(sample);
  }

  take(at) {
    if (!this.trace) return false;
    const sample = this.dotAt(at);
    this.held = sample;
    this.stroke = null;
    if (sample === null) this.drawTo(at); else this.choose(sample);
    return true;
  }

  // A dot that is held goes up and down; a hand that holds none draws over all that it passes.
  /** @param {number[]} at */
  drawTo([x, y]) {
    const value = this.plan.valueAt(y);
    if (this.held !== null) { this.put([[this.held, value]]); return; }
    const now = [this.sampleAt(x), value];
    this.put(passedBetween(this.stroke ?? now, now));
    this.stroke = now;
    this.choose(now[0]);
  }

  put(dots) {
    const { numbers, trace: { options: { reach } } } = this;
    for (const [sample, value] of dots) numbers[sample] = valueNear(value, reach);
    this.tell(numbers, true);
  }

  press(event) {
    const { key } = event, { trace: { width, options: { reach } } } = this;
    if (isShortcut(event) || !(key in STEPS || key in PLACES)) return;
    event.preventDefault();
    const sample = this.chosen ?? this.own;
    if (key in PLACES) { this.letGo(); this.choose(clamp(sample + PLACES[key], 0, width - 1)); return; }
    this.chosen = sample;
    this.put([[sample, this.numbers[sample] + (STEPS[key] * reach) / (reach > 1 ? 17 : 20)]]);
  }

  // The name of the page's setting that the dots are.
  get named() { return Object.entries(this.live.told.names).find(([, of]) => of === "input")[0]; }

  tell(numbers, isLive) {
    this.isPressed = isLive;
    tellSetting({ name: this.named, value: numbers, isLive });
  }

  letGo() {
    if (!this.isPressed) return;
    const { numbers } = this;
    this.tell(numbers, false);
    if (this.live.wanted) this.send("drawn", numbers.join(",")); // else they stand again as Python has them
  }

  // ---- what shows ----

  paint() {
    const { trace, panel, theme } = this;
    if (!trace) return;
    const context = panel.open();
    if (!context) return;
    this.output = clamp(this.output, 0, trace.outWidth - 1);
    const { plan, say: words, output, filled, isHidden, chosen, isFocused } = this, [{ top, height }] = plan.lanes;
    this.pull.style.height = `${top + height + top}px`;
    this.walk.style.height = `${panel.height - top - height - top}px`;
    paintLanes(context, plan, { trace, theme, say: words, output, filled, isHidden, chosen, isFocused });
    say(this.name, trace.names.input);
    const value = outputAt(trace, 0, output);
    say(this.result, `output ${grouped(output + 1)} = ${isHidden ? "?" : words.output(value)}`);
    say(this.sees, seenText(trace, output));
    // Every digit, for whoever wants to compare.
    Object.assign(this.root.dataset, { input: this.numbers.join(), output: Array.from({ length: trace.outWidth }, (_, at) => outputAt(trace, 0, at)).join() });
    this.aria();
  }

  aria() {
    const { trace: { width, options: { reach } }, numbers, pull } = this, sample = this.chosen ?? this.own;
    const told = { valuemin: reach > 1 ? 0 : -reach, valuemax: reach, valuenow: numbers[sample], valuetext: `sample ${sample + 1} of ${width}: ${this.say.value(numbers[sample])}` };
    for (const [name, value] of Object.entries(told)) if (pull.getAttribute(`aria-${name}`) !== String(value)) pull.setAttribute(`aria-${name}`, String(value));
  }

  leave() {
    this.live.leave();
    this.formula.giveBack();
  }
}

export default mount(Dots);
