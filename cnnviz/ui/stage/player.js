// What moves: the current step, playing from one to the next, and the part of the maps that is zoomed in on.
import { isStill, startOf } from "../drawing/axis.js";
import { make, press } from "../drawing/elements.js";
import { isReduced } from "../drawing/mount.js";
import { clamp, eased } from "../drawing/numbers.js";
import { abridged, strongest } from "./arithmetic.js";

const SPEEDS = [1, 2, 4, 8, 15, 30, 60, 240]; // steps a second
const ROWS = 30; // rows a second, where whole rows go at once
export const NUMBERED = 144; // outputs up to which a map starts empty, to be filled; a larger one starts complete
const SHOWN = 8; // cells a side that show at the least
const OVERVIEW_FROM = 60; // outputs from which the abridged sweep is offered

// index     the current output cell, which drives every panel      from    where the window slides from
// filled    how many outputs show                                  slide   where it is on its way, or null
// overview  whether playing makes about 25 stops                   centre  of the zoomed view, fractions of the map
export class Player {
  index = 0; filled = 0; playing = false; overview = true; slide = null; from; frame = 0; due = 0; last = null;
  stops = []; named; chosen; speedsFor; zoom = 1; slit = 1; centre = { x: 0.5, y: 0.5 };

  constructor(stage) { this.stage = stage; }

  /** @returns {Trace} */
  get trace() { return this.stage.trace; }

  // ---- a new trace ----

  receive(before) {
    const { trace } = this;
    Object.assign(this, { stops: abridged(trace), slide: null, from: undefined });
    // With another picture, Back or Forward it stands where the link says, or where a fresh one begins.
    if (!before || before.options.begun !== trace.options.begun) { this.begin(); this.named = undefined; } else this.carryOn(before);
    this.goTo(trace.options);
    this.openSlit(before);
    if (before) { this.zoomTo(Math.min(this.zoom, Math.max(this.slit, this.usualZoom)), this.centre); this.follow(); } else this.zoomTo(this.zoom);
    this.offerSpeeds();
    const isOffered = trace.count >= OVERVIEW_FROM;
    if (!isOffered) this.overview = false;
    else if (!before || before.count < OVERVIEW_FROM) this.overview = true;
    this.stage.segment.style.display = isOffered ? "" : "none";
    this.offerZoom();
    this.setOverview(this.overview);
  }

  // Small maps begin with one cell filled, to be watched; large ones, and those that are told to, complete, at their
  // strongest answer.
  begin() {
    this.index = this.startsWhole ? strongest(this.trace) : 0;
    this.filled = this.startsWhole ? this.trace.count : 1;
  }

  get startsWhole() { return this.trace.count > NUMBERED || Boolean(this.trace.options.complete); }

  // An output that Python names, as near as the map has it.
  indexOf([row, column]) { return Math.min(this.trace.count - 1, row * this.trace.outWidth + column); }

  // Where whoever opens the page by a link that names no output begins.
  get start() {
    const { at } = this.trace.options;
    if (at) return this.indexOf(at);
    return this.startsWhole ? strongest(this.trace) : 0;
  }

  /** To the output that Python names, when it names another than last time. @param {StageOptions} options */
  goTo({ at, unit }) {
    const named = JSON.stringify([at, unit]);
    if (named === this.named) return;
    this.named = named;
    if (!at) return;
    this.index = this.indexOf(at);
    this.filled = this.trace.count;
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

  go(index, fill = true) {
    this.stage.pointer.pinned = false;
    this.stop();
    this.set(index, fill);
  }

  set(index, fill = true) {
    const { trace } = this;
    this.index = clamp(index, 0, trace.count - 1);
    if (fill) this.filled = this.index + 1;
    this.stage.pointer.hover = null;
    this.stage.revealed = false;
    this.follow();
    this.stage.place.tell();
    this.stage.repaint();
  }

  move(by) {
    if (!this.overview) { this.go(this.index + by); return; }
    const next = by > 0 ? this.stops.find((stop) => stop > this.index) : this.stops.findLast((stop) => stop < this.index);
    this.go(next ?? (by > 0 ? this.trace.count - 1 : 0));
  }

  toggle() {
    if (this.playing) { this.stop(); this.stage.repaint(); return; }
    if (this.filled >= this.trace.count) this.set(0);
    Object.assign(this, { playing: true, from: undefined, due: 0, last: null });
    this.stage.pointer.pinned = false;
    this.stage.pointer.letGo();
    this.frame = requestAnimationFrame((now) => this.tick(now));
    this.stage.repaint();
  }

  stop() {
    cancelAnimationFrame(this.frame);
    this.playing = false;
    this.slide = null;
    this.stage.place.tell();
  }

  // One painted frame of playing: as many steps as are due by now, then the window on its way to the next.
  tick(now) {
    const rate = Number(this.stage.speed.value) || ROWS;
    const elapsed = this.last === null ? 0 : Math.min(0.25, (now - this.last) / 1000);
    this.last = now;
    this.due += elapsed * rate;
    const steps = Math.floor(this.due);
    this.due -= steps;
    if (steps > 0) this.advance(steps);
    this.slide = this.between(rate);
    this.stage.draw();
    if (this.filled >= this.trace.count) { this.stop(); this.stage.repaint(); return; }
    this.frame = requestAnimationFrame((next) => this.tick(next));
  }

  advance(steps) {
    const last = this.trace.count - 1;
    this.from = this.index;
    if (this.overview) {
      const at = this.stops.findIndex((stop) => stop > this.index);
      this.index = at < 0 ? last : this.stops[Math.min(this.stops.length - 1, at + steps - 1)];
    } else {
      this.index = Math.min(last, this.index + (this.stage.speed.value === "rows" ? steps * this.trace.outWidth : steps));
    }
    this.filled = this.index + 1;
    this.stage.revealed = false;
    this.follow();
  }

  // Where the window is while it slides from one stop to the next; null where it stands, or steps are too quick.
  between(rate) {
    if (isReduced() || rate > 8 || this.from === undefined || isStill(this.trace.rows)) return null;
    const share = Math.min(1, this.due / 0.4);
    if (share >= 1) return null;
    const { rows, columns, outWidth } = this.trace, way = eased(share);
    const at = (index) => [startOf(rows, Math.floor(index / outWidth)), startOf(columns, index % outWidth)];
    const [a, b] = [at(this.from), at(this.index)];
    return { top: a[0] + (b[0] - a[0]) * way, left: a[1] + (b[1] - a[1]) * way };
  }

  // ---- speeds and the overview ----

  offerSpeeds() {
    const isSmall = this.trace.count <= NUMBERED;
    if (this.speedsFor === isSmall) return;
    this.speedsFor = isSmall;
    this.chosen = { overview: "2", every: isSmall ? "2" : "60" };
    this.stage.speed.replaceChildren(...SPEEDS.map((speed) => make("option", { value: String(speed) }, `${speed} / s`)), make("option", { value: "rows" }, "rows"));
  }

  keepSpeed() { this.chosen[this.overview ? "overview" : "every"] = this.stage.speed.value; }

  setOverview(overview) {
    this.overview = overview;
    press(this.stage.overviewButton, overview);
    press(this.stage.everyButton, !overview);
    this.stage.speed.value = this.chosen[overview ? "overview" : "every"];
    this.stage.repaint();
  }

  // ---- zoom ----

  // So far that about eight cells of the larger map show; or further, until the numbers in them can be read.
  get usualZoom() { return Math.max(1, ...this.stage.zoomable.map(({ size }) => size / SHOWN)); }
  get mostZoom() { return Math.max(this.usualZoom, ...this.stage.zoomable.map(({ cell, needed }) => needed / cell)); }

  offerZoom() { this.stage.zooms.style.display = this.mostZoom > 1 ? "" : "none"; }

  zoomTo(zoom, centre = null) {
    this.zoom = clamp(zoom, 1, this.mostZoom);
    this.centre = centre ?? this.middle;
    this.stage.root.classList.toggle("is-zoomed", this.zoom > 1);
    this.stage.repaint();
  }

  // The middle of the current cell, as fractions of the map.
  get middle() {
    const { outWidth, outHeight } = this.trace;
    return { x: ((this.index % outWidth) + 0.5) / outWidth, y: (Math.floor(this.index / outWidth) + 0.5) / outHeight };
  }

  // Zoomed in, the view goes with the window once that nears its edge.
  follow() {
    if (this.zoom === 1) return;
    const { middle, centre, trace } = this, { view } = this.stage.outputView;
    const isFar = (at, from, part) => Math.abs(at - from) > 0.35 * part;
    if (isFar(middle.x, centre.x, view.width / trace.outWidth) || isFar(middle.y, centre.y, view.height / trace.outHeight)) this.centre = middle;
  }

  // A map that is a mere slit as a whole begins zoomed in, until the visitor has zoomed by himself.
  openSlit(before) {
    const { trace } = this, isNew = ["width", "height", "outWidth", "outHeight"].some((side) => before?.[side] !== trace[side]);
    if (before && (!isNew || this.zoom !== this.slit)) return;
    this.slit = clamp(this.stage.slitZoom, 1, this.mostZoom);
    this.zoom = this.slit;
  }
}
