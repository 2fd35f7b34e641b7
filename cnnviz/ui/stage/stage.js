// The stage: its elements, its state, and what a person does with it. One state (the current output cell)
// drives every panel; nothing here asks the server for anything.
import { abridged, outputAt, readers, stepAt, strongest, unpack } from "./arithmetic.js";
import { exact, narrate, place, plural, speaker, total } from "./words.js";
import { SIGNED, themeOf } from "./palette.js";
import { prepare } from "./bitmaps.js";
import { Panel } from "./paper.js";
import { inputPlan, paintInput } from "./input.js";
import { outputPlan, paintOutput } from "./output.js";
import { paintOperands, tapUnder } from "./operands.js";

const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 240]; // steps a second
const ROWS = 30; // rows a second, where whole rows go at once
const NUMBERED = 144; // outputs up to which a map starts empty, to be filled; a larger one starts complete
const OVERVIEW_FROM = 60; // outputs from which the abridged sweep is offered

function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const ICONS = {
  play: "M4 2.5v11l9-5.5z", pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z", back: "M11 2.5v11L4 8zM3 2.5h1.5v11H3z",
  forward: "M5 2.5v11L12 8zM11.5 2.5H13v11h-1.5z", out: "M3 7.2h10v1.6H3z", in: "M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z",
  full: "M2 2h5v1.6H3.6V7H2zM9 2h5v5h-1.6V3.6H9zM2 9h1.6v3.4H7V14H2zM12.4 9H14v5H9v-1.6h3.4z",
};

function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

class Stage {
  constructor(parent) {
    this.version = 0;
    Object.assign(this, {
      index: 0, filled: 0, zoom: 1, centre: { x: 0.5, y: 0.5 }, playing: false, overview: true, guessing: false,
      revealed: false, pinned: false, hover: null, pixel: null, tap: null, slide: null, corners: true, digest: "",
    });
    this.build(parent);
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(this.root);
    this.reduced = window.matchMedia("(prefers-reduced-motion: reduce)");
  }

  build(parent) {
    const button = (label, title, onclick, className = "") =>
      make("button", { type: "button", title, "aria-label": title, class: className, onclick }, label);
    const panel = (name, first) => {
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
    this.operands.element.append(make("div", { class: "total" }, this.sum, "=", this.answer, this.reveal));
    this.playWord = make("span", {}, "Play");
    this.playIcons = [icon("play"), icon("pause")];
    this.playButton = make("button", { type: "button", title: "Play or pause (space)", class: "play", onclick: () => this.toggle() }, ...this.playIcons, this.playWord);
    this.back = button(icon("back"), "One step back (left arrow)", () => this.move(-1), "icon");
    this.forward = button(icon("forward"), "One step on (right arrow)", () => this.move(1), "icon");
    this.scrub = make("input", { type: "range", min: "1", value: "1", "aria-label": "Step", oninput: () => this.go(Number(this.scrub.value) - 1) });
    this.count = make("span", { class: "count" });
    this.speed = make("select", { "aria-label": "Speed", title: "Speed", onchange: () => this.keepSpeed() });
    this.overviewButton = button("overview", "Play about 25 well-chosen stops", () => this.setOverview(true));
    this.everyButton = button("every step", "Play every step", () => this.setOverview(false));
    this.segment = make("span", { class: "segment" }, this.overviewButton, this.everyButton);
    this.guess = button("guess first", "Hide each answer until you click it", () => {
      this.guessing = !this.guessing; this.revealed = false; this.guess.setAttribute("aria-pressed", this.guessing); this.repaint();
    });
    this.zoomOut = button(icon("out"), "Zoom out", () => this.zoomTo(this.zoom / 2), "icon");
    this.zoomIn = button(icon("in"), "Zoom in", () => this.zoomTo(this.zoom * 2), "icon");
    this.zooms = make("span", { class: "segment" }, this.zoomOut, this.zoomIn);
    this.full = button(icon("full"), "Full screen (f)", () => this.toggleFull(), "icon");
    this.whole = make("figure", { class: "whole" });
    this.line = make("p", { class: "line", "aria-live": "polite" });
    this.tip = make("div", { class: "tip", role: "tooltip" });
    this.panels = make("div", { class: "panels" }, this.input.element, this.operands.element, this.output.element);
    this.root = make("div", { class: "stage", tabindex: "0", role: "group", "aria-label": "The operation, step by step" },
      this.panels,
      make("div", { class: "controls" }, this.playButton, this.back, this.forward, this.scrub, this.count, this.speed, this.segment, this.guess, this.zooms, this.full),
      this.line, this.whole, this.tip);
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.listen();
    parent.append(make("div", { class: "frame" }, this.root));
  }

  // ---- a new trace ----

  receive(data) {
    this.theme = themeOf(this.root);
    this.root.style.setProperty("--muted", this.theme.muted);
    this.root.style.setProperty("--palette", `linear-gradient(to right, ${SIGNED.filter((_, at) => at % 14 === 1).join(", ")})`);
    this.root.style.setProperty("--window", this.theme.dark ? this.theme.window : "#c14f00");
    this.root.style.setProperty("--on-primary", this.theme.dark ? "#0b1118" : "#ffffff");
    const before = this.trace;
    const trace = unpack(data);
    Object.assign(this, { trace, made: prepare(trace, this.theme), say: speaker(trace), version: this.version + 1 });
    Object.assign(this, { hover: null, pixel: null, tap: null, slide: null, revealed: false });
    this.stops = abridged(trace);
    if (!before) this.begin();
    else this.carryOn(before);
    this.offerSpeeds();
    this.segment.hidden = trace.count < OVERVIEW_FROM;
    this.segment.style.display = this.segment.hidden ? "none" : "";
    if (this.segment.hidden) this.overview = false;
    else if (!before || before.count < OVERVIEW_FROM) this.overview = true;
    this.zooms.style.display = Math.max(trace.height, trace.width) > 12 ? "" : "none";
    if (Math.max(trace.height, trace.width) <= 12) this.zoom = 1;
    this.setOverview(this.overview);
    this.scrub.max = trace.count;
    say(this.input.heading, trace.names.input ?? "Input");
    say(this.output.heading, trace.names.output ?? "Output");
    if (trace.options.whole) this.showWhole();
    this.root.setAttribute("data-ready", this.version);
    if (!before && trace.options?.autoplay && !this.reduced.matches) this.toggle();
    this.paint();
  }

  // The whole map, a pixel a number; a very small one in larger squares.
  showWhole() {
    const { outWidth, outHeight, limit } = this.trace;
    const most = this.say.output(limit);
    this.made.output.style.width = `${outWidth * Math.max(1, Math.floor(160 / Math.max(outWidth, outHeight)))}px`;
    this.made.output.setAttribute("role", "img");
    this.made.output.setAttribute("aria-label", `The whole map, ${outHeight} by ${outWidth} numbers`);
    const scale = make("span", { class: "scale" }, `−${most}`, make("i"), most);
    this.whole.replaceChildren(make("figcaption", {}, make("b", {}, "The whole map, a pixel a number"), scale), this.made.output);
  }

  // Small maps begin with one cell filled, to be watched; large ones complete, at their strongest answer.
  begin() {
    const isLarge = this.trace.count > NUMBERED;
    this.index = isLarge ? strongest(this.trace) : 0;
    this.filled = isLarge ? this.trace.count : 1;
  }

  // The same place in the new map, as near as it has one.
  carryOn(before) {
    const { trace } = this;
    const wasComplete = this.filled >= before.count;
    if (before.outHeight === trace.outHeight && before.outWidth === trace.outWidth) return;
    const row = Math.floor(this.index / before.outWidth), column = this.index % before.outWidth;
    const scale = (at, from, to) => Math.min(to - 1, Math.round((at / Math.max(1, from - 1)) * (to - 1)));
    if (trace.count <= NUMBERED && before.count > NUMBERED) { this.begin(); return; }
    this.index = scale(row, before.outHeight, trace.outHeight) * trace.outWidth + scale(column, before.outWidth, trace.outWidth);
    this.filled = wasComplete || (trace.count > NUMBERED && before.count <= NUMBERED) ? trace.count : this.index + 1;
  }

  // ---- moving ----

  get shown() { return this.hover ?? this.index; }
  get hidden() { return this.guessing && !this.revealed; }

  go(index, fill = true) {
    this.pinned = false;
    this.stop();
    this.set(index, fill);
  }

  set(index, fill = true) {
    const { trace } = this;
    this.index = Math.max(0, Math.min(trace.count - 1, index));
    if (fill) this.filled = this.index + 1;
    this.hover = null;
    this.revealed = false;
    this.follow();
    this.repaint();
  }

  move(by) {
    if (!this.overview) { this.go(this.index + by); return; }
    const next = by > 0 ? this.stops.find((stop) => stop > this.index) : this.stops.findLast((stop) => stop < this.index);
    this.go(next ?? (by > 0 ? this.trace.count - 1 : 0));
  }

  toggle() {
    if (this.playing) { this.stop(); this.repaint(); return; }
    if (this.filled >= this.trace.count) this.set(0);
    Object.assign(this, { playing: true, pinned: false, hover: null, pixel: null, tap: null, due: 0, last: null });
    this.hideTip();
    requestAnimationFrame((now) => this.tick(now));
    this.repaint();
  }

  stop() {
    this.playing = false;
    this.slide = null;
  }

  // One painted frame of playing: as many steps as are due by now, then the window on its way to the next.
  tick(now) {
    if (!this.playing || !this.trace) return;
    const rate = Number(this.speed.value) || ROWS;
    const elapsed = this.last === null ? 0 : Math.min(0.25, (now - this.last) / 1000);
    this.last = now;
    this.due += elapsed * rate;
    const steps = Math.floor(this.due);
    this.due -= steps;
    if (steps > 0) this.advance(steps);
    this.slide = this.between(rate);
    this.paint();
    if (this.filled >= this.trace.count) { this.stop(); this.repaint(); return; }
    requestAnimationFrame((next) => this.tick(next));
  }

  advance(steps) {
    const last = this.trace.count - 1;
    this.from = this.index;
    if (this.overview) {
      const at = this.stops.findIndex((stop) => stop > this.index);
      this.index = at < 0 ? last : this.stops[Math.min(this.stops.length - 1, at + steps - 1)];
    } else {
      this.index = Math.min(last, this.index + (this.speed.value === "rows" ? steps * this.trace.outWidth : steps));
    }
    this.filled = this.index + 1;
    this.revealed = false;
    this.follow();
  }

  // Where the window is while it slides from one stop to the next; null where it stands, or steps are too quick.
  between(rate) {
    if (this.reduced.matches || rate > 8 || this.from === undefined) return null;
    const share = Math.min(1, this.due / 0.4);
    if (share >= 1) return null;
    const eased = share * share * (3 - 2 * share);
    const { rows, columns, outWidth } = this.trace;
    const at = (index) => [Math.floor(index / outWidth) * rows.stride - rows.before, (index % outWidth) * columns.stride - columns.before];
    const [a, b] = [at(this.from), at(this.index)];
    return { top: a[0] + (b[0] - a[0]) * eased, left: a[1] + (b[1] - a[1]) * eased };
  }

  // ---- speeds, overview, zoom ----

  offerSpeeds() {
    const isSmall = this.trace.count <= NUMBERED;
    if (this.speedsFor === isSmall) return;
    this.speedsFor = isSmall;
    this.chosen = { overview: "2", every: isSmall ? "2" : "60" };
    this.speed.replaceChildren(...SPEEDS.map((speed) => make("option", { value: String(speed) }, `${speed} / s`)), make("option", { value: "rows" }, "whole rows"));
  }

  keepSpeed() { this.chosen[this.overview ? "overview" : "every"] = this.speed.value; }

  setOverview(overview) {
    this.overview = overview;
    this.overviewButton.setAttribute("aria-pressed", overview);
    this.everyButton.setAttribute("aria-pressed", !overview);
    this.speed.value = this.chosen[overview ? "overview" : "every"];
    this.repaint();
  }

  zoomTo(zoom, centre = null) {
    const most = Math.max(1, Math.max(this.made.layout.width, this.made.layout.height) / 8);
    this.zoom = Math.max(1, Math.min(most, zoom));
    if (centre) this.centre = centre;
    else this.lookAt(this.index);
    this.root.classList.toggle("is-zoomed", this.zoom > 1);
    this.repaint();
  }

  lookAt(index) {
    const { outWidth, outHeight } = this.trace;
    this.centre = { x: ((index % outWidth) + 0.5) / outWidth, y: (Math.floor(index / outWidth) + 0.5) / outHeight };
  }

  // Zoomed in, the view goes with the window once that nears its edge.
  follow() {
    if (this.zoom === 1) return;
    const { outWidth, outHeight } = this.trace;
    const x = ((this.index % outWidth) + 0.5) / outWidth, y = (Math.floor(this.index / outWidth) + 0.5) / outHeight;
    const reach = 0.35 / this.zoom;
    if (Math.abs(x - this.centre.x) > reach || Math.abs(y - this.centre.y) > reach) this.lookAt(this.index);
  }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.root.requestFullscreen?.();
  }

  onKey(event) {
    if (!this.trace) return;
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const target = event.composedPath()[0];
    if (target.tagName === "SELECT" || (target.tagName === "INPUT" && event.key !== " ")) return;
    const width = this.trace.outWidth;
    const act = {
      ArrowRight: () => this.go(this.index + 1), ArrowLeft: () => this.go(this.index - 1),
      ArrowDown: () => this.go(this.index + width < this.trace.count ? this.index + width : this.index),
      ArrowUp: () => this.go(this.index - width >= 0 ? this.index - width : this.index),
      Home: () => this.go(0), End: () => this.go(this.trace.count - 1),
      " ": target.tagName === "BUTTON" ? null : () => this.toggle(),
      f: () => this.toggleFull(), "+": () => this.zoomTo(this.zoom * 2), "-": () => this.zoomTo(this.zoom / 2),
      Escape: () => { this.pinned = false; this.repaint(); },
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  // ---- the pointer ----

  listen() {
    const at = (part, event) => {
      const box = part.canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    const leave = () => { Object.assign(this, { hover: null, pixel: null, tap: null }); this.hideTip(); this.repaint(); };
    for (const part of [this.input, this.operands, this.output]) {
      part.canvas.addEventListener("pointerleave", leave);
      part.canvas.addEventListener("wheel", (event) => {
        if (!event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        this.zoomTo(this.zoom * (event.deltaY < 0 ? 1.25 : 0.8));
      }, { passive: false });
    }
    this.output.canvas.addEventListener("pointermove", (event) => {
      if (this.pan(this.output, event)) return;
      const cell = this.cellUnder(...at(this.output, event));
      if (this.playing || !cell) { if (!this.playing && this.hover !== null) leave(); return; }
      if (!this.pinned) this.hover = cell.row * this.trace.outWidth + cell.column;
      const value = outputAt(this.trace, cell.row, cell.column);
      this.showTip(event, this.hidden ? "?" : `${place(this.trace, cell)}\n${exact(value)}`);
      this.repaint();
    });
    this.output.canvas.addEventListener("click", (event) => {
      if (this.panned) return;
      const cell = this.cellUnder(...at(this.output, event));
      if (cell) this.pin(cell.row * this.trace.outWidth + cell.column);
    });
    this.input.canvas.addEventListener("pointermove", (event) => {
      if (this.pan(this.input, event) || this.playing) return;
      this.pixel = this.pixelUnder(...at(this.input, event));
      if (this.pixel) this.showTip(event, this.pixelWords(this.pixel));
      else this.hideTip();
      this.repaint();
    });
    this.input.canvas.addEventListener("click", (event) => {
      const pixel = this.pixelUnder(...at(this.input, event));
      if (pixel && !this.panned) this.pin(this.nearestOutput(pixel));
    });
    this.operands.canvas.addEventListener("pointermove", (event) => {
      if (this.playing) return;
      const found = tapUnder(this.operands.panel, this, ...at(this.operands, event));
      this.tap = found?.tap ?? null;
      if (found) this.showTip(event, this.tapWords(found));
      else this.hideTip();
      this.repaint();
    });
    for (const part of [this.input, this.output]) {
      part.canvas.addEventListener("pointerdown", (event) => {
        this.panned = false;
        this.grip = this.zoom > 1 ? { x: event.clientX, y: event.clientY, centre: { ...this.centre } } : null;
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
    const { box } = part === this.input ? inputPlan(part.panel, this) : outputPlan(part.panel, this);
    const half = 0.5 / this.zoom;
    const keep = (value) => Math.max(half, Math.min(1 - half, value));
    this.centre = { x: keep(this.grip.centre.x - dx / box.width / this.zoom), y: keep(this.grip.centre.y - dy / box.height / this.zoom) };
    this.repaint();
    return true;
  }

  // Hold one output cell while the pointer goes elsewhere; click it again to let go.
  pin(index) {
    const again = this.pinned && index === this.index;
    const isComplete = this.filled >= this.trace.count;
    this.stop();
    this.set(index, !isComplete);
    this.pinned = !again;
    this.root.focus({ preventScroll: true });
    this.repaint();
  }

  cellUnder(x, y) {
    const { view, box } = outputPlan(this.output.panel, this);
    const column = Math.floor((x - box.x) / box.cell + view.x), row = Math.floor((y - box.y) / box.cell + view.y);
    const isInside = x >= box.x && y >= box.y && x < box.x + box.width && y < box.y + box.height;
    return isInside && row < this.trace.outHeight && column < this.trace.outWidth ? { row, column } : null;
  }

  pixelUnder(x, y) {
    const { view, box } = inputPlan(this.input.panel, this);
    const { layout } = this.made;
    if (x < box.x || y < box.y || x >= box.x + box.width || y >= box.y + box.height) return null;
    const cellX = Math.floor((x - box.x) / box.cell + view.x), cellY = Math.floor((y - box.y) / box.cell + view.y);
    for (let tile = 0; tile < layout.tiles; tile += 1) {
      const [left, top] = layout.corner(tile);
      const dx = cellX - left, dy = cellY - top;
      if (dx >= 0 && dy >= 0 && dx < layout.tileWidth && dy < layout.tileHeight) {
        return { tile, x: dx - this.trace.columns.before, y: dy - this.trace.rows.before };
      }
    }
    return null;
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
    const used = windows ? `read by ${plural(windows, "window")}` : "read by no window";
    if (x < 0 || y < 0 || x >= trace.width || y >= trace.height) return `padding (${trace.outside})\n${used}`;
    const shown = this.made.layout.isPicture ? trace.channels : [trace.channels[tile]];
    const values = shown.map((channel) => this.say.value(trace.input.data[(channel * trace.height + y) * trace.width + x] / trace.divisor));
    return `row ${y + 1}, column ${x + 1}: ${values.join(", ")}\n${used}`;
  }

  tapWords({ tap, block }) {
    const { trace, step } = this;
    const value = exact(step.values[tap]);
    if (trace.term === "value") return value;
    const weight = exact(trace.weight.data[tap]);
    const times = plural(trace.count, "place");
    if (block === 1) return `weight ${weight}\nused at ${times}, always the same`;
    const sign = trace.term === "product" ? [`${value} × ${weight}`] : [`(${value} − ${weight})²`];
    return this.hidden ? sign[0] : `${sign[0]}\n= ${exact(step.terms[tap])}`;
  }

  showTip(event, text) {
    say(this.tip, text);
    const box = this.root.getBoundingClientRect();
    const { offsetWidth, offsetHeight } = this.tip;
    const x = Math.min(event.clientX - box.left + 14, box.width - offsetWidth - 8);
    const y = event.clientY - box.top + 18;
    this.tip.style.transform = `translate(${Math.max(4, x)}px, ${y + offsetHeight > box.height ? y - offsetHeight - 30 : y}px)`;
    this.tip.style.visibility = "visible";
  }

  hideTip() { this.tip.style.visibility = "hidden"; }

  // ---- painting ----

  repaint() {
    if (this.waiting || !this.trace) return;
    this.waiting = true;
    requestAnimationFrame(() => { this.waiting = false; if (this.trace && !this.playing) this.paint(); });
  }

  paint() {
    const { trace } = this;
    for (const part of [this.input, this.operands, this.output]) part.panel.fit();
    if (!this.input.panel.width) return; // not on the screen
    const shown = this.shown;
    this.step = stepAt(trace, Math.floor(shown / trace.outWidth), shown % trace.outWidth);
    paintInput(this.input.panel, this);
    paintOperands(this.operands.panel, this);
    paintOutput(this.output.panel, this);
    this.write();
  }

  // The words. While playing fast they change a few times a second: nobody reads faster, and layout costs.
  write() {
    const now = performance.now();
    if (this.playing && Number(this.speed.value) !== 1 && now - (this.written ?? 0) < 66) return;
    this.written = now;
    const { trace, step } = this;
    say(this.operands.heading, `Row ${step.row + 1}, column ${step.column + 1}`);
    say(this.operands.note, plural(trace.taps, trace.term));
    const percent = inputPlan(this.input.panel, this).box.cell;
    const scale = percent < 1 && this.root.clientWidth > 560 ? ` at ${Math.round(percent * 100)} %` : "";
    say(this.input.note, `${trace.height} × ${trace.width} × ${trace.depth}${scale}`);
    say(this.output.note, `${trace.outHeight} × ${trace.outWidth} × 1`);
    // Python's number; the one in the sum's line is the JavaScript's.
    say(this.value, this.hidden ? "?" : this.say.output(outputAt(trace, step.row, step.column)));
    const { left, result } = total(trace, step, this.say);
    const { hidden } = this;
    say(this.sum, hidden ? "the sum" : left);
    say(this.answer, result);
    this.answer.style.display = hidden ? "none" : "";
    this.reveal.style.display = hidden ? "" : "none";
    say(this.count, `step ${(this.index + 1).toLocaleString("en")} of ${trace.count.toLocaleString("en")}`);
    if (Number(this.scrub.value) !== this.index + 1) this.scrub.value = this.index + 1;
    say(this.playWord, this.playing ? "Pause" : "Play");
    this.playIcons.forEach((shape, at) => { shape.style.display = this.playing === (at === 1) ? "" : "none"; });
    this.line.setAttribute("aria-live", this.playing ? "off" : "polite");
    say(this.line, narrate(trace, step, hidden, this.say));
    // Every digit of both sides, for whoever wants to compare: the sum is this file's, the output Python's.
    this.line.dataset.sum = hidden ? "" : String(step.result);
    this.line.dataset.output = hidden ? "" : String(outputAt(trace, step.row, step.column));
  }

  leave() {
    this.stop();
    this.observer.disconnect();
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
