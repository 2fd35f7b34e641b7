// The maps of several filters on one picture, the stage's own first, under one cursor. What is chosen Python hears of;
// settings under the finger, pointing and two of them large are the browser's alone.
import { middleOf } from "../drawing/axis.js";
import { button, icon, isShortcut, make, named, press, say } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { hearStanding } from "../drawing/setting.js";
import { giveUp, sliceEnd, takeTurns } from "../stage/turns.js";
import { Wanted } from "../stage/wanted.js";
import { place as placeText } from "../stage/words.js";
import { Tile } from "./tile.js";

const SCALES = { "each map": "Full colour is each map’s own largest number", "all maps": "Full colour is the largest number of all: the maps can be compared" };
const HIGH = 300, HIGHER = 420; // pixels of a map in the row, and of one or two
const ABOVE = 210, BEYOND = 150; // pixels that two large ones leave: on the page, on the whole screen

// pair      the names of the two that are large, or null        place     where the cursor is, on the input: { y, x }
// isHidden  whether the stage asks for its number first
class Compare extends View {
  /** @type {Map<string, Tile>} */ tiles = new Map(); /** @type {string[] | null} */ pair = null;
  place = { y: 0, x: 0 }; isHidden = false; isActed = false; turn = 0; raw = "";
  /** @type {CompareMessage} */ told;

  constructor() {
    super();
    this.live = new Wanted(() => this.told?.live, () => this.renew());
    this.deaf = hearStanding((standing) => this.stand(standing));
    this.sight = new IntersectionObserver((seen) => this.look(seen));
    const scaled = (scale) => button({ title: SCALES[scale], onclick: () => this.act("scale", scale) }, scale);
    this.scales = Object.fromEntries(Object.keys(SCALES).map((scale) => [scale, scaled(scale)]));
    this.where = make("span", { class: "where" });
    this.add = make("select", { class: "add", "aria-label": "A filter to add", onchange: () => { this.adds.disabled = !this.add.value; } });
    this.adds = button({ "aria-label": "add it to the row", disabled: true, onclick: () => this.act("add", this.add.value) }, "add");
    this.large = button({ class: "large", "aria-pressed": "false", title: "Two maps at the full width; Escape goes back", onclick: () => this.setPair(!this.pair) }, "two, large");
    this.full = named("Full screen (f)", { class: "icon", onclick: () => this.toggleFull() }, icon("full"));
    this.picks = [0, 1].map((at) => make("select", { "aria-label": `Map ${at + 1} of two`, onchange: () => this.pick(at) }));
    this.room = make("div", { class: "tiles" });
    this.spoken = make("p", { class: "spoken", "aria-live": "polite" });
    this.root = make("div", { class: "compare", role: "group", "aria-label": "Several filters on the same picture", onkeydown: (event) => this.onKey(event) },
      make("div", { class: "head" }, make("b", {}, "Same picture, other filters"), this.where,
        make("span", { class: "adds" }, this.add, this.adds),
        make("span", { class: "scales", role: "group", "aria-label": "Colours scaled to" }, make("span", {}, "Colours scaled to"), make("span", { class: "segment" }, ...Object.values(this.scales))),
        this.large, this.full),
      make("div", { class: "picks" }, ...this.picks), this.room, this.spoken);
    this.frame = make("div", { class: "frame" }, this.root);
  }

  // ---- what Python has told ----

  /** @param {CompareMessage} data */
  receive(data) {
    return this.need([data.picture, ...data.tiles.map(({ kernels }) => kernels)], () => {
      // Told once more, as after a change of theme: what has been set since stands.
      const raw = JSON.stringify(data), live = raw === this.raw ? this.told.live : data.live;
      this.raw = raw;
      this.told = { ...data, live };
      this.live.wanted = this.live.isMoving || live !== data.live ? this.live.wanted : null;
      this.arrange();
      this.renew();
      if (this.link?.group === data.group) return;
      this.meet(data.group);
      this.link.tell({ asks: true });
    });
  }

  // What the stage has been sent stands here too; while a finger moves on it is what that is compared with.
  /** @param {Standing} standing */
  stand({ group, live }) {
    if (!this.told || group !== this.told.group) return;
    this.told = { ...this.told, live };
    if (!this.live.isMoving) this.live.wanted = null;
    this.renew();
  }

  // A tile for each filter, those of before where they were.
  arrange() {
    const { tiles, others, scale } = this.told, before = this.tiles, focused = this.focused;
    this.tiles = new Map(tiles.map((told, at) => {
      const tile = before.get(told.name) ?? this.tileOf(told.name);
      tile.receive(told, at === 0);
      return [told.name, tile];
    }));
    for (const [name, tile] of before) if (!this.tiles.has(name)) this.forgetTile(tile);
    const elements = [...this.tiles.values()].map(({ element }) => element);
    if (elements.length !== this.room.children.length || elements.some((element, at) => this.room.children[at] !== element)) {
      this.room.replaceChildren(...elements);
      focused?.(); // a tile that has gone, or stands elsewhere, takes it along
    }
    for (const [name, each] of Object.entries(this.scales)) press(each, name === scale);
    this.add.replaceChildren(make("option", { value: "" }, others.length ? "add a filter" : "no more filters"), ...others.map((name) => make("option", {}, name)));
    this.add.disabled = !others.length;
    if (this.adds.matches(":focus")) this.add.focus();
    this.adds.disabled = true;
    this.large.disabled = this.tiles.size < 2;
    if (this.pair) this.setPair(true);
  }

  // What gives the focus back to the tile that has it now, or to the one that comes in its place.
  get focused() {
    const root = /** @type {ShadowRoot} */ (this.root.getRootNode()), names = [...this.tiles.keys()];
    const at = names.findIndex((name) => this.tiles.get(name).element.contains(root.activeElement));
    return at < 0 ? null : () => (this.tiles.get(names[at]) ?? [...this.tiles.values()][Math.min(at, this.tiles.size - 1)]).map.focus({ preventScroll: true });
  }

  tileOf(name) {
    const tile = new Tile(this, name);
    this.sight.observe(tile.element);
    return tile;
  }

  forgetTile(tile) {
    this.sight.unobserve(tile.element);
    tile.deaf();
  }

  act(what, name) { if (name) this.send("act", [what, name]); }

  // ---- two of them, large ----

  // The stage's own and the first beside it, or those that were chosen as long as they are in the row.
  setPair(isLarge) {
    const names = [...this.tiles.keys()], kept = (this.pair ?? []).filter((name) => this.tiles.has(name));
    this.pair = isLarge && names.length > 1 ? [...kept, ...names.filter((name) => !kept.includes(name))].slice(0, 2) : null;
    this.root.classList.toggle("is-two", this.pair !== null);
    press(this.large, this.pair !== null);
    this.picks.forEach((pick, at) => {
      pick.replaceChildren(...names.map((name) => make("option", {}, name)));
      if (this.pair) pick.value = this.pair[at];
    });
    for (const [name, { element }] of this.tiles) {
      element.hidden = this.pair !== null && !this.pair.includes(name);
      element.style.order = this.pair ? String(this.pair.indexOf(name)) : "";
    }
    this.renew();
    this.repaint();
  }

  // Another one in place of one of the two; the other of them, and they change sides.
  pick(at) {
    const { value } = this.picks[at], [mine, other] = [this.pair[at], this.pair[1 - at]];
    this.pair[at] = value;
    if (value === other) this.pair[1 - at] = mine;
    this.setPair(true);
  }

  onKey(event) {
    if (isShortcut(event) || (event.key === "f" && event.target.tagName === "SELECT")) return;
    const isBack = event.key === "Escape" && (this.pair || this.isFull);
    if (!isBack && event.key !== "f") return;
    event.preventDefault();
    event.stopPropagation();
    if (!isBack || this.isFull) { this.toggleFull(); return; }
    this.setPair(false);
    this.large.focus();
  }

  // ---- the maps, by turns ----

  look(seen) {
    for (const { target, isIntersecting } of seen) {
      const tile = this.tiles.get(target.dataset.name);
      if (tile) tile.isSeen = isIntersecting;
    }
    this.renew();
  }

  // Some map may be another now, or be painted in another way.
  renew() { if (this.told && this.due.length) takeTurns(this, 1, (began) => this.fill(began)); }

  // The tiles to be kept up: those on the screen; all where one scale is theirs together.
  get due() {
    const all = [...this.tiles.values()].filter(({ name }) => !this.pair || this.pair.includes(name)), seen = all.filter(({ isSeen }) => isSeen);
    return this.told.scale === "all maps" && seen.length ? all : seen;
  }

  // What a map depends on.
  keyOf({ kernels }) {
    const { picture, divisor, live } = this.told;
    return JSON.stringify([this.live.settings, live.settings.flip, picture, divisor, kernels]);
  }

  // A frame's part of the work: maps of other settings first, the oldest before all; then what is left of those begun.
  // Where the stage has taken the whole slice, a millisecond is theirs nevertheless.
  fill(began) {
    if (this.live.isFresh) return true;
    const { due, live: { isHurried } } = this, until = Math.max(sliceEnd(began), performance.now() + 1), isLate = () => performance.now() >= until;
    const isOld = (tile) => tile.key !== this.keyOf(tile);
    for (const tile of due.filter(isOld).sort((a, b) => a.age - b.age)) {
      if (isLate()) break;
      tile.begin(this.told, this.live.settings, this.keyOf(tile));
      tile.age = this.turn += 1;
      if (isHurried) break; // one a frame, by turns
    }
    for (const tile of due) if (tile.isFilling && !isHurried && !isLate()) tile.advance(until);
    this.paint();
    return due.some((tile) => tile.isFilling || isOld(tile));
  }

  // ---- the cursor ----

  // By a pointer or a key on a tile; `isActed`: what is there is spoken.
  goTo({ trace }, row, column, isActed) {
    this.place = { y: middleOf(trace.rows, row), x: middleOf(trace.columns, column) };
    this.isActed = isActed;
    this.link?.tell({ row, column, ...this.place, isMove: true, pixel: null });
    this.repaint();
  }

  follow({ y, x, isHidden }) {
    if (y === undefined) return;
    Object.assign(this, { place: { y, x }, isHidden: Boolean(isHidden), isActed: false });
    this.repaint();
  }

  // ---- what shows ----

  resized() { this.renew(); }

  paint() {
    if (!this.told) return;
    const { due, theme, tiles: { size }, pair } = this, width = this.root.clientWidth;
    const most = width >= 900 ? 4 : width >= 600 ? 3 : 2, rows = Math.ceil(size / most);
    this.root.style.setProperty("--columns", String(pair ? (width >= 600 ? 2 : 1) : Math.ceil(size / rows)));
    const high = pair ? Math.max(200, innerHeight - (this.isFull ? BEYOND : ABOVE)) : size > 2 ? HIGH : HIGHER;
    const limit = this.told.scale === "all maps" ? Math.max(...due.map(({ trace }) => trace?.limit ?? 0)) : undefined;
    const wide = due.map(({ element }) => element.clientWidth); // read before anything is written
    due.forEach((tile, at) => { if (wide[at]) tile.paint(theme, wide[at], high, limit); });
    const shown = due.filter(({ trace, say: isPainted }) => trace && isPainted);
    if (!shown.length) return;
    const where = placeText(shown[0].trace, shown[0].at);
    say(this.where, where);
    if (this.isActed) say(this.spoken, `${where}: ${shown.map((tile) => `${tile.name} ${tile.value.textContent}`).join("; ")}.`);
  }

  leave() {
    this.live.deaf();
    this.deaf();
    giveUp(this);
    this.sight.disconnect();
    for (const tile of this.tiles.values()) tile.deaf();
  }
}

export default mount(Compare);
