// A network while it learns, on one canvas: filters, next move, curves, answers. Between two updates numbers glide.
import { opened } from "../drawing/envelope.js";
import { make, say } from "../drawing/elements.js";
import { themeOf } from "../drawing/palette.js";
import { Panel } from "../drawing/paper.js";
import { paintAnswers, paintOwn, paintOwnMap } from "./answers.js";
import { paintAccuracy, paintLoss } from "./curves.js";
import { paintFilters, paintMove } from "./filters.js";
import { layoutOf } from "./layout.js";

const GLIDE = 480; // milliseconds, a little less than between two updates
const FRAME = 80; // milliseconds of rest between two frames of it: weights glide, which no eye needs 60 times a second

class Learning {
  constructor(parent) {
    this.version = 0;
    this.chosen = 0;
    this.places = [];
    this.state = make("b", { class: "state" });
    this.told = make("span", { class: "told" });
    this.held = make("span", { class: "held" });
    this.bar = make("i");
    this.progress = make("div", { class: "progress", role: "progressbar", "aria-label": "Training", "aria-valuemin": "0", "aria-valuemax": "100" }, this.bar);
    this.canvas = make("canvas", { tabindex: "0", role: "slider", "aria-label": "The filter that is shown", "aria-valuemin": "1", onkeydown: (event) => this.onKey(event) });
    this.line = make("p", { class: "line", role: "status" });
    this.panel = new Panel(this.canvas);
    this.root = make("div", { class: "learning", role: "group", "aria-label": "The network while it learns" },
      make("header", {}, this.state, this.told, this.held), this.progress, this.canvas, this.line);
    this.canvas.addEventListener("click", (event) => this.choose(event));
    this.canvas.addEventListener("pointermove", (event) => { this.canvas.style.cursor = this.filterAt(event) === undefined ? "" : "pointer"; });
    this.observer = new ResizeObserver(() => this.repaint());
    this.observer.observe(this.root);
    this.frame = make("div", { class: "frame" }, this.root);
    parent.append(this.frame);
  }

  receive(bytes) {
    const theme = themeOf(this.root);
    this.version += 1;
    this.root.setAttribute("data-ready", this.version);
    if (this.data && this.theme.dark === theme.dark && isSame(bytes, this.bytes)) return; // looked at, and nothing is new
    const before = this.data;
    this.bytes = bytes;
    this.data = opened(bytes);
    this.theme = theme;
    this.root.style.setProperty("--muted", this.theme.muted);
    this.root.style.setProperty("--reached", this.theme.reached);
    if (this.chosen >= this.data.now.shape[0]) this.chosen = 0;
    const same = before && before.run === this.data.run && before.state !== "untrained" && String(before.now.shape) === String(this.data.now.shape);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.from = same && !still ? { now: this.shownNow ?? before.now.data, maps: this.shownMaps ?? before.own_maps.data } : null;
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

  onKey(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step || !this.data) return;
    event.preventDefault();
    this.take(Math.max(0, Math.min(this.data.now.shape[0] - 1, this.chosen + step)));
  }

  take(filter) {
    this.chosen = filter;
    this.root.dataset.chosen = filter;
    this.nameFilter();
    this.repaint();
  }

  filterAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return this.places.find((place) => x >= place.x && x < place.x + place.width && y >= place.y && y < place.y + place.height)?.filter;
  }

  repaint() {
    if (this.waiting || !this.data) return;
    this.waiting = true;
    requestAnimationFrame((now) => { this.waiting = false; if (this.data) this.paint(now); });
  }

  paint(time) {
    const layout = layoutOf(this.canvas.clientWidth);
    this.canvas.style.height = `${layout.height}px`;
    this.panel.fit();
    if (!this.panel.width) return; // not on the screen
    const { data, theme, from, chosen } = this;
    const share = from ? Math.max(0, Math.min(1, (time - this.begun) / GLIDE)) : 1;
    const between = (old, fresh) => (share === 1 ? fresh : fresh.map((value, at) => old[at] + share * (value - old[at])));
    this.shownNow = between(from?.now, data.now.data);
    this.shownMaps = between(from?.maps, data.own_maps.data);
    const context = this.panel.begin();
    // What stands still between two updates is painted once for each.
    const still = this.panel.layer("still", `${this.version}|${theme.dark}|${chosen}`, (layer) => {
      paintMove(layer, theme, layout.move, data, data.now.data, chosen);
      paintLoss(layer, theme, layout.loss, data);
      paintAccuracy(layer, theme, layout.accuracy, data);
      paintAnswers(layer, theme, layout.answers, data);
      paintOwn(layer, theme, layout.own, data, data.own_maps.data, chosen);
    });
    this.panel.blit(still, 0, 0, this.panel.width, this.panel.height);
    this.places = paintFilters(context, theme, layout.filters, data, this.shownNow, chosen);
    if (share < 1) paintOwnMap(context, theme, layout.own, data, this.shownMaps, chosen);
    if (share < 1) setTimeout(() => this.repaint(), FRAME);
  }

  leave() {
    this.observer.disconnect();
    this.frame.remove(); // the place may be mounted anew, as after a change of theme: two views would stand there
    this.data = null;
  }
}

const isSame = (bytes, others) => bytes.length === others?.length && bytes.every((byte, at) => byte === others[at]);

// One view for each parent: Streamlit calls this again with new data, and runs only the last cleanup.
const views = new WeakMap();

export default function mount({ data, parentElement }) {
  if (!data) return undefined;
  if (!views.has(parentElement)) views.set(parentElement, new Learning(parentElement));
  const view = views.get(parentElement);
  view.receive(data);
  return () => { view.leave(); views.delete(parentElement); };
}
