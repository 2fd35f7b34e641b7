// The drawing pad: its elements, pointer and keys, and the lines painted as they are drawn. Python hears of a line when
// it ends; until then, and while it answers, nothing here waits for it.
import { make, say } from "../drawing/elements.js";
import { Lines, PENS, drawingOf, penOf, textOf } from "./lines.js";

const SHAPES = {
  undo: "M6.5 3.2 2.6 6.6l3.9 3.4M3 6.6h6.2a3.7 3.7 0 0 1 0 7.4H6", clear: "M3 4.5h10M6.4 4.5V3h3.2v1.5M4.4 4.5l.6 8.6h6l.6-8.6",
};

function line(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

class Pad {
  constructor(parent, data) {
    this.lines = new Lines(drawingOf(data.drawing), data, data.ready);
    this.pointer = null; // the pointer that draws: a second finger does not
    this.canvas = make("canvas", { role: "img" });
    this.hint = make("p", { class: "hint" }, "draw a digit");
    this.pens = PENS.map(({ name, thickness }, at) => {
      const dot = make("i", { style: `--dot: ${Math.round(thickness * 150)}px` });
      return make("button", { type: "button", class: "pen", title: `${name} pen`, "aria-label": `${name} pen`, onclick: () => this.take(at) }, dot);
    });
    this.undoing = make("button", { type: "button", title: "Undo (Ctrl+Z)", onclick: () => this.undo() }, line("undo"), "Undo");
    this.clearing = make("button", { type: "button", onclick: () => this.clear() }, line("clear"), "Clear");
    this.error = make("p", { class: "error", role: "alert" });
    this.board = make("div", { class: "board" }, this.canvas, this.hint);
    this.root = make("div", { class: "drawpad" },
      this.board,
      make("div", { class: "tools" }, make("div", { class: "pens", role: "group", "aria-label": "Thickness of the pen" }, ...this.pens), this.undoing, this.clearing),
      this.error);
    parent.append(this.root);
    this.listen();
    new ResizeObserver(() => this.paint()).observe(this.board);
  }

  receive(data, send) {
    this.send = send;
    if (this.fill !== undefined && this.fill !== data.fill) {
      this.lines.fill(drawingOf(data.drawing), data.ready);
      this.pointer = null;
    }
    this.fill = data.fill;
    say(this.error, data.refused);
    this.root.dataset.told = textOf(this.lines) === textOf(drawingOf(data.drawing)); // Python has what is drawn here
    this.paint();
    this.root.dataset.ready = Number(this.root.dataset.ready ?? 0) + 1;
  }

  listen() {
    const { canvas, lines } = this;
    canvas.addEventListener("pointerdown", (event) => {
      if (this.pointer !== null || event.button !== 0 || !event.isPrimary) return;
      event.preventDefault(); // no selection, no drag of the page
      canvas.focus({ preventScroll: true });
      if (!lines.begin(...this.placeOf(event))) return;
      this.pointer = event.pointerId;
      canvas.setPointerCapture(event.pointerId);
      this.paint();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      // A fast hand is heard of once a frame, with all the places it went through.
      const went = event.getCoalescedEvents?.() ?? [];
      let grew = false;
      for (const one of went.length ? went : [event]) grew = lines.extend(...this.placeOf(one)) || grew;
      if (grew) this.paint();
    });
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => {
        if (event.pointerId !== this.pointer) return;
        if (name === "pointerup") lines.extend(...this.placeOf(event));
        this.pointer = null;
        if (lines.end()) this.changed();
      });
    }
    canvas.tabIndex = 0;
    this.root.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
      event.preventDefault();
      event.stopPropagation();
      this.undo();
    });
  }

  placeOf(event) {
    const box = this.canvas.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  }

  undo() { if (this.lines.undo()) this.changed(); }

  clear() {
    this.pointer = null;
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
    this.send(textOf(this.lines));
  }

  paint() {
    const { canvas, lines } = this, side = canvas.clientWidth;
    if (!side) return;
    const ratio = window.devicePixelRatio || 1, pixels = Math.round(side * ratio);
    if (canvas.width !== pixels) [canvas.width, canvas.height] = [pixels, pixels];
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, pixels, pixels);
    context.fillStyle = context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = lines.thickness * pixels;
    context.lineCap = context.lineJoin = "round";
    for (const line of lines.all) {
      context.beginPath();
      for (const [x, y] of line) context.lineTo(x * pixels, y * pixels);
      context.stroke();
      if (line.length > 1) continue;
      context.arc(line[0][0] * pixels, line[0][1] * pixels, context.lineWidth / 2, 0, 2 * Math.PI); // a line of no length is not drawn
      context.fill();
    }
    this.show();
  }

  // The state of what stands around the lines.
  show() {
    const { lines } = this, count = lines.strokes.length;
    this.canvas.setAttribute("aria-label", `Drawing pad: ${count ? `${count} ${count === 1 ? "stroke" : "strokes"}` : "empty"}`);
    const isExample = lines.isReady && !lines.current;
    this.hint.hidden = !lines.isEmpty && !lines.isFull && !isExample;
    this.hint.classList.toggle("is-low", isExample);
    say(this.hint, lines.isFull ? "the pad is full: clear it" : isExample ? "an example: draw your own over it" : "draw a digit");
    // Not disabled: a button that loses its focus while it is pressed takes the keyboard's place with it.
    this.undoing.setAttribute("aria-disabled", String(!lines.before.length));
    this.clearing.setAttribute("aria-disabled", String(lines.isEmpty));
    for (const [at, pen] of this.pens.entries()) pen.setAttribute("aria-pressed", String(at === penOf(lines.thickness)));
  }
}

// One Pad for each parent: Streamlit calls this again with new data, and runs only the last cleanup.
const pads = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  if (!pads.has(parentElement)) pads.set(parentElement, new Pad(parentElement, data));
  // A trigger, not a state: the same lines can be drawn, undone and drawn again.
  pads.get(parentElement).receive(data, (text) => setTriggerValue("drawn", text));
  return () => { pads.get(parentElement)?.root.remove(); pads.delete(parentElement); }; // the place may be mounted anew, as after a change of theme
}
