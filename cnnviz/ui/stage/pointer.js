// The pointer and the keys: hovering, pinning an output, dragging a zoomed map, and what the tooltips say.
import { outputAt, readers } from "./arithmetic.js";
import { full, grouped, many } from "../drawing/numbers.js";
import { place } from "./words.js";
import { say } from "../drawing/elements.js";
import { inputPlan } from "./input.js";
import { tapUnder } from "./operands.js";
import { outputPlan } from "./output.js";

// hover   the output under the pointer      pinned  whether the current output is held against hovering
// pixel   the input under it                grip    where dragging began, and `panned` whether it went anywhere
// tap     the weight under it
export class Pointer {
  constructor(stage) {
    Object.assign(this, { stage, hover: null, pixel: null, tap: null, pinned: false, grip: null, panned: false });
  }

  get trace() { return this.stage.trace; }
  get player() { return this.stage.player; }

  // Nothing is under the pointer any more.
  letGo() {
    Object.assign(this, { hover: null, pixel: null, tap: null });
    this.hideTip();
  }

  listen() {
    const at = (part, event) => {
      const box = part.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const leave = () => { this.letGo(); this.stage.repaint(); };
    for (const part of [this.stage.input, this.stage.operands, this.stage.output]) {
      part.canvas.addEventListener("pointerleave", leave);
      part.canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.player.zoomTo(this.player.zoom * (event.deltaY < 0 ? 1.25 : 0.8));
      }, { passive: false });
    }
    this.stage.output.canvas.addEventListener("pointermove", (event) => {
      if (this.pan(this.stage.output, event)) return;
      const cell = this.cellUnder(...at(this.stage.output, event));
      if (this.player.playing || !cell) { if (!this.player.playing && this.hover !== null) leave(); return; }
      if (!this.pinned) this.hover = cell.row * this.trace.outWidth + cell.column;
      const value = outputAt(this.trace, cell.row, cell.column);
      this.showTip(event, this.stage.hidden ? "?" : `${place(this.trace, cell)}\n${full(value)}`);
      this.stage.repaint();
    });
    this.stage.output.canvas.addEventListener("click", (event) => {
      if (this.panned) return;
      const cell = this.cellUnder(...at(this.stage.output, event));
      if (cell) this.pin(cell.row * this.trace.outWidth + cell.column);
    });
    this.stage.input.canvas.addEventListener("pointermove", (event) => {
      if (this.pan(this.stage.input, event) || this.player.playing) return;
      this.pixel = this.pixelUnder(...at(this.stage.input, event));
      if (this.pixel) this.showTip(event, this.pixelWords(this.pixel));
      else this.hideTip();
      this.stage.repaint();
    });
    this.stage.input.canvas.addEventListener("click", (event) => {
      const pixel = this.pixelUnder(...at(this.stage.input, event));
      if (pixel && !this.panned) this.pin(this.nearestOutput(pixel));
    });
    this.stage.operands.canvas.addEventListener("pointermove", (event) => {
      if (this.player.playing) return;
      const found = tapUnder(this.stage.operands.panel, this.stage, ...at(this.stage.operands, event));
      this.tap = found?.tap ?? null;
      if (found) this.showTip(event, this.tapWords(found));
      else this.hideTip();
      this.stage.repaint();
    });
    for (const part of [this.stage.input, this.stage.output]) {
      part.canvas.addEventListener("pointerdown", (event) => {
        this.panned = false;
        this.grip = this.player.zoom > 1 ? { x: event.clientX, y: event.clientY, centre: { ...this.player.centre } } : null;
      });
      part.canvas.addEventListener("pointerup", () => { this.grip = null; });
    }
  }

  // Drag a zoomed map.
  pan(part, event) {
    if (!this.grip || !event.buttons) return false;
    const dx = event.clientX - this.grip.x, dy = event.clientY - this.grip.y;
    if (!this.panned && Math.hypot(dx, dy) < 5) return true;
    this.panned = true;
    const { box } = part === this.stage.input ? inputPlan(part.panel, this.stage) : outputPlan(part.panel, this.stage);
    const half = 0.5 / this.player.zoom;
    const keep = (value) => Math.max(half, Math.min(1 - half, value));
    this.player.centre = { x: keep(this.grip.centre.x - dx / box.width / this.player.zoom), y: keep(this.grip.centre.y - dy / box.height / this.player.zoom) };
    this.stage.repaint();
    return true;
  }

  // Hold one output cell while the pointer goes elsewhere; click it again to let go.
  pin(index) {
    const again = this.pinned && index === this.player.index;
    const isComplete = this.player.filled >= this.trace.count;
    this.player.stop();
    this.player.set(index, !isComplete);
    this.pinned = !again;
    this.stage.root.focus({ preventScroll: true });
    this.stage.repaint();
  }

  cellUnder(x, y) {
    const { view, box } = outputPlan(this.stage.output.panel, this.stage);
    const column = Math.floor((x - box.x) / box.cell + view.x), row = Math.floor((y - box.y) / box.cell + view.y);
    const isInside = x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
    return isInside && row < this.trace.outHeight && column < this.trace.outWidth ? { row, column } : null;
  }

  pixelUnder(x, y) {
    const { view, box } = inputPlan(this.stage.input.panel, this.stage);
    if (x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height) return null;
    const cellX = Math.floor((x - box.x) / box.cell + view.x), cellY = Math.floor((y - box.y) / box.cell + view.y);
    const cell = this.stage.made.layout.at(cellX, cellY);
    return cell && { tile: cell.tile, x: cell.x - this.trace.columns.before, y: cell.y - this.trace.rows.before };
  }

  nearestOutput({ x, y }) {
    const { rows, columns, outWidth, outHeight } = this.trace;
    const nearest = (axis, position, count) =>
      Math.max(0, Math.min(count - 1, Math.round((position + axis.before - (axis.dilation * (axis.kernel - 1)) / 2) / axis.stride)));
    return nearest(rows, y, outHeight) * outWidth + nearest(columns, x, outWidth);
  }

  pixelWords({ x, y, tile }) {
    const { trace } = this;
    const windows = readers(trace.rows, y, trace.outHeight).length * readers(trace.columns, x, trace.outWidth).length;
    const used = windows ? `read by ${many(windows, "window")}` : "read by no window";
    if (x < 0 || y < 0 || x >= trace.width || y >= trace.height) return `padding (${trace.outside})\n${used}`;
    const shown = this.stage.made.layout.isPicture ? trace.channels : [trace.channels[tile]];
    const values = shown.map((channel) => full(trace.input.data[(channel * trace.height + y) * trace.width + x] / trace.divisor));
    return `row ${grouped(y + 1)}, column ${grouped(x + 1)}: ${values.join(", ")}\n${used}`;
  }

  tapWords({ tap, block }) {
    const { trace, step, say: numbers } = this.stage;
    const value = Number.isNaN(step.values[tap]) ? "outside the picture" : full(step.values[tap]);
    if (trace.term === "value") return value;
    const weight = full(trace.weight.data[tap]);
    if (block === 1) return `weight ${weight}\nused at ${many(trace.count, "place")}, always the same`;
    const sign = trace.term === "product" ? [`${value} × ${weight}`] : [`(${value} − ${weight})²`];
    return this.stage.hidden ? sign[0] : `${sign[0]}\n= ${numbers.of(step).term(tap)}`;
  }

  showTip(event, text) {
    say(this.stage.tip, text);
    const box = this.stage.root.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.stage.tip;
    const x = Math.min(event.clientX - box.left + 14, box.width - offsetWidth - 8);
    const y = event.clientY - box.top + 18;
    this.stage.tip.style.transform = `translate(${Math.max(4, x)}px, ${y + offsetHeight > box.height ? y - offsetHeight - 30 : y}px)`;
    this.stage.tip.style.visibility = "visible";
  }

  hideTip() { this.stage.tip.style.visibility = "hidden"; }

  onKey(event) {
    if (!this.trace) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.composedPath()[0];
    if (target.tagName === "SELECT" || (target.tagName === "INPUT" && event.key !== " ")) return;
    const width = this.trace.outWidth;
    const act = {
      ArrowRight: () => this.player.go(this.player.index + 1), ArrowLeft: () => this.player.go(this.player.index - 1),
      ArrowDown: () => this.player.go(this.player.index + width < this.trace.count ? this.player.index + width : this.player.index),
      ArrowUp: () => this.player.go(this.player.index - width >= 0 ? this.player.index - width : this.player.index),
      Home: () => this.player.go(0), End: () => this.player.go(this.trace.count - 1),
      " ": target.tagName === "BUTTON" ? null : () => this.player.toggle(),
      f: () => this.stage.toggleFull(), "+": () => this.player.zoomTo(this.player.zoom * 2), "-": () => this.player.zoomTo(this.player.zoom / 2),
      Escape: () => { this.pinned = false; this.stage.repaint(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
