// One filter's map in the row: filled by turns, painted once more of it is there, with the cell of the shared cursor.
import { nearestTo } from "../drawing/axis.js";
import { button, make, named, onArrows, onPointing, pointOn, say, sayEnds, scaleOf } from "../drawing/elements.js";
import { heldAs } from "../drawing/held.js";
import { clamp, endsOf, times } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { outputAt } from "../stage/arithmetic.js";
import { fullColour, outputBitmap } from "../stage/bitmaps.js";
import { kernelsOf } from "../stage/live.js";
import { paintMap } from "../stage/output.js";
import { previewed, unset } from "../stage/preview.js";
import { speaker } from "../stage/words.js";

const LARGEST = 76; // pixels of a cell
const SPARED = 0.1; // of the room, at most, is left empty so that a cell has a whole number of pixels
const SEEN = 7; // pixels of the cursor, at least

// isSeen  whether it is on the screen: nothing is computed for one that is not
// key     the settings, picture and kernel whose map it shows     age  which of the row's turns made it
export class Tile {
  isSeen = false; key = ""; age = 0; refused = ""; painted = ""; said = ""; made = { output: undefined, outputRange: [0, 0] };
  /** @type {Trace | null} */ trace = null; say; cell = 1;

  constructor(row, name) {
    this.row = row;
    this.name = name;
    this.panel = new Panel();
    this.heading = make("b", {}, name);
    this.value = make("output", { class: "value" });
    this.cursor = make("i", { class: "cursor" });
    this.map = make("div", { class: "map", tabindex: "0", role: "group" }, this.panel.canvas, this.cursor);
    this.why = make("p", { class: "why" });
    this.scale = scaleOf();
    this.remove = named(`Take ${name} out of the row`, { class: "remove", onclick: () => row.act("remove", name) }, "×");
    this.toStage = button({ class: "to-stage", "aria-label": `show on the stage: ${name}`, onclick: () => row.act("show", name) }, "show on the stage");
    this.standing = make("span", { class: "standing" }, "on the stage");
    this.element = make("section", { class: "tile", "data-name": name },
      make("header", {}, this.heading, this.value, this.remove), this.map, this.why,
      make("footer", {}, this.scale, this.toStage, this.standing));
    onArrows(this.map, (by) => this.step(by));
    this.deaf = onPointing(this.map, (event) => this.point(event), () => {});
  }

  /** @type {(told: CompareMessage["tiles"][number], isOnStage: boolean) => void} */
  receive({ finds, kernels }, isOnStage) {
    this.heading.title = finds;
    this.kernels = kernels;
    this.element.classList.toggle("is-on-stage", isOnStage);
  }

  get isFilling() { return Boolean(this.trace?.filling.level); }

  // Begin the map of these settings: its first numbers are there at once. Where the kernel is not held in this size the
  // map of before stays, until Python sends it.
  /** @type {(told: CompareMessage, settings: LiveSettings, key: string) => void} */
  begin({ picture, divisor, live }, settings, key) {
    const { k, kw } = settings, held = heldAs(this.kernels), shown = heldAs(picture), kernels = held && kernelsOf(held);
    this.key = key;
    if (!kernels || !shown || !kernels.has(`${k}x${kw ?? k}`)) return;
    const { cell, ...others } = settings, own = cell && this.element.classList.contains("is-on-stage") ? settings : others;
    const { trace, refused } = previewed(unset(shown.input, divisor), live, own, kernels);
    Object.assign(this, { trace: trace ?? null, refused });
  }

  // More of it, until the clock says so.
  advance(until) {
    this.trace.filling.advance(until);
    this.trace.limit = this.trace.filling.largest;
  }

  // ---- the cursor ----

  get at() {
    const { trace, row: { place } } = this;
    return { row: nearestTo(trace.rows, place.y, trace.outHeight), column: nearestTo(trace.columns, place.x, trace.outWidth) };
  }

  point(event) {
    if (!this.trace) return;
    const [x, y] = pointOn(this.panel.canvas, event), { outHeight, outWidth } = this.trace;
    const on = (at, size) => clamp(Math.floor(at / this.cell), 0, size - 1);
    this.row.goTo(this, on(y, outHeight), on(x, outWidth), event.type === "click");
  }

  step([down, right]) {
    if (!this.trace) return false;
    const { at, trace } = this;
    this.row.goTo(this, clamp(at.row + down, 0, trace.outHeight - 1), clamp(at.column + right, 0, trace.outWidth - 1), true);
    return true;
  }

  // Its number at the cursor, as the stage would show it.
  get number() {
    const { row, column } = this.at;
    return this.say.output(outputAt(this.trace, row, column));
  }

  // ---- what shows ----

  // In so many pixels at most; `limit`: the number in full colour, where that is not the map's own.
  paint(theme, wide, high, limit) {
    const { trace, element, row } = this, isOnStage = element.classList.contains("is-on-stage");
    element.classList.toggle("is-refused", Boolean(this.refused));
    say(this.why, this.refused);
    say(this.value, trace ? (isOnStage && row.isHidden ? "?" : this.word(limit)) : "");
    if (!trace) return;
    const { outHeight, outWidth } = trace, whole = Math.min(wide / outWidth, high / outHeight, LARGEST);
    this.cell = Math.floor(whole) < (1 - SPARED) * whole ? whole : Math.floor(whole);
    this.paintMap(theme);
    const { at, cell } = this, size = Math.max(SEEN, cell), left = (wide - outWidth * cell) / 2; // the map stands in the middle
    const from = (place) => (place + 0.5) * cell - size / 2;
    Object.assign(this.cursor.style, { width: `${size}px`, height: `${size}px`, transform: `translate(${left + from(at.column)}px, ${from(at.row)}px)` });
  }

  // The number, in the decimals of the map as far as it is there.
  word(limit) {
    const { trace, key } = this, said = `${key}|${trace.limit}|${limit}`;
    trace.options.limit = limit;
    if (this.said !== said) Object.assign(this, { said, say: speaker(trace) });
    return this.number;
  }

  paintMap(theme) {
    const { trace, panel, made, cell, map, scale } = this, { outHeight, outWidth, filling } = trace, { canvas } = panel;
    const painted = `${this.said}|${filling.level}|${theme.dark}|${cell}|${window.devicePixelRatio}`;
    if (this.painted === painted) return;
    this.painted = painted;
    Object.assign(canvas.style, { width: `${outWidth * cell}px`, height: `${outHeight * cell}px` });
    const before = made.output, isSame = before?.width === outWidth && before.height === outHeight;
    this.made = { output: outputBitmap(trace, theme, isSame ? before : undefined), outputRange: [-trace.limit, trace.limit] };
    panel.fit();
    panel.begin();
    const box = { x: 0, y: 0, width: outWidth * cell, height: outHeight * cell, cell };
    paintMap(panel.context, { trace, made: this.made, theme, say: this.say }, { view: { x: 0, y: 0, width: outWidth, height: outHeight }, box });
    map.setAttribute("aria-label", `Map of ${this.name}, ${times(outHeight, outWidth)} numbers. Arrow keys move the cursor.`);
    const [least, most] = endsOf(fullColour(trace));
    sayEnds(scale, least, most);
  }
}
