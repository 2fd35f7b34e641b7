// The pointer and the keys: hovering, pinning an output, dragging a zoomed map, and what the tooltips say.
import { outputAt, readers } from "./arithmetic.js";
import { full, grouped, many } from "../drawing/numbers.js";
import { channelName, place } from "./words.js";
import { isFinger, say } from "../drawing/elements.js";
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
    const { input, operands, output } = this.stage;
    this.listenTo(output, (at, event) => this.pointOutput(at, event), (at) => {
      const cell = this.cellUnder(...at);
      if (cell) this.pin(cell.row * this.trace.outWidth + cell.column);
    });
    this.listenTo(input, (at, event) => this.pointInput(at, event), (at) => {
      const pixel = this.pixelUnder(...at);
      if (pixel) this.pin(this.nearestOutput(pixel));
    });
    this.listenTo(operands, (at, event) => this.pointOperands(at, event), (at) => {
      const found = tapUnder(operands.panel, this.stage, ...at);
      if (found?.isSmall) this.stage.lookAt(found.tap);
    });
    for (const part of [input, output]) {
      part.canvas.addEventListener("pointerdown", (event) => {
        this.grip = this.player.zoom > 1 ? { x: event.clientX, y: event.clientY, centre: { ...this.player.centre } } : null;
      });
      part.canvas.addEventListener("pointerup", () => { this.grip = null; });
    }
    // What a finger has pointed at stays until it touches something else.
    this.elsewhere = (event) => {
      if (!isFinger(event) || event.composedPath().includes(this.stage.root)) return;
      this.letGo();
      this.stage.repaint();
    };
    window.addEventListener("pointerdown", this.elsewhere);
  }

  leave() { window.removeEventListener("pointerdown", this.elsewhere); }

  // A mouse points by going over a panel and presses it; a finger does both in one tap, and leaves nothing by lifting.
  listenTo(part, point, press) {
    const { canvas } = part;
    const at = ({ clientX, clientY }) => { const box = canvas.getBoundingClientRect(); return [clientX - box.left, clientY - box.top]; };
    let isTap = false;
    canvas.addEventListener("pointerdown", (event) => { isTap = isFinger(event); this.panned = false; });
    canvas.addEventListener("pointermove", (event) => {
      if (this.pan(part, event) || (isFinger(event) && event.buttons) || this.player.playing) return;
      point(at(event), event);
      this.stage.repaint();
    });
    canvas.addEventListener("pointerleave", (event) => {
      if (isFinger(event)) return;
      this.letGo();
      this.stage.repaint();
    });
    canvas.addEventListener("click", (event) => {
      if (this.panned) return;
      if (isTap) { this.player.stop(); this.letGo(); }
      press(at(event));
      if (isTap) point(at(event), event);
      this.stage.repaint();
    });
    canvas.addEventListener("wheel", (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      this.player.zoomTo(this.player.zoom * (event.deltaY < 0 ? 1.25 : 0.8));
    }, { passive: false });
  }

  pointOutput(at, event) {
    const cell = this.cellUnder(...at);
    if (!cell) { this.letGo(); return; }
    if (!this.pinned) this.hover = cell.row * this.trace.outWidth + cell.column;
    const value = outputAt(this.trace, cell.row, cell.column);
    this.showTip(event, this.stage.hidden ? "?" : `${place(this.trace, cell)}\n${full(value)}`);
  }

  pointInput(at, event) {
    this.pixel = this.pixelUnder(...at);
    if (this.pixel) this.showTip(event, this.pixelWords(this.pixel));
    else this.hideTip();
  }

  pointOperands(at, event) {
    const found = tapUnder(this.stage.operands.panel, this.stage, ...at);
    this.tap = found?.tap ?? null;
    if (found) this.showTip(event, this.tapWords(found));
    else this.hideTip();
  }

  // Drag a zoomed map.
  pan(part, event) {
    if (!this.grip || !event.buttons) return false;
    const dx = event.clientX - this.grip.x, dy = event.clientY - this.grip.y;
    if (!this.panned && Math.hypot(dx, dy) < 5) return true;
    this.panned = true;
    const { box, view } = part === this.stage.input ? inputPlan(part.panel, this.stage) : outputPlan(part.panel, this.stage);
    const { layout } = this.stage.made, isInput = part === this.stage.input;
    const moved = (from, by, whole, shown) => {
      const half = Math.min(0.5, shown / whole / 2);
      return Math.max(half, Math.min(1 - half, from - by / box.cell / whole));
    };
    this.player.centre = {
      x: moved(this.grip.centre.x, dx, isInput ? layout.width : this.trace.outWidth, view.width),
      y: moved(this.grip.centre.y, dy, isInput ? layout.height : this.trace.outHeight, view.height),
    };
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
    const { view, box, glass } = inputPlan(this.stage.input.panel, this.stage), { step } = this.stage;
    if (glass && x >= glass.x && y >= glass.y && x < glass.x + glass.width && y < glass.y + glass.height) {
      return { tile: 0, x: step.left + Math.floor((x - glass.x) / glass.cell), y: step.top + Math.floor((y - glass.y) / glass.cell) };
    }
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
    const from = trace.channels.length > 1 ? `${channelName(trace, Math.floor(tap / (trace.rows.kernel * trace.columns.kernel)))}: ` : "";
    if (trace.term === "value") return `${from}${value}`;
    const weight = full(trace.weight.data[tap]);
    if (block === 1) return `${from}weight ${weight}\nused at ${many(trace.count, "place")}, always the same`;
    const term = `${from}${trace.term === "product" ? `${value} × ${weight}` : `(${value} − ${weight})²`}`;
    return this.stage.hidden ? term : `${term}\n= ${numbers.of(step).term(tap)}`;
  }

  showTip(event, text) {
    say(this.stage.tip, text);
    const box = this.stage.root.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.stage.tip;
    const x = Math.min(event.clientX - box.left + 14, box.width - offsetWidth - 8);
    const y = event.clientY - box.top + 18, above = y - offsetHeight - 34;
    const isAbove = (isFinger(event) && above > 0) || y + offsetHeight > box.height; // not below the finger
    this.stage.tip.style.transform = `translate(${Math.max(4, x)}px, ${isAbove ? above : y}px)`;
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
