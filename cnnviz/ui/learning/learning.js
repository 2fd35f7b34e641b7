// A network while it learns, on one canvas: filters, next move, curves, answers. Between two updates numbers glide.
import { isInside, make, onArrows, pointOn, say } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { View, isReduced, mount } from "../drawing/mount.js";
import { clamp } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { paintAnswers, paintOwn, paintOwnMap } from "./answers.js";
import { paintAccuracy, paintLoss } from "./curves.js";
import { paintFilters, paintMove } from "./filters.js";
import { layoutOf } from "./layout.js";

const GLIDE = 480; // milliseconds, a little less than between two updates
const FRAME = 80; // milliseconds of rest between two frames of it: weights glide, which no eye needs 60 times a second

class LearningView extends View {
  chosen = 0; places = []; begun = 0; dark = false; from = null; shownNow; shownMaps;
  /** @type {Uint8Array} */ bytes; /** @type {Learning} */ data;

  constructor() {
    super();
    this.state = make("b", { class: "state" });
    this.told = make("span", { class: "told" });
    this.held = make("span", { class: "held" });
    this.bar = make("i");
    const told = { role: "progressbar", "aria-label": "Training", "aria-valuemin": "0", "aria-valuemax": "100" };
    this.progress = make("div", { class: "progress", ...told }, this.bar);
    this.panel = new Panel({
      tabindex: "0", role: "slider", "aria-label": "The filter that is shown", "aria-valuemin": "1",
    });
    this.canvas = this.panel.canvas;
    onArrows(this.canvas, ([down, right]) => this.take(clamp(this.chosen + down + right, 0, this.data.now.shape[0] - 1)));
    this.line = make("p", { class: "line", role: "status" });
    this.root = make("div", { class: "learning", role: "group", "aria-label": "The network while it learns" },
      make("header", {}, this.state, this.told, this.held), this.progress, this.canvas, this.line);
    this.canvas.addEventListener("click", (event) => this.choose(event));
    this.canvas.addEventListener("pointermove", (event) => { this.canvas.style.cursor = this.filterAt(event) === undefined ? "" : "pointer"; });
    this.frame = make("div", { class: "frame" }, this.root);
  }

  receive(bytes) {
    const before = this.data, { dark } = this.theme;
    if (before && this.dark === dark && isSame(bytes, this.bytes)) return; // looked at, and nothing is new
    Object.assign(this, { bytes, dark, data: opened(bytes) });
    if (this.chosen >= this.data.now.shape[0]) this.chosen = 0;
    const same = before && before.run === this.data.run && before.state !== "untrained" && String(before.now.shape) === String(this.data.now.shape);
    this.from = same && !isReduced() ? { now: this.shownNow ?? before.now.data, maps: this.shownMaps ?? before.own_maps.data } : null;
    if (this.from && this.from.maps.length !== this.data.own_maps.data.length) this.from = null;
    this.begun = performance.now();
    this.write();
    this.repaint();
  }

  write() {
    const { state, words, step, steps, line } = this.data;
    this.root.dataset.state = state;
    this.root.dataset.step = step;
    say(this.state, words.state);
    say(this.told, words.told);
    say(this.held, words.held);
    const share = steps ? Math.round((100 * step) / steps) : 0;
    this.bar.style.width = `${steps ? (100 * step) / steps : 0}%`;
    this.progress.setAttribute("aria-valuenow", share);
    say(this.line, line);
    this.nameFilter();
  }

  nameFilter() {
    const { layer, now } = this.data;
    for (const [name, value] of [["max", now.shape[0]], ["now", this.chosen + 1], ["text", `${layer[0] === "C" ? "filter" : "unit"} ${this.chosen + 1} of ${layer}`]]) this.canvas.setAttribute(`aria-value${name}`, value);
  }

  choose(event) {
    const found = this.filterAt(event);
    if (found !== undefined) this.take(found);
  }

  take(filter) {
    this.chosen = filter;
    this.root.dataset.chosen = filter;
    this.nameFilter();
    this.repaint();
  }

  filterAt(event) {
    const at = pointOn(this.canvas, event);
    return this.places.find((place) => isInside(place, ...at))?.filter;
  }

  paint(time) {
    const layout = layoutOf(this.canvas.clientWidth);
    this.canvas.style.height = `${layout.height}px`;
    const context = this.panel.open();
    if (!context) return;
    const { data, theme, from, chosen } = this;
    const share = from ? clamp((time - this.begun) / GLIDE, 0, 1) : 1;
    const between = (old, fresh) => (share === 1 ? fresh : fresh.map((value, at) => old[at] + share * (value - old[at])));
    this.shownNow = between(from?.now, data.now.data);
    this.shownMaps = between(from?.maps, data.own_maps.data);
    // What stands still between two updates is painted once for each.
    this.panel.lay("still", `${this.version}|${theme.dark}|${chosen}`, (layer) => {
      paintMove(layer, theme, layout.move, data, data.now.data, chosen);
      paintLoss(layer, theme, layout.loss, data);
      paintAccuracy(layer, theme, layout.accuracy, data);
      paintAnswers(layer, theme, layout.answers, data);
      paintOwn(layer, theme, layout.own, data, data.own_maps.data, chosen);
    });
    this.places = paintFilters(context, theme, layout.filters, data, this.shownNow, chosen);
    if (share < 1) paintOwnMap(context, theme, layout.own, data, this.shownMaps, chosen);
    if (share < 1) setTimeout(() => this.repaint(), FRAME);
  }
}

const isSame = (bytes, others) => bytes.length === others?.length && bytes.every((byte, at) => byte === others[at]);

export default mount(LearningView);
