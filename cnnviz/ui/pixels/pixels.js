// A picture as numbers: its elements, what it makes of a new picture, and its views under one cursor. What moves the
// cursor is in hand.js; nothing here asks the server for anything.
import { button, drawn, make, press, say } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { View, isReduced, mount } from "../drawing/mount.js";
import { clamp, eased, percent, times } from "../drawing/numbers.js";
import { headed } from "../drawing/paper.js";
import { brightness, litPicture } from "./bitmaps.js";
import { glassPlan, glassRoom, paintEnlarged, paintNumbers } from "./glass.js";
import { Hand } from "./hand.js";
import {
  SUPERLATIVE, foundWords, gridFor, levelsAt, numberOf, pictureOf, placeOfMost, placeWords, regionAround, regionFollowing,
  regionFrom, volumeWords, within,
} from "./places.js";
import { paintVolume } from "./planes.js";
import { cornerFor, frameOf, paintTrueSize, truePlan } from "./truesize.js";
import { volumePlan } from "./volume.js";

const SLIDE = 1100; // milliseconds from together to apart
const LEAST = { 1: 27, 3: 33 }; // pixels a side of a cell that holds one number, and three
const INKS = {
  light: ["#c01c28", "#11743a", "#1f4fd8"], dark: ["#ff8b85", "#63d68e", "#8fb4ff"],
};

class Pixels extends View {
  lights = [true, true, true]; isGrey = false; apart = 0; corner = { x: 0, y: 0 }; found = null; timer = 0; sliding = 0;
  picture; cursor; region; inks; texts; made; lit; painting = ""; path = "";

  constructor() {
    super();
    this.hand = new Hand(this);
    this.build();
  }

  build() {
    this.trueSize = headed("picture", "Picture, true size");
    this.enlarged = headed("enlarged", "The same, enlarged");
    this.numbers = headed("numbers", "The same, as numbers");
    this.volume = headed("volume", "As a volume");
    this.parts = [this.trueSize, this.enlarged, this.numbers, this.volume];
    this.rays = drawn("");
    this.line = make("p", { class: "line", "aria-live": "polite" });
    const release = button({ class: "release", onclick: () => this.hand.letGo() }, "held: let go");
    const hint = make("span", { class: "hint" }, "point, drag, or arrow keys (shift: 10); click to hold");
    this.root = make("div", { class: "pixels", tabindex: "0", role: "group", "aria-label": "The picture, its pixels and their numbers" },
      make("div", { class: "views" }, this.trueSize.element, this.enlarged.element, this.numbers.element, this.rays),
      make("div", { class: "read" }, this.line, hint, release),
      this.buildControls(),
      make("div", { class: "lower" }, this.volume.element, this.buildReading()));
    this.hand.listen();
    this.frame = make("div", { class: "frame" }, this.root);
  }

  buildControls() {
    this.splitButton = button({ class: "split", onclick: () => this.slideTo(this.apart < 0.5 ? 1 : 0) });
    this.slider = make("input", {
      type: "range", min: "0", max: "100", value: "0", "aria-label": "How far the planes are apart",
      oninput: () => { this.stop(); this.apart = Number(this.slider.value) / 100; this.repaint(); },
    });
    const look = (label, isGrey) => button({ onclick: () => { this.isGrey = isGrey; this.change(); } }, label);
    this.looks = [look("in their colour", false), look("as grey", true)];
    const light = (plane) => { this.lights[plane] = !this.lights[plane]; this.change(); };
    this.switches = ["red", "green", "blue"].map((name, plane) =>
      button({ class: `light ${name}`, title: `Switch the ${name} light on or off`, onclick: () => light(plane) }, make("i"), name));
    return make("div", { class: "controls" },
      make("span", { class: "slide" }, this.splitButton, make("label", {}, make("span", {}, "together"), this.slider, make("span", {}, "apart"))),
      make("span", { class: "named" }, make("span", {}, "planes"), make("span", { class: "segment" }, ...this.looks)),
      make("span", { class: "named" }, make("span", {}, "lights"), make("span", { class: "lights" }, ...this.switches)));
  }

  buildReading() {
    this.swatch = make("i", { class: "swatch" });
    this.bars = make("div", { class: "bars" });
    this.goes = make("div", { class: "goes" });
    this.foundLine = make("p", { class: "found", "aria-live": "polite" });
    return make("section", { class: "reading" },
      make("header", {}, make("b", {}, "At the cursor"), this.swatch), this.bars,
      make("div", { class: "ask" }, "Go to the"), this.goes, this.foundLine,
      make("p", { class: "more" }, "Set Depth to RGB in the sidebar, and the picture has three planes to split."));
  }

  // ---- a new picture ----

  receive(data) {
    const before = this.picture;
    const picture = (this.picture = pictureOf(opened(data)));
    const inks = INKS[this.theme.dark ? "dark" : "light"];
    this.inks = picture.depth === 3 ? inks : [this.theme.text];
    inks.forEach((ink, plane) => this.root.style.setProperty(`--plane-${plane}`, ink));
    // Another size: the cursor stays at the same part of the picture.
    const old = this.cursor ?? { row: 0.5, column: 0.5 }, size = before ?? { height: 1, width: 1 };
    const isSame = before && before.height === picture.height && before.width === picture.width;
    const along = (at, from, to) => (isSame ? at : Math.floor(((at + (before ? 0.5 : 0)) / from) * to));
    this.cursor = within(picture, { row: along(old.row, size.height, picture.height), column: along(old.column, size.width, picture.width) });
    if (!isSame) { this.region = null; this.found = null; this.hand.held = false; }
    this.texts = Array.from({ length: 256 }, (_, level) => numberOf(picture, level, 2));
    this.made = { sources: () => picture.planes.map((_, plane) => brightness(picture, plane)) };
    this.lit = null;
    this.name();
    if (!before && picture.depth === 3) {
      if (isReduced()) this.apart = 1;
      else this.timer = setTimeout(() => this.slideTo(1), 700);
    }
    this.change();
  }

  // What a picture of this size and depth is called, and what can be asked of it.
  name() {
    const { picture } = this;
    const isGrey = picture.depth === 1;
    this.root.classList.toggle("is-grey", isGrey);
    say(this.trueSize.note, times(picture.height, picture.width));
    const bar = (name, plane) => {
      const fill = make("i", { class: "fill" }), value = make("output");
      const row = make("div", { class: "bar" }, make("span", {}, name), make("span", { class: "track" }, fill), value);
      row.style.setProperty("--ink", isGrey ? "var(--muted)" : `var(--plane-${plane})`);
      return { row, fill, value };
    };
    this.readings = picture.planes.map(bar);
    this.bars.replaceChildren(...this.readings.map(({ row }) => row));
    const asked = isGrey ? ["brightest", "darkest"] : [...picture.planes, "brightest"];
    this.goes.replaceChildren(...asked.map((what) =>
      button({ onclick: () => this.goToMost(what) }, `${SUPERLATIVE[what]} place`)));
  }

  // ---- what can be changed ----

  // The one cursor. `from`: the panel that was touched, "keys", or "most".
  go(place, from) {
    const { picture } = this;
    const cursor = within(picture, place);
    if (from !== "most" && (cursor.row !== this.cursor.row || cursor.column !== this.cursor.column)) this.found = null;
    this.cursor = cursor;
    if (!this.region) { this.repaint(); return; }
    if (from === "keys") this.region = regionFollowing(picture, this.region, cursor);
    else if (from !== "enlarged" && from !== "numbers") this.region = regionAround(picture, this.region, cursor);
    if (from !== "picture" || place.isPart === false) this.corner = cornerFor(this.trueSize.panel, picture, this.corner, this.region);
    this.repaint();
  }

  goToMost(what) {
    const found = placeOfMost(this.picture, what);
    this.found = foundWords(this.picture, what, found);
    if (what in { red: 1, green: 1, blue: 1 } && found.most <= 0) { this.repaint(); return; }
    this.hand.held = true; // or the pointer, on its way back, would take the cursor along
    this.go(found, "most");
  }

  // Another light, or planes in another look.
  change() {
    this.lit = null;
    this.painting = `${this.version}|${this.lights}|${this.isGrey}`;
    this.repaint();
  }

  slideTo(apart) {
    this.stop();
    if (isReduced()) { this.apart = apart; this.repaint(); return; }
    const from = this.apart, began = performance.now();
    const frame = (now) => {
      const part = clamp((now - began) / (SLIDE * Math.abs(apart - from) || 1), 0, 1);
      this.apart = from + (apart - from) * eased(part);
      this.sliding = part < 1 && !this.isGone ? requestAnimationFrame(frame) : null;
      this.paint();
    };
    this.sliding = requestAnimationFrame(frame);
  }

  stop() {
    clearTimeout(this.timer);
    cancelAnimationFrame(this.sliding);
  }

  // ---- painting ----

  paint() {
    const { picture } = this;
    const changed = this.parts.filter(({ panel }) => panel.fit());
    if (!this.enlarged.panel.width) return; // not on the screen
    if (changed.length || !this.region) this.lay();
    this.lit ??= litPicture(picture, this.lights, this.isGrey);
    paintTrueSize(this.trueSize.panel, this, this.lit);
    paintEnlarged(this.enlarged.panel, this, this.lit);
    paintNumbers(this.numbers.panel, this, this.inks);
    paintVolume(this.volume.panel, this, this.made);
    this.castRays();
    this.write();
  }

  // How much of the picture the panels can enlarge. The two are equally large, so that cells lie at the same places.
  lay() {
    const { picture } = this;
    const isPhone = this.enlarged.panel.width < 200;
    const grid = gridFor(picture, glassRoom(this.enlarged.panel, false), LEAST[picture.depth] - (isPhone ? 3 : 0));
    const old = this.region;
    this.region = old ? regionFollowing(picture, regionFrom(picture, grid, old.top, old.left), this.cursor) : regionAround(picture, grid, this.cursor);
    this.corner = cornerFor(this.trueSize.panel, picture, this.corner, this.region);
  }

  // Two lines from the frame on the picture to the region enlarged, as under a magnifying glass.
  castRays() {
    const at = ({ canvas }) => [canvas.offsetLeft, canvas.offsetTop];
    const [left, top] = at(this.trueSize), [x, y] = at(this.enlarged);
    const frame = frameOf(truePlan(this.trueSize.panel, this.picture, this.corner), this.region);
    const plan = glassPlan(this.enlarged.panel, this.region, false);
    const isBeside = x > left + 10;
    const points = isBeside
      ? [[frame.x + frame.width + 2, frame.y - 2, plan.x, plan.y], [frame.x + frame.width + 2, frame.y + frame.height + 2, plan.x, plan.y + plan.height]]
      : [[frame.x - 2, frame.y + frame.height + 2, plan.x, plan.y], [frame.x + frame.width + 2, frame.y + frame.height + 2, plan.x + plan.width, plan.y]];
    const path = points.map(([fx, fy, px, py]) => `M${left + fx} ${top + fy}L${x + px} ${y + py}`).join("");
    if (path !== this.path) this.rays.firstElementChild.setAttribute("d", (this.path = path));
  }

  write() {
    const { picture, cursor, lights, region } = this;
    const levels = levelsAt(picture, cursor);
    say(this.line, placeWords(picture, cursor));
    say(this.foundLine, this.found ?? "");
    this.root.classList.toggle("is-held", this.hand.held);
    say(this.enlarged.note, times(region.rows, region.columns));
    const on = picture.planes.filter((_, plane) => lights[plane]);
    const scale = picture.divisor === 1 ? "0 to 255" : "0 to 1";
    const only = on.length ? `${on.join(" and ")} only` : "no light is on";
    say(this.numbers.note, picture.depth === 1 || on.length === 3 ? scale : only);
    say(this.volume.note, this.volumeNote());
    this.swatch.style.background = `rgb(${picture.depth === 3 ? levels : [levels[0], levels[0], levels[0]]})`;
    for (const [plane, { row, fill, value }] of this.readings.entries()) {
      fill.style.transform = `scaleX(${levels[plane] / 255})`;
      say(value, numberOf(picture, levels[plane], 3));
      row.classList.toggle("is-off", picture.depth === 3 && !lights[plane]);
    }
    say(this.splitButton, this.apart < 0.5 ? "Split" : "Put together");
    const apart = Math.round(this.apart * 100);
    if (Number(this.slider.value) !== apart) this.slider.value = apart;
    this.looks.forEach((look, at) => press(look, this.isGrey === (at === 1)));
    this.switches.forEach((light, plane) => press(light, lights[plane]));
  }

  volumeNote() {
    const { scale } = volumePlan(this.picture, this.volume.panel, this.apart);
    const drawn = Math.round(scale * 100);
    return `${volumeWords(this.picture)}${drawn < 100 ? ` · drawn at ${percent(drawn, 100)}` : ""}`;
  }

  leave() { this.stop(); }
}

export default mount(Pixels);
