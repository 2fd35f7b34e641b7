// The drawing pad: its elements, pointer and keys, and the lines painted as they are drawn. Python hears of a line when
// it ends; until then, and while it answers, nothing here waits for it.
import { button, icon, make, named, onDragging, pointOn, press, say } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { many } from "../drawing/numbers.js";
import { dot } from "../drawing/paper.js";
import { Lines, PENS, drawingOf, penOf, textOf } from "./lines.js";

class Pad extends View {
  fill = ""; // what Python last put here
  /** @type {Lines} */ lines;

  constructor() {
    super();
    this.canvas = make("canvas", { role: "img", tabindex: "0" });
    this.hint = make("p", { class: "hint" }, "draw a digit");
    this.pens = PENS.map(({ name, thickness }, at) => {
      const ink = make("i", { style: `--dot: ${Math.round(thickness * 150)}px` });
      return named(`${name} pen`, { class: "pen", onclick: () => this.take(at) }, ink);
    });
    this.undoing = button({ title: "Undo (Ctrl+Z)", onclick: () => this.undo() }, icon("undo"), "Undo");
    this.clearing = button({ onclick: () => this.clear() }, icon("clear"), "Clear");
    this.error = make("p", { class: "error", role: "alert" });
    this.watched = make("div", { class: "board" }, this.canvas, this.hint);
    this.root = make("div", { class: "drawpad" },
      this.watched,
      make("div", { class: "tools" }, make("div", { class: "pens", role: "group", "aria-label": "Thickness of the pen" }, ...this.pens), this.undoing, this.clearing),
      this.error);
    this.listen();
  }

  resized() { this.paint(); }

  /** @param {PadMessage} data */
  receive(data) {
    if (!this.lines) this.lines = new Lines(drawingOf(data.drawing), data, data.ready);
    else if (this.fill !== data.fill) {
      this.lines.fill(drawingOf(data.drawing), data.ready);
      this.drag.letGo();
    }
    this.fill = data.fill;
    say(this.error, data.refused);
    this.root.dataset.told = textOf(this.lines) === textOf(drawingOf(data.drawing)); // Python has what is drawn here
    this.paint();
  }

  listen() {
    this.drag = onDragging(this.canvas, {
      take: (event) => {
        const isBegun = this.lines.begin(...this.placeOf(event));
        if (isBegun) this.paint();
        return isBegun;
      },
      move: (event) => {
        // A fast hand is heard of once a frame, with all the places it went through.
        const went = event.getCoalescedEvents?.() ?? [];
        let grew = false;
        for (const one of went.length ? went : [event]) grew = this.lines.extend(...this.placeOf(one)) || grew;
        if (grew) this.paint();
      },
      end: (event) => {
        if (event.type === "pointerup") this.lines.extend(...this.placeOf(event));
        if (this.lines.end()) this.changed();
      },
    });
    this.root.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      event.stopPropagation();
      this.undo();
    });
  }

  placeOf(event) {
    const { width, height } = this.canvas.getBoundingClientRect(), [x, y] = pointOn(this.canvas, event);
    return [x / width, y / height];
  }

  undo() { if (this.lines.undo()) this.changed(); }

  clear() {
    this.drag.letGo();
    if (this.lines.clear()) this.changed();
  }

  take(at) {
    if (this.lines.thickness === PENS[at].thickness) return;
    this.lines.thickness = PENS[at].thickness;
    this.changed();
  }

  changed() {
    this.paint();
    this.root.dataset.told = false;
    this.send("drawn", textOf(this.lines));
  }

  paint() {
    const { canvas, lines } = this, side = canvas.clientWidth;
    if (!side) return;
    const ratio = window.devicePixelRatio || 1, pixels = Math.round(side * ratio);
    if (canvas.width !== pixels) [canvas.width, canvas.height] = [pixels, pixels];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, pixels, pixels);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = lines.thickness * pixels;
    context.lineCap = context.lineJoin = "round";
    for (const line of lines.all) {
      context.beginPath();
      for (const [x, y] of line) context.lineTo(x * pixels, y * pixels);
      context.stroke();
      const [[x, y]] = line; // a line of no length is not drawn
      if (line.length === 1) dot(context, x * pixels, y * pixels, context.lineWidth / 2, context.strokeStyle);
    }
    this.show();
  }

  // The state of what stands around the lines.
  show() {
    const { lines } = this, count = lines.strokes.length;
    this.canvas.setAttribute("aria-label", `Drawing pad: ${count ? many(count, "stroke") : "empty"}`);
    const isExample = lines.isReady && !lines.current;
    this.hint.hidden = !lines.isEmpty && !lines.isFull && !isExample;
    this.hint.classList.toggle("is-low", isExample);
    say(this.hint, lines.isFull ? "the pad is full: clear it" : isExample ? "an example: draw your own over it" : "draw a digit");
    // Not disabled: a button that loses its focus while it is pressed takes the keyboard's place with it.
    this.undoing.setAttribute("aria-disabled", String(!lines.past.length));
    this.clearing.setAttribute("aria-disabled", String(lines.isEmpty));
    this.pens.forEach((pen, at) => press(pen, at === penOf(lines.thickness)));
  }
}

export default mount(Pad);
