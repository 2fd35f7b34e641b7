// The pointer and the keys: hovering, pinning an output, dragging a zoomed map, and what the tooltips say.
import { isStill, nearestTo, positionOf, readers } from "../drawing/axis.js";
import { isFinger, isInside, isShortcut, onElsewhere, pointOn } from "../drawing/elements.js";
import { clamp, full, grouped, many } from "../drawing/numbers.js";
import { hasOwnWeights, outputAt, tapAt } from "./arithmetic.js";
import { isBetween } from "./bitmaps.js";
import { channelName, place } from "./words.js";
import { inputPlan } from "./input.js";
import { tapUnder } from "./operands.js";
import { outputPlan } from "./output.js";

// hover   the output under the pointer      pinned  whether the current output is held against hovering
// pixel   the input under it                grip    where dragging began, and `panned` whether it went anywhere
// tap     the weight under it
export class Pointer {
  hover = null; pixel = null; tap = null; pinned = false; grip = null; panned = false; leave;

  constructor(stage) { this.stage = stage; }

  /** @returns {Trace} */
  get trace() { return this.stage.trace; }
  get player() { return this.stage.player; }

  // Nothing is under the pointer any more.
  letGo() {
    Object.assign(this, { hover: null, pixel: null, tap: null });
    this.stage.tip.hide();
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
    this.leave = onElsewhere(this.stage.root, () => this.rest());
  }

  rest() {
    this.letGo();
    this.stage.repaint();
  }

  // A mouse points by going over a panel and presses it; a finger does both in one tap, and leaves nothing by lifting.
  listenTo(part, point, press) {
    const { canvas } = part;
    let isTap = false;
    canvas.addEventListener("pointerdown", (event) => { isTap = isFinger(event); this.panned = false; });
    canvas.addEventListener("pointermove", (event) => {
      if (this.pan(part, event) || (isFinger(event) && event.buttons) || this.player.playing) return;
      point(pointOn(canvas, event), event);
      this.stage.repaint();
    });
    canvas.addEventListener("pointerleave", (event) => { if (!isFinger(event)) this.rest(); });
    canvas.addEventListener("click", (event) => {
      if (this.panned) return;
      if (isTap) { this.player.stop(); this.letGo(); }
      press(pointOn(canvas, event));
      if (isTap) point(pointOn(canvas, event), event);
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
    this.stage.tip.show(event, this.stage.hidden ? "?" : `${place(this.trace, cell)}\n${full(value)}`);
  }

  pointInput(at, event) {
    this.pixel = this.pixelUnder(...at);
    this.tell(event, this.pixel && this.pixelWords(this.pixel));
  }

  pointOperands(at, event) {
    const found = tapUnder(this.stage.operands.panel, this.stage, ...at);
    this.tap = found?.tap ?? null;
    this.tell(event, found && this.tapWords(found));
  }

  tell(event, words) {
    if (words) this.stage.tip.show(event, words);
    else this.stage.tip.hide();
  }

  // Drag a zoomed map.
  pan(part, event) {
    if (!this.grip || !event.buttons) return false;
    const dx = event.clientX - this.grip.x, dy = event.clientY - this.grip.y;
    if (!this.panned && Math.hypot(dx, dy) < 5) return true;
    this.panned = true;
    const isInput = part === this.stage.input, { box, view } = (isInput ? inputPlan : outputPlan)(part.panel, this.stage);
    const { layout } = this.stage.made;
    const moved = (from, by, whole, shown) => {
      const half = Math.min(0.5, shown / whole / 2);
      return clamp(from - by / box.cell / whole, half, 1 - half);
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
    return isInside(box, x, y) && row < this.trace.outHeight && column < this.trace.outWidth ? { row, column } : null;
  }

  pixelUnder(x, y) {
    const { view, box, glass } = inputPlan(this.stage.input.panel, this.stage), { step } = this.stage;
    if (glass && isInside(glass, x, y)) {
      return { tile: 0, x: step.left + Math.floor((x - glass.x) / glass.cell), y: step.top + Math.floor((y - glass.y) / glass.cell) };
    }
    if (!isInside(box, x, y)) return null;
    const cellX = Math.floor((x - box.x) / box.cell + view.x), cellY = Math.floor((y - box.y) / box.cell + view.y);
    const cell = this.stage.made.layout.at(cellX, cellY);
    return cell && { tile: cell.tile, x: positionOf(this.trace.columns, cell.x), y: positionOf(this.trace.rows, cell.y) };
  }

  nearestOutput({ x, y }) {
    const { rows, columns, outWidth, outHeight } = this.trace;
    return nearestTo(rows, y, outHeight) * outWidth + nearestTo(columns, x, outWidth);
  }

  pixelWords({ x, y, tile }) {
    const { trace } = this;
    const windows = readers(trace.rows, y, trace.outHeight).length * readers(trace.columns, x, trace.outWidth).length;
    const used = isStill(trace.rows) ? "read at every place" : windows ? `read by ${many(windows, "window")}` : "read by no window";
    if (x < 0 || y < 0 || x >= trace.width || y >= trace.height) return `padding (${trace.outside})\n${used}`;
    if (isBetween(trace, y, x)) return `a zero put between\n${used}`;
    const [down, across] = trace.spacing ?? [1, 1];
    const shown = this.stage.made.layout.isPicture ? trace.channels : [trace.channels[tile]];
    const values = shown.map((channel) => full(trace.input.data[(channel * trace.height + y) * trace.width + x] / trace.divisor));
    return `row ${grouped(y / down + 1)}, column ${grouped(x / across + 1)}: ${values.join(", ")}\n${used}`;
  }

  tapWords({ tap, block }) {
    const { trace, step, say: numbers } = this.stage;
    const value = Number.isNaN(step.values[tap]) ? (trace.rows.starts || trace.columns.starts ? "no part of this window" : "outside the picture") : full(step.values[tap]);
    const from = trace.channels.length > 1 ? `${channelName(trace, tapAt(trace, tap).channel)}: ` : "";
    if (trace.term === "value") return `${from}${value}`;
    if (trace.term === "square") return `${from}${value}²`;
    const weight = full(step.weights[tap]);
    if (block === 1) return `${from}weight ${weight}\n${hasOwnWeights(trace) ? "of this place alone" : `used at ${many(trace.count, "place")}, always the same`}`;
    const term = `${from}${trace.term === "product" ? `${value} × ${weight}` : `(${value} − ${weight})²`}`;
    return this.stage.hidden ? term : `${term}\n= ${numbers.of(step).term(tap)}`;
  }

  onKey(event) {
    const target = event.composedPath()[0];
    if (isShortcut(event) || target.tagName === "SELECT" || (target.tagName === "INPUT" && event.key !== " ")) return;
    const { player, trace: { count, outWidth } } = this, { index, zoom } = player;
    const act = {
      ArrowRight: () => player.go(index + 1), ArrowLeft: () => player.go(index - 1),
      ArrowDown: () => player.go(index + outWidth < count ? index + outWidth : index),
      ArrowUp: () => player.go(index >= outWidth ? index - outWidth : index),
      Home: () => player.go(0), End: () => player.go(count - 1),
      " ": target.tagName === "BUTTON" ? null : () => player.toggle(),
      f: () => this.stage.toggleFull(), "+": () => player.zoomTo(zoom * 2), "-": () => player.zoomTo(zoom / 2),
      Escape: () => { this.pinned = false; this.stage.repaint(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
}
