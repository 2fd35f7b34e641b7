// The walk from pixels to prediction: a strip of depths, the chosen depth's strongest maps as tiles, one of them large
// over the photo, and what the network says of it. Going from depth to depth, from map to map and from unit to unit
// happens here; Python is told once a choice is made.
import { button, icon, make, onArrows, say, sayEnds, scaleOf } from "../drawing/elements.js";
import { View } from "../drawing/mount.js";
import { number, times } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { mapOf, mapWords, sightWords, stopOf } from "./messages.js";
import { moved, placeOf, readUnit, unitText, unitUnder } from "./places.js";
import { gradient } from "./ramp.js";
import { fitted, mapBitmap, paintCut, paintOver, paintSight, photoOf } from "./sheets.js";
import { Square } from "./square.js";

const STAY = 1400; // milliseconds at each depth, walking through

export class Walk extends View {
  told = ""; tilesFor = ""; remembered = []; chips = []; cells = []; pressing = 0; playing = 0; bitmaps = new Map();
  /** @type {WalkMessage} */ model; /** @type {OverlayUnit} */ unit = null; /** @type {(text: string) => void} */ tell; hover = null;
  photo; whole; start;

  constructor(root) {
    super();
    this.root = root;
    this.strip = make("div", { class: "strip", role: "radiogroup", "aria-label": "Depth" });
    this.large = new Panel({ class: "large", tabindex: "0", role: "img" });
    this.canvas = this.large.canvas;
    this.head = make("header", {});
    this.line = make("p", { class: "line", "aria-live": "polite" });
    this.scale = scaleOf();
    this.tiles = make("div", { class: "tiles", role: "radiogroup" });
    this.words = make("p", { class: "words" });
    this.note = make("p", { class: "told" });
    this.bars = make("div", { class: "bars" });
    this.square = new Square({ moved: () => this.onMoved(), rested: (start) => this.tell(`square.${start}`) });
    this.root.append(
      this.strip,
      make("div", { class: "scene" },
        make("section", { class: "over" }, this.head, this.canvas, this.line, this.scale),
        make("section", { class: "strongest" }, this.words, this.tiles, this.note),
        make("section", { class: "says" }, this.square.element, this.bars)),
    );
    this.listen();
  }

  listen() {
    const { canvas } = this;
    onArrows(this.strip, (by) => {
      const next = this.chips[this.chips.findIndex(({ at }) => at === this.unit.stop) + by[0] + by[1]];
      if (next) this.toStop(next.at);
    });
    canvas.addEventListener("pointermove", (event) => { this.hover = unitUnder(this.map, canvas, this.photo, event); this.repaint(); });
    canvas.addEventListener("pointerleave", () => { this.hover = null; this.repaint(); });
    canvas.addEventListener("click", (event) => this.choose({ ...this.unit, ...unitUnder(this.map, canvas, this.photo, event) }));
    onArrows(canvas, (by) => {
      this.unit = { ...this.unit, ...moved(this.map, this.unit, by) };
      this.hover = null;
      this.paint();
      clearTimeout(this.pressing); // Python is told where the keys came to rest
      this.pressing = setTimeout(() => this.tell(unitText(this.unit)), 350);
    });
  }

  // ---- new maps ----

  receive(model, theme, choose) {
    clearInterval(this.playing);
    Object.assign(this, { model, theme, tell: choose });
    this.photo = photoOf(model.photo);
    this.whole = photoOf(model.whole);
    this.square.receive(model, this.whole, theme);
    this.bitmaps = new Map();
    const said = `${model.selected}|${model.token}`;
    // A choice that Python says anew; else where the visitor has gone since, as far as it is here.
    const wanted = said !== this.told || !this.unit || !mapOf(model, this.unit) ? readUnit(model.selected) : this.unit;
    if (said !== this.told) this.remembered = [];
    this.told = said;
    this.furnish();
    this.go(wanted, false);
  }

  furnish() {
    const { model } = this;
    this.chips = model.stops.map((stop) => {
      const panel = new Panel(), sees = make("small", {}, make("span", {}, "sees "), stop.sees);
      const told = { role: "radio", title: `${stop.name}: ${stop.words}`, onclick: () => this.toStop(stop.at) };
      return { at: stop.at, panel, element: button(told, panel.canvas, make("b", {}, stop.name), sees) };
    });
    this.start = new Panel();
    const told = { class: "start", title: `${model.cut} Press to walk through all depths.`, onclick: () => this.play() };
    const start = button(told, this.start.canvas, make("b", {}, icon("play"), " walk"), make("small", {}, model.sizes));
    this.strip.replaceChildren(start, ...this.chips.map(({ element }) => element));
    this.furnishBars();
  }

  furnishBars() {
    const { bars, guess } = this.model;
    const last = this.model.stops.at(-1).at;
    const rows = bars.map(({ name, share, text, id }) => {
      const bar = make("i", {});
      bar.style.width = `${Math.max(0.5, 100 * share)}%`;
      const choose = () => this.choose(this.placed({ stop: last, channel: id }));
      const parts = [make("span", {}, name), make("em", {}, text), make("u", {}, bar)];
      return button({ class: "bar", title: "Its map: where is it seen?", onclick: choose }, ...parts);
    });
    const title = make("h2", {}, "What it says");
    if (guess) {
      const show = button({ class: "show", onclick: () => this.tell("show") }, "What will it say? Show it");
      this.bars.replaceChildren(title, show);
    } else this.bars.replaceChildren(title, ...rows, make("p", { class: "told" }, this.model.verdict));
  }

  // What the network said of another square is no answer to this one.
  onMoved() {
    this.root.classList.toggle("is-moved", this.square.place.start !== this.model.start);
    this.paintStart();
  }

  // ---- where the visitor is ----

  get map() { return mapOf(this.model, this.unit); }

  toStop(stop) {
    this.choose(this.placed(this.inFront(stop)));
    this.chips.find(({ at }) => at === stop).element.focus();
  }

  // From the first depth to the last, a moment at each; what is chosen meanwhile ends it.
  play() {
    clearInterval(this.playing);
    let place = 0;
    const step = () => {
      const chip = this.chips[place];
      if (!chip) { clearInterval(this.playing); this.tell(unitText(this.unit)); return; }
      this.go(this.placed(this.inFront(chip.at)));
      place += 1;
    };
    step();
    this.playing = setInterval(step, STAY);
  }

  // The unit of a depth that was shown last; else its strongest map.
  inFront(stop) {
    const last = this.remembered[stop];
    return last && mapOf(this.model, last) ? last : { stop, channel: stopOf(this.model, stop).channels[0] };
  }

  // A unit with a place: without one, the strongest of its map.
  placed(unit) {
    if (unit.row != null) return unit;
    const [row, column] = mapOf(this.model, unit).peak;
    return { ...unit, row, column };
  }

  choose(unit) {
    clearTimeout(this.pressing);
    clearInterval(this.playing);
    this.go(unit);
    this.tell(unitText(this.unit));
  }

  go(unit, isVisitor = true) {
    const first = this.inFront(this.model.stops[0].at);
    this.unit = this.placed(mapOf(this.model, unit) ? unit : first);
    this.remembered[this.unit.stop] = this.unit;
    if (isVisitor) this.hover = null;
    this.furnishTiles();
    this.paint();
  }

  furnishTiles() {
    const { unit, model } = this, stop = stopOf(model, unit.stop);
    const key = `${this.told}|${unit.stop}|${stop.channels}`;
    if (key !== this.tilesFor) {
      this.tilesFor = key;
      this.cells = stop.channels.map((channel) => {
        const map = mapOf(model, { stop: unit.stop, channel }), panel = new Panel();
        const choose = () => this.choose(this.placed({ stop: unit.stop, channel }));
        const told = { role: "radio", title: `${map.name}, largest number ${number(map.limit)}`, onclick: choose };
        return { channel, panel, element: button(told, panel.canvas, make("span", {}, map.short)) };
      });
      this.tiles.setAttribute("aria-label", `The strongest maps of ${stop.name}`);
      this.tiles.replaceChildren(...this.cells.map(({ element }) => element));
      say(this.words, stop.words);
      say(this.note, stop.note);
    }
    for (const { element, channel } of this.cells) element.setAttribute("aria-checked", String(channel === unit.channel));
    for (const { element, at } of this.chips) {
      const isChosen = at === unit.stop;
      element.setAttribute("aria-checked", String(isChosen));
      element.tabIndex = isChosen ? 0 : -1;
      if (isChosen) this.bring(element);
    }
  }

  // Scroll the strip until a depth is seen.
  bring({ offsetLeft, offsetWidth }) {
    const { scrollLeft, clientWidth } = this.strip, left = offsetLeft - this.strip.offsetLeft;
    if (left < scrollLeft) this.strip.scrollLeft = left;
    else if (left + offsetWidth > scrollLeft + clientWidth) this.strip.scrollLeft = left + offsetWidth - clientWidth;
  }

  // ---- painting ----

  bitmapOf(map) {
    const key = `${map.stop}.${map.channel}`;
    if (!this.bitmaps.has(key)) this.bitmaps.set(key, mapBitmap(map.numbers, map.height, map.width, map.limit));
    return this.bitmaps.get(key);
  }

  paint() {
    const { photo, model, unit } = this;
    const over = (panel, shown) => {
      const key = `${this.told}|${shown.channel}|${panel.canvas.clientWidth}`;
      if (panel.painted === key) return;
      panel.painted = key;
      const context = panel.open(), map = mapOf(model, shown);
      if (context) paintOver(context, panel.box, photo, { map: this.bitmapOf(map), place: placeOf(map) });
    };
    for (const { panel, at } of this.chips) over(panel, this.inFront(at));
    for (const { panel, channel } of this.cells) over(panel, { stop: unit.stop, channel });
    this.onMoved();
    this.square.paint();
    this.paintLarge();
  }

  paintStart() {
    const { start, whole, theme, square, model } = this, context = start.open();
    if (context) paintCut(context, fitted(start, whole), whole, model.size, square.place, theme);
  }

  paintLarge() {
    const { large, large: { box }, map, photo, theme, hover } = this, shown = { ...this.unit, ...hover };
    const context = large.open();
    if (!context) return;
    paintOver(context, box, photo, { map: this.bitmapOf(map), place: placeOf(map) });
    paintSight(context, box, photo.width, map, shown, theme);
    const title = mapWords(map, stopOf(this.model, map.stop));
    this.head.replaceChildren(make("b", {}, title), make("span", {}, ` ${times(map.height, map.width)}`));
    say(this.line, sightWords(map, shown, photo.width));
    this.line.dataset.unit = unitText(shown);
    sayEnds(this.scale, "0", number(map.limit, 2));
    this.scale.children[1].style.background = gradient(false);
    this.canvas.setAttribute("aria-label", `${title}, over the photo. Arrow keys go from unit to unit. ${this.line.textContent}`);
  }

  leave() {
    clearInterval(this.playing);
    clearTimeout(this.pressing);
    this.square.forget();
    this.isGone = true;
  }
}
