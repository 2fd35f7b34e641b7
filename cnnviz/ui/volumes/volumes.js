// The volumes on the page: their elements, the current unit, and who is told of it. What is drawn is in planes.js and
// sight.js, where it stands in layout.js, what it means in units.js.
import { Tip, button, make, named, press, say, sayEnds, scaleOf } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { endsOf, grouped } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { Answer } from "./answer.js";
import { flatPlanOf } from "./flat.js";
import { channelOf, planOf } from "./layout.js";
import { Planes, paintPicture, paintPlanes } from "./planes.js";
import { Pointing } from "./pointing.js";
import { paintField, paintFlatSight, paintSight } from "./sight.js";
import { isAnswer, limitOf, middleOf, seen, slotOf, toldOf, unitText, unpack, within } from "./units.js";
import { leftOut, narrate, sizeText } from "./words.js";

const REST = 300; // ms on one map before it goes to the stage
const WORDS_EVERY = 66; // milliseconds between changes of the words while another component's cursor moves

// unit    on the stage                    chosen     the channel in front of each layer, as the visitor left it
// looked  looked at since, by keys or     following  whether another component's cursor moved last
//         buttons, or null              awaited    the map that Python was asked for, until a stage has it, or null
// onStage what a stage shows: { unit, text }
class VolumesView extends View {
  /** @type {Volumes} */ model; /** @type {Unit} */ unit = null; /** @type {Unit} */ looked = null; /** @type {Unit} */ awaited = null;
  onStage = null; isHidden = false; following = false; chosen = []; told = ""; written = 0; room = 0; timer = 0; soon = 0; plan; planes;

  constructor() {
    super();
    this.pointing = new Pointing(this);
    this.build();
    this.watched = this.scroller;
  }

  resized() { if (this.room !== this.scroller.clientWidth) this.arrange(); }

  build() {
    this.panel = new Panel({ class: "maps", "aria-hidden": "true" });
    this.picture = new Panel();
    this.pictureHead = make("header", {});
    this.less = make("div", { class: "less", "aria-hidden": "true", onclick: () => this.turn(-1) }, "← more"); // inside the picture's part, which stays
    this.side = make("div", { class: "picture" }, this.pictureHead, this.picture.canvas, this.less);
    this.inner = make("div", { class: "inner" });
    this.scroller = make("div", { class: "scroller", onscroll: () => this.edge() }, this.inner);
    this.more = make("div", { class: "more", "aria-hidden": "true", onclick: () => this.turn(1) }, "more →");
    this.answer = new Answer();
    this.line = make("p", { class: "line", "aria-live": "polite" });
    const scaled = (scale, title) => button({ class: "scaled", title, onclick: () => this.send("scaled", scale) }, scale);
    this.scaled = { "each map": scaled("each map", "Full colour is each map’s own largest number"), "each layer": scaled("each layer", "Full colour is the largest number of the layer: its maps can be compared") };
    this.scales = make("div", { class: "scales", role: "group", "aria-label": "Colours scaled to" }, make("span", {}, "Colours scaled to"), ...Object.values(this.scaled));
    this.tip = new Tip();
    this.root = make("div", { class: "volumes", role: "group", "aria-label": "The picture and the volumes of the layers" }, this.answer.verdict, this.scroller, make("div", { class: "below" }, this.line, this.scales), this.tip.element);
    this.pointing.listen(this.inner);
  }

  // ---- new maps ----

  receive(data) {
    const isFirst = !this.model, model = (this.model = unpack(data));
    this.planes = new Planes(model, this.theme);
    this.meet(model.group);
    // A choice that Python says anew; else the place where the cursor stands by now.
    const said = JSON.stringify(model.selected);
    const last = said === this.told && this.unit ? within(model, this.unit) : null;
    this.unit = last && this.isSent(last) ? last : within(model, model.selected);
    this.told = said;
    Object.assign(this, { looked: null, awaited: null, following: false });
    this.pointing.point(null);
    this.chosen = model.layers.map((layer, at) => (at === this.unit.layer ? this.unit.channel
      : slotOf(layer, this.chosen[at] ?? 0) < 0 ? 0 : this.chosen[at] ?? 0));
    this.furnish();
    this.arrange();
    this.paint();
    if (isFirst) this.link?.tell({ asks: true }); // a stage may stand there already
  }

  // The words and buttons around the drawing.
  furnish() {
    const { model } = this;
    this.counts = [];
    this.ends = [];
    this.scales.hidden = !model.scale;
    for (const [scale, button] of Object.entries(this.scaled)) press(button, scale === model.scale);
    this.root.classList.toggle("flat", model.flat);
    this.answer.receive(model.answer);
    this.pictureHead.replaceChildren(make("b", {}, model.flat ? "Input" : "The picture"), make("span", {}, sizeText(model.image)));
    this.parts = model.layers.map((layer, at) => [this.head(layer.name, sizeText(layer), layer.detail), this.area(layer, at), this.foot(layer, at)]);
    this.inner.replaceChildren(this.side, this.more, this.panel.canvas, this.answer.list, ...this.parts.flat());
    this.root.classList.toggle("has-details", model.layers.some(({ detail }) => detail));
  }

  head(name, size, detail) {
    return make("header", { title: detail ? `${name}, ${size}. ${detail}` : `${name}, ${size}` }, make("b", {}, name), make("span", {}, size), make("small", {}, detail));
  }

  area(layer, at) {
    const words = layer.isVector ? "Arrow keys go from number to number" : `Arrow keys move over the ${this.model.flat ? "" : "front "}map, Page Up and Page Down change it`;
    const area = make("div", {
      class: "area", tabindex: "0", role: "group", "aria-label": `${layer.name}, ${sizeText(layer)}. ${words}, Enter puts it on the stage.`,
      onkeydown: (event) => this.pointing.onKey(event, at),
      onfocus: () => { if (area.matches(":focus-visible")) this.look(this.unitOf(at)); },
    });
    area.addEventListener("wheel", (event) => this.pointing.onWheel(event, at, area.getRootNode().activeElement === area), { passive: false });
    return area;
  }

  foot(layer, at) {
    const scale = scaleOf(...(layer.ink ? ["ink"] : layer.grey ? ["grey"] : [])), count = make("span", {});
    this.ends.push(scale);
    this.counts.push(count);
    const turn = (text, which, by) => named(`Layer ${this.model.places[at] + 1}: the ${which}`, { onclick: () => this.step(at, by) }, text);
    const steps = layer.sent > 1 && !layer.isVector && !this.model.flat ? [turn("‹", "map before", -1), count, turn("›", "next map", 1)] : [count];
    return make("div", { class: "foot" }, make("div", { class: "steps", title: leftOut(layer) }, ...steps), isAnswer(this.model, at) ? "" : scale);
  }

  // Everything to its place, for the room that there is.
  arrange() {
    this.room = this.scroller.clientWidth;
    const plan = this.plan = (this.model.flat ? flatPlanOf : planOf)(this.model, this.room);
    if (this.model.answer) this.answer.place(plan.columns.at(-1));
    this.inner.style.width = `${plan.width}px`;
    this.inner.style.setProperty("--high", `${plan.height}px`);
    this.side.style.width = `${plan.columns[0].whole}px`;
    this.parts.forEach((parts, at) => {
      const { left, whole } = plan.columns[at + 1];
      for (const part of parts) Object.assign(part.style, { left: `${left}px`, width: `${whole}px` });
    });
    this.bring(this.unit.layer);
    this.edge();
    this.repaint();
  }

  // Whether layers lie beyond the right edge, or under the picture.
  edge() {
    const { scrollLeft, clientWidth, scrollWidth } = this.scroller;
    this.scroller.classList.toggle("has-more", scrollLeft + clientWidth < scrollWidth - 8);
    const { whole } = this.plan.columns[0], first = this.plan.columns[1];
    this.scroller.classList.toggle("has-less", first.left + first.whole / 2 < scrollLeft + whole);
  }

  // On to the layers beyond the edge, or back.
  turn(by) { this.scroller.scrollBy({ left: (by * this.scroller.clientWidth) / 2, behavior: "smooth" }); }

  // Scroll sideways until a layer is seen, beside the picture that stays.
  bring(layer) {
    const { left, whole } = this.plan.columns[layer + 1], { scrollLeft, clientWidth } = this.scroller;
    const taken = this.plan.columns[0].whole + 8;
    if (left < scrollLeft + taken) this.scroller.scrollLeft = left - taken;
    else if (left + whole > scrollLeft + clientWidth) this.scroller.scrollLeft = left + whole - clientWidth + 4;
  }

  // ---- the current unit ----

  isSent({ layer, channel }) { return slotOf(this.model.layers[layer], channel) >= 0; }

  // "Guess first" on the stage holds here too.
  hides(unit) { return this.isHidden && unitText(unit) === unitText(this.unit); }

  get shown() { return this.pointing.hover ?? this.looked ?? this.unit; }

  // The maps in front: the visitor's own choice, but where the shown unit reads only some maps of a layer the first of
  // those comes forward, for as long as it is shown.
  get fronts() {
    const { shown } = this;
    return this.chosen.map((front, at) => {
      if (at >= shown.layer) return front;
      const maps = seen(this.model, shown, at)?.maps, layer = this.model.layers[at];
      if (!maps || maps.size === layer.count) return front;
      const first = Math.min(...maps);
      return slotOf(layer, first) >= 0 ? first : front;
    });
  }

  // The unit of a layer that the keys start from.
  unitOf(at) {
    const last = this.looked ?? this.unit;
    return last.layer === at ? last : within(this.model, { layer: at, channel: this.chosen[at], row: null, column: null });
  }

  look(unit) {
    this.looked = unit;
    this.following = false;
    this.chosen[unit.layer] = unit.channel;
    this.bring(unit.layer);
    this.repaint();
  }

  step(at, by) {
    this.look({ ...this.unitOf(at), channel: channelOf(this.model.layers[at], this.chosen[at], by) });
    this.chooseSoon(at);
  }

  // On the layer whose map is on the stage both move together, once the visitor has come to rest on one.
  chooseSoon(at) {
    clearTimeout(this.soon);
    const { sent, count } = this.model.layers[at];
    if (!this.model.group || at !== this.unit.layer || sent < count) return; // choosing another would change which are here
    this.soon = setTimeout(() => {
      if (this.looked?.layer === at && this.looked.channel !== this.unit.channel) this.choose(this.looked);
    }, REST);
  }

  front(at, channel) { this.look({ ...this.unitOf(at), channel }); }

  // Chosen to be on the stage: its map is there already, and only the cursor moves; or Python is asked for it.
  choose(unit) {
    const isThere = unit.layer === this.unit.layer && unit.channel === this.unit.channel && this.model.group;
    this.chosen[unit.layer] = unit.channel;
    Object.assign(this, { unit, looked: null, following: false });
    const { layer, channel, row, column } = unit;
    if (isThere) {
      this.link.tell({ unit: [this.model.places[layer], channel], row, column, ...middleOf(this.model, unit) });
      // Whether it hides its number there it says when asked, once it has gone there: before the words here change.
      requestAnimationFrame(() => this.link?.tell({ asks: true }));
    } else {
      this.awaited = unit;
      this.send("selected", unitText(toldOf(this.model, unit)));
    }
    this.repaint();
  }

  // Where the stage's cursor stands.
  follow({ unit: map, row, column, text, isHidden = false }) {
    const layer = map ? this.model.places.indexOf(map[0]) : -1;
    if (layer < 0) return;
    const channel = map[1], isNew = layer !== this.unit.layer || channel !== this.unit.channel;
    // Until the chosen map is on the stage its old one goes on telling. A map that was not sent comes with the next maps.
    if ((this.awaited && isNew) || !this.isSent({ layer, channel })) return;
    const unit = within(this.model, { layer, channel, row, column });
    Object.assign(this, { awaited: null, isHidden, onStage: { unit: unitText(unit), text } });
    // An answer from where this stands already takes back nothing that was looked at since.
    if (unitText(unit) !== unitText(this.unit)) Object.assign(this, { unit, looked: null, following: true });
    if (isNew) {
      this.chosen[this.unit.layer] = this.unit.channel;
      this.bring(this.unit.layer);
    }
    this.repaint();
  }

  // ---- painting ----

  paint() {
    const { panel, picture, theme, fronts, shown, model, plan, planes } = this;
    for (const part of [panel, picture]) part.fit();
    if (!panel.width || !plan) return; // not on the screen
    const isHidden = this.hides(shown);
    const scene = { model, plan, planes, fronts, theme, shown, isHidden };
    const key = `${this.version}|${theme.dark}|${this.room}`;
    const draw = (part, more, paintBase, paintOver) => {
      const context = part.begin();
      part.lay("base", `${key}|${more}`, (layer) => paintBase(layer, scene));
      paintOver(context, scene);
    };
    draw(picture, "", paintPicture, paintField);
    draw(panel, model.flat ? "" : fronts, paintPlanes, model.flat ? paintFlatSight : paintSight);
    if (model.answer) this.answer.hide(this.isHidden && this.unit.layer === model.layers.length - 1 ? this.unit.channel : -1);
    this.write(fronts, shown, isHidden);
  }

  write(fronts, shown, isHidden) {
    const { model, following } = this;
    const now = performance.now();
    if (following && now - this.written < WORDS_EVERY) { this.later(); return; }
    this.written = now;
    // While another cursor moves nothing is read aloud: that component speaks for itself.
    this.line.setAttribute("aria-live", following ? "off" : "polite");
    const { onStage } = this; // one number, one text
    say(this.line, narrate(model, shown, isHidden, onStage?.unit === unitText(shown) ? onStage.text : undefined));
    this.line.dataset.unit = unitText(shown);
    model.layers.forEach((layer, at) => {
      const [least, most] = endsOf(limitOf(layer, fronts[at]), 2), scale = this.ends[at];
      sayEnds(scale, layer.grey ? "0" : least, most);
      scale.title = layer.grey ? `Black is 0, white ${most}` : `No colour is 0, full green ${most}, full purple ${least}${layer.limits ? ": this map’s own largest number" : ""}`;
      const part = layer.sent < layer.count ? `${grouped(layer.count)} · ${layer.sent} here` : grouped(layer.count);
      say(this.counts[at], layer.note && layer.sent === layer.count ? layer.note : layer.isVector ? `${part} numbers` : model.flat ? `${part} maps${layer.limits && layer.count > 1 ? `; map ${fronts[at] + 1}:` : ""}` : layer.sent > 1 ? `map ${fronts[at] + 1} of ${part}` : "1 map");
    });
  }

  // The last of many quick moves is told too.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.repaint(), WORDS_EVERY);
  }

  leave() {
    this.pointing.leave();
    clearTimeout(this.timer);
    clearTimeout(this.soon);
  }
}

export default mount(VolumesView);
