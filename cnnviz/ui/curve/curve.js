// The curve and its slope, one above the other over the same x; a point on both follows the cursor of a group, or the
// pointer over the curve itself.
import { make, onArrows, onPointing, pointOn, say } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { View, mount } from "../drawing/mount.js";
import { clamp, grouped, number, rangeOf } from "../drawing/numbers.js";
import { Panel, dot, fill, stroke, write } from "../drawing/paper.js";
import { passing, slopeAt, slopeWords, valueAt, valueWords } from "./slopes.js";

const SAMPLES = 601; // an odd number, so that 0 is one of them

class Curve extends View {
  /** @type {CurveMessage} */ data; /** @type {Place} */ place = { row: 0, column: 0 }; own; yEnds = [0, 1]; slopeEnds = [0, 1];

  constructor() {
    super();
    this.name = make("b");
    this.where = make("span");
    this.panel = new Panel({
      tabindex: "0", role: "slider", "aria-label": "Where on the curve, the number that goes in",
      onkeydown: ({ key }) => { if (key === "Escape") this.take(undefined); }, onblur: () => this.take(undefined),
    });
    this.canvas = this.panel.canvas;
    onArrows(this.canvas, ([down, right]) => {
      const { x, data: { reach } } = this;
      return x !== undefined && this.take(clamp(x + ((right - down) * reach) / 50, -reach, reach));
    });
    this.general = make("p", { class: "general" });
    this.value = make("p", { class: "value" });
    this.slopeGeneral = make("p", { class: "general" });
    this.slope = make("p", { class: "slope" });
    this.root = make("div", { class: "curve", role: "group", "aria-label": "The function and its slope" },
      make("header", {}, this.name, this.where), this.canvas, this.general, this.value, this.slopeGeneral, this.slope);
    this.leave = onPointing(this.canvas, (event) => this.take(this.xAt(pointOn(this.canvas, event)[0])), () => this.take(undefined));
    this.frame = make("div", { class: "frame" }, this.root);
  }

  receive(bytes) {
    const before = this.data;
    this.data = opened(bytes);
    this.sample();
    say(this.name, `${this.data.name}: out over in, and its slope`);
    this.meet(this.data.group);
    if (before?.group !== this.data.group) this.link.tell({ asks: true });
    this.repaint();
  }

  // A number of one's own, or undefined: that of the stage again.
  take(own) {
    this.own = own;
    this.repaint();
  }

  follow(place) {
    if (place.row === undefined) return;
    this.place = place;
    this.repaint();
  }

  // Both curves at SAMPLES places, and the ends of their axes.
  sample() {
    const { key, reach } = this.data;
    this.xs = Float64Array.from({ length: SAMPLES }, (_, at) => reach * (at - (SAMPLES - 1) / 2) / ((SAMPLES - 1) / 2));
    this.ys = this.xs.map((x) => valueAt(key, x));
    this.slopes = this.xs.map((x) => slopeAt(key, x));
    [this.yEnds, this.slopeEnds] = [this.ys, this.slopes].map((values) => rangeOf([0, ...values]));
  }

  // The number that is shown: the one under the pointer, else the one that the stage reads at its cursor.
  get x() { return this.own ?? this.place.value; }

  // Whether the stage keeps its answer to be guessed: then no point gives it away.
  get isHidden() { return this.own === undefined && Boolean(this.place.isHidden); }

  // Where things stand: the room of both plots, which share their x.
  plan() {
    const { width, height } = this.panel;
    const left = 44, right = 10, top = 8, between = 20, bottom = 20;
    const high = height - top - between - bottom;
    return {
      left, width: width - left - right,
      value: { top, height: high * 0.64, ends: this.yEnds }, slope: { top: top + high * 0.64 + between, height: high * 0.36, ends: this.slopeEnds },
    };
  }

  xAt(pixel) {
    const { left, width } = this.plan();
    return this.data.reach * clamp(((pixel - left) / width) * 2 - 1, -1, 1);
  }

  paint() {
    const { panel, theme, x, data: { key, reach } } = this, context = panel.open();
    if (!context) return;
    const plan = this.plan();
    panel.lay("base", `${this.version}|${theme.dark}`, (layer) => this.paintBase(layer, plan));
    if (x === undefined) return; // the stage has not said yet where it is
    const y = valueAt(key, x), slope = slopeAt(key, x);
    if (this.isHidden) { this.write(x, y, slope); return; }
    const across = plan.left + ((clamp(x, -reach, reach) / reach + 1) / 2) * plan.width;
    const mark = this.own === undefined ? theme.window : theme.reached;
    stroke(context, [[[across, plan.value.top], [across, plan.slope.top + plan.slope.height]]], mark, 1, [3, 3]);
    for (const [part, at] of [[plan.value, y], [plan.slope, slope]]) dot(context, across, this.down(part, at), 5.5, mark, theme.background, 2);
    this.write(x, y, slope);
  }

  down({ top, height, ends: [low, high] }, value) {
    return top + height * (1 - (value - low) / (high - low || 1));
  }

  paintBase(context, plan) {
    const { theme, ys, slopes, data: { reach, flat, counts: { data: counts } } } = this;
    const bottom = plan.slope.top + plan.slope.height;
    const acrossOf = (at) => plan.left + (at / (SAMPLES - 1)) * plan.width;
    // Where the slope is next to nothing.
    const flatColour = theme.dark ? "rgba(150,160,172,0.16)" : "rgba(110,120,132,0.13)";
    for (let at = 0, from = -1; at <= SAMPLES; at += 1) {
      const isFlat = at < SAMPLES && Math.abs(slopes[at]) < flat;
      if (isFlat && from < 0) from = at;
      if (isFlat || from < 0) continue;
      fill(context, acrossOf(from), plan.value.top, acrossOf(at - 1) - acrossOf(from), bottom - plan.value.top, flatColour);
      from = -1;
    }
    // How many of the map's numbers lie where, on the floor of the upper plot.
    const most = Math.max(...counts), floor = plan.value.top + plan.value.height;
    context.fillStyle = theme.dark ? "rgba(163,172,182,0.42)" : "rgba(93,104,117,0.32)";
    counts.forEach((count, bin) => {
      const high = most ? (Math.sqrt(count / most)) * plan.value.height * 0.3 : 0;
      context.fillRect(plan.left + (bin / counts.length) * plan.width, floor - high, plan.width / counts.length - 0.5, high);
    });
    for (const part of [plan.value, plan.slope]) {
      const zero = this.down(part, 0);
      const { left, width } = plan, middle = left + width / 2;
      stroke(context, [[[left, zero], [left + width, zero]], [[middle, part.top], [middle, part.top + part.height]]], theme.border);
      const [low, high] = part.ends;
      for (const value of new Set([low, 0, high])) {
        const isCrowded = value !== 0 && Math.abs(this.down(part, value) - zero) < 11;
        if (!isCrowded) write(context, number(value, 3), plan.left - 6, this.down(part, value), 12, theme.muted, theme.font, 400, "right");
      }
    }
    ["left", "center", "right"].forEach((align, at) => {
      write(context, number((at - 1) * reach, 3), plan.left + (at / 2) * plan.width, bottom + 11, 12, theme.muted, theme.font, 400, align);
    });
    write(context, "out", plan.left + 4, plan.value.top + 6, 12, theme.muted, theme.font, 400, "left");
    write(context, "slope", plan.left + 4, plan.slope.top + 6, 12, theme.muted, theme.font, 400, "left");
    write(context, "in", plan.left + plan.width * 0.75, bottom + 11, 12, theme.muted, theme.font, 400, "center");
    for (const [part, values, colour] of [[plan.value, ys, theme.text], [plan.slope, slopes, theme.dark ? "#c2a5cf" : "#762a83"]]) {
      context.lineJoin = "round";
      stroke(context, [Array.from(values, (value, at) => [acrossOf(at), this.down(part, value)])], colour, 2.25);
    }
  }

  write(x, y, slope) {
    const { key, reach, formula, slope: slopeFormula } = this.data;
    const { row, column } = this.place;
    for (const [name, value] of [["min", -reach], ["max", reach], ["now", x]]) this.canvas.setAttribute(`aria-value${name}`, Number(value.toPrecision(3)));
    say(this.where, this.own === undefined ? `row ${grouped(row + 1)}, column ${grouped(column + 1)}` : "the pointer's number");
    rich(this.general, `out = ${formula}`);
    rich(this.value, `${valueWords(key, x)} = `, this.isHidden ? "?" : number(y));
    rich(this.slopeGeneral, `slope = ${slopeFormula}`);
    if (this.isHidden) rich(this.slope, "", "?");
    else rich(this.slope, `${slopeWords(key, x, y)}${key.includes("relu") ? ":" : " ="} `, number(slope), passing(slope));
    Object.assign(this.root.dataset, { x: String(x), y: String(y), slope: String(slope) });
  }
}

// Text whose ^{…} is raised; the second part is the result.
function rich(element, text, result = "", after = "") {
  const whole = `${text}|${result}|${after}`;
  if (element.written === whole) return;
  element.written = whole;
  const raised = (part) => part.split(/\^\{([^}]*)\}/).map((piece, at) => (at % 2 ? make("sup", {}, piece) : piece));
  element.replaceChildren(...raised(text), ...(result ? [make("output", {}, ...raised(result))] : []), ...raised(after));
}

export default mount(Curve);
