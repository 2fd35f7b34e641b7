// The curve and its slope, one above the other over the same x; a point on both follows the cursor of a group, or the
// pointer over the curve itself.
import { opened } from "../drawing/envelope.js";
import { join } from "../drawing/link.js";
import { make, onPointing, say } from "../drawing/elements.js";
import { grouped, number } from "../drawing/numbers.js";
import { themeOf } from "../drawing/palette.js";
import { Panel, write } from "../drawing/paper.js";
import { passing, slopeAt, slopeWords, valueAt, valueWords } from "./slopes.js";

const SAMPLES = 601; // an odd number, so that 0 is one of them

class Curve {
  constructor(parent) {
    this.version = 0;
    this.place = { row: 0, column: 0 };
    this.name = make("b");
    this.where = make("span");
    this.canvas = make("canvas", { tabindex: "0", role: "slider", "aria-label": "Where on the curve, the number that goes in", onkeydown: (event) => this.onKey(event), onblur: () => this.take(undefined) });
    this.panel = new Panel(this.canvas);
    this.general = make("p", { class: "general" });
    this.value = make("p", { class: "value" });
    this.slopeGeneral = make("p", { class: "general" });
    this.slope = make("p", { class: "slope" });
    this.root = make("div", { class: "curve", role: "group", "aria-label": "The function and its slope" },
      make("header", {}, this.name, this.where), this.canvas, this.general, this.value, this.slopeGeneral, this.slope);
    this.forget = onPointing(
      this.canvas, (event) => this.take(this.xAt(event.clientX - this.canvas.getBoundingClientRect().left)), () => this.take(undefined),
    );
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(this.root);
    parent.append(make("div", { class: "frame" }, this.root));
  }

  receive(bytes) {
    const before = this.data;
    this.data = opened(bytes);
    this.theme = themeOf(this.root);
    this.root.style.setProperty("--muted", this.theme.muted);
    this.version += 1;
    this.sample();
    say(this.name, `${this.data.name}: out over in, and its slope`);
    if (before?.group !== this.data.group) {
      this.link?.leave();
      this.link = join(this.data.group, (place) => this.follow(place));
      this.link.tell({ asks: true });
    }
    this.root.setAttribute("data-ready", this.version);
    this.repaint();
  }

  // A number of one's own, or undefined: that of the stage again.
  take(own) {
    this.own = own;
    this.repaint();
  }

  onKey(event) {
    const step = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (event.key === "Escape") this.take(undefined);
    if (!step || this.x === undefined) return;
    event.preventDefault();
    const { reach } = this.data;
    this.take(Math.max(-reach, Math.min(reach, this.x + (step * reach) / 50)));
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
    const ends = (values) => values.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [0, 0]);
    [this.yEnds, this.slopeEnds] = [ends(this.ys), ends(this.slopes)];
  }

  // The number that is shown: the one under the pointer, else the one that the stage reads at its cursor.
  get x() { return this.own ?? this.place.value; }

  // Whether the stage keeps its answer to be guessed: then no point gives it away.
  get isHidden() { return this.own === undefined && Boolean(this.place.isHidden); }

  repaint() {
    if (this.waiting || !this.data) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (this.data) this.paint(); });
  }

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
    return this.data.reach * Math.max(-1, Math.min(1, ((pixel - left) / width) * 2 - 1));
  }

  paint() {
    this.panel.fit();
    if (!this.panel.width) return; // not on the screen
    const { theme, x, data: { key, reach } } = this;
    const plan = this.plan();
    const context = this.panel.begin();
    const base = this.panel.layer("base", `${this.version}|${theme.dark}`, (layer) => this.paintBase(layer, plan));
    this.panel.blit(base, 0, 0, this.panel.width, this.panel.height);
    if (x === undefined) return; // the stage has not said yet where it is
    const y = valueAt(key, x), slope = slopeAt(key, x);
    if (this.isHidden) { this.write(x, y, slope); return; }
    const across = plan.left + ((Math.max(-reach, Math.min(reach, x)) / reach + 1) / 2) * plan.width;
    const mark = this.own === undefined ? theme.window : theme.reached;
    context.strokeStyle = mark;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    context.beginPath();
    context.moveTo(across, plan.value.top);
    context.lineTo(across, plan.slope.top + plan.slope.height);
    context.stroke();
    context.setLineDash([]);
    for (const [part, at] of [[plan.value, y], [plan.slope, slope]]) {
      context.beginPath();
      context.arc(across, this.down(part, at), 5.5, 0, 2 * Math.PI);
      context.fillStyle = mark;
      context.fill();
      context.lineWidth = 2;
      context.strokeStyle = theme.background;
      context.stroke();
    }
    this.write(x, y, slope);
  }

  down({ top, height, ends: [low, high] }, value) {
    return top + height * (1 - (value - low) / (high - low || 1));
  }

  paintBase(context, plan) {
    const { theme, xs, ys, slopes, data: { reach, flat, counts: { data: counts } } } = this;
    const bottom = plan.slope.top + plan.slope.height;
    const acrossOf = (at) => plan.left + (at / (SAMPLES - 1)) * plan.width;
    // Where the slope is next to nothing.
    context.fillStyle = theme.dark ? "rgba(150,160,172,0.16)" : "rgba(110,120,132,0.13)";
    for (let at = 0, from = -1; at <= SAMPLES; at += 1) {
      const isFlat = at < SAMPLES && Math.abs(slopes[at]) < flat;
      if (isFlat && from < 0) from = at;
      if (isFlat || from < 0) continue;
      context.fillRect(acrossOf(from), plan.value.top, acrossOf(at - 1) - acrossOf(from), bottom - plan.value.top);
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
      context.strokeStyle = theme.border;
      context.lineWidth = 1;
      context.beginPath();
      context.moveTo(plan.left, zero);
      context.lineTo(plan.left + plan.width, zero);
      context.moveTo(plan.left + plan.width / 2, part.top);
      context.lineTo(plan.left + plan.width / 2, part.top + part.height);
      context.stroke();
      const [low, high] = part.ends;
      for (const value of new Set([low, 0, high])) {
        const isCrowded = value !== 0 && Math.abs(this.down(part, value) - zero) < 11;
        if (!isCrowded) write(context, number(value, 3), plan.left - 6, this.down(part, value), 12, theme.muted, theme.font, 400, "right");
      }
    }
    for (const [value, align] of [[-reach, "left"], [0, "center"], [reach, "right"]]) {
      write(context, number(value, 3), plan.left + ((value / reach + 1) / 2) * plan.width, bottom + 11, 12, theme.muted, theme.font, 400, align);
    }
    write(context, "out", plan.left + 4, plan.value.top + 6, 12, theme.muted, theme.font, 400, "left");
    write(context, "slope", plan.left + 4, plan.slope.top + 6, 12, theme.muted, theme.font, 400, "left");
    write(context, "in", plan.left + plan.width * 0.75, bottom + 11, 12, theme.muted, theme.font, 400, "center");
    for (const [part, values, colour] of [[plan.value, ys, theme.text], [plan.slope, slopes, theme.dark ? "#c2a5cf" : "#762a83"]]) {
      context.beginPath();
      values.forEach((value, at) => context.lineTo(acrossOf(at), this.down(part, value)));
      context.strokeStyle = colour;
      context.lineWidth = 2.25;
      context.lineJoin = "round";
      context.stroke();
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

  leave() {
    this.link?.leave();
    this.forget();
    this.observer.disconnect();
    this.root.parentElement.remove(); // the place may be mounted anew, as after a change of theme
    this.data = null;
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

// One Curve for each parent: Streamlit calls this again with new data, and runs only the last cleanup.
const curves = new WeakMap();

export default function mount({ data, parentElement }) {
  if (!data) return undefined;
  if (!curves.has(parentElement)) curves.set(parentElement, new Curve(parentElement));
  const curve = curves.get(parentElement);
  curve.receive(data);
  return () => { curve.leave(); curves.delete(parentElement); };
}
