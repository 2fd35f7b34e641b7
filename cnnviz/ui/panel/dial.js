// A dial: its name, its number to type, a slider, and words on what the value does. While it is moved the page hears of it
// (drawing/setting.js), and Python once, when it is let go. It follows whoever else sets its setting: a handle on the picture.
import { arrowOf, button, isShortcut, make, onDragging, say } from "../drawing/elements.js";
import { tellSetting } from "../drawing/setting.js";
import { nearest, numberIn } from "./acts.js";
import { Help } from "./help.js";

// ms after a key is let go until Python hears of it. A tap waits as long as fingers that tap fast take to come back (60 to
// 90 ms), so those are gathered; 100 ms are less than the answer takes. Who keeps tapping is answered when they pause.
const TAP = 100, TAPPING = 300;
const SCRUB = 240; // px over which a drag of the name goes through the whole range, but at least a step a px, a step 10 px

export class Dial {
  /** @type {DialMessage} */ data = null;
  value = NaN; // what stands when nothing moves
  shown = NaN; // what is seen: while it moves, another one
  isMoving = false; isTyped = false; isTapped = false; isKeyDown = false; tapped = -Infinity; timer = 0;
  help = new Help(); name = make("b");
  /** @type {AbortController | null} */ press = null; // while a pointer holds the slider

  // `ask(what)`: Python is told of an act. Elements that name others do so by ids, of which one panel has each once.
  constructor(ask, name) {
    this.ask = ask;
    const words = `words-${name}`;
    this.box = make("input", {
      class: "box", role: "spinbutton", autocomplete: "off", "aria-describedby": words,
      oninput: () => this.type(), onkeydown: (event) => this.onBoxKey(event), onkeyup: () => this.onKeyUp(),
      onblur: () => this.enter(), onfocus: () => this.box.select(),
    });
    this.range = make("input", {
      type: "range", step: "1", "aria-describedby": words,
      oninput: () => this.live(Number(this.range.value)), onchange: () => { if (!this.isKeyDown) this.letGo(); },
      onkeydown: (event) => this.onKeyDown(event), onkeyup: () => this.onKeyUp(), onblur: () => this.letGo(),
      onpointerdown: () => {
        this.press?.abort(); // of another finger
        const { signal } = this.press = new AbortController();
        const up = () => { this.press?.abort(); this.press = null; this.letGo(); };
        for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, up, { signal });
      },
    });
    this.words = make("span", { id: words });
    this.act = button({ class: "act", onclick: () => this.ask(null) });
    this.root = make("div", { class: "dial" },
      make("div", { class: "head" }, this.name, this.help.root, this.box), this.range,
      make("p", { class: "below" }, this.words, this.act));
    this.scrub();
  }

  // `isHeard`: Python knows of all that was done; else its answer is to what was before, and moves nothing under the finger.
  /** @param {DialMessage} data */
  receive(data, isHeard) {
    this.data = data;
    const { label, range: [least, most], words, act, help } = data;
    say(this.name, label);
    this.range.setAttribute("aria-label", label);
    this.box.setAttribute("aria-label", `${label}, typed`);
    this.box.setAttribute("inputmode", least < 0 ? "text" : "decimal"); // a phone's decimals have no minus
    for (const [end, value] of Object.entries({ min: least, max: most })) {
      this.range.setAttribute(end, value);
      this.box.setAttribute(`aria-value${end}`, value);
    }
    say(this.words, words);
    say(this.act, act);
    this.act.hidden = !act;
    this.help.say(help);
    if (!isHeard) return;
    this.value = data.value;
    if (!this.isMoving) this.show(data.value);
  }

  show(value) {
    this.shown = value;
    const { range: [least, most] } = this.data;
    this.range.value = String(value);
    this.range.style.setProperty("--share", String((value - least) / (most - least || 1)));
    this.box.setAttribute("aria-valuenow", value);
    if (!this.isTyped) this.box.value = String(value);
  }

  // ---- what is done on it, or on a handle of it ----

  // It moves: seen at once, told to the page, and not yet to Python.
  live(value) {
    clearTimeout(this.timer);
    if (value === this.shown) return;
    this.isMoving = true;
    this.show(value);
    tellSetting({ name: this.data.name, value, isLive: true, from: this });
  }

  // It is let go, with the value that is seen.
  letGo() {
    this.isKeyDown = false;
    if (this.isMoving) this.commit(this.shown);
  }

  // `what` is set: the value that is seen, or what was typed for it.
  commit(what) {
    tellSetting({ name: this.data.name, value: this.shown, isLive: false, from: this });
    this.stand(what);
  }

  stand(what) {
    clearTimeout(this.timer);
    this.isMoving = this.isTyped = this.isTapped = false;
    this.show(this.shown);
    if (what === this.value) return;
    this.value = this.shown;
    this.ask(what);
  }

  /** @param {Change} change */
  hear({ name, value, isLive, from }) {
    if (from === this || name !== this.data.name || typeof value !== "number") return;
    clearTimeout(this.timer);
    this.isMoving = isLive;
    this.show(nearest(value, this.data.range));
    if (!isLive) this.stand(this.shown);
  }

  // Whoever points elsewhere taps no more: Python hears of it before what is pressed there.
  point(event) { if (this.isTapped && !event.composedPath().includes(this.root)) this.letGo(); }

  leave() {
    clearTimeout(this.timer);
    this.press?.abort();
  }

  // ---- keys ----

  // A shortcut of the browser may lead away: Python hears of what stands first.
  onKeyDown(event) {
    if (isShortcut(event) || event.key in { Alt: 1, Control: 1, Meta: 1 }) { this.letGo(); return; }
    clearTimeout(this.timer);
    this.isKeyDown = true;
  }

  onKeyUp() {
    const now = performance.now(), isTapping = now - this.tapped < TAPPING + TAP;
    this.isKeyDown = false;
    if (!this.isMoving || this.isTyped) return;
    this.tapped = now;
    this.isTapped = true;
    this.timer = setTimeout(() => this.letGo(), isTapping ? TAPPING : TAP);
  }

  onBoxKey(event) {
    const [rows] = arrowOf(event) ?? [0];
    if (rows) {
      event.preventDefault();
      this.isTyped = false;
      this.onKeyDown(event);
      this.live(nearest(this.shown - rows, this.data.range));
    } else if (event.key === "Enter") {
      this.enter();
      this.box.select();
    } else if (event.key === "Escape") {
      this.takeBack();
      this.box.select();
    }
  }

  // ---- the box ----

  // What is typed is shown while it is a value; what else it may mean, Python is asked when it is entered.
  type() {
    this.isTyped = true;
    const told = numberIn(this.box.value);
    if (told !== null && told === nearest(told, this.data.range)) this.live(told);
  }

  enter() {
    if (!this.isTyped) {
      if (!this.press) this.letGo(); // else the slider has been taken
      return;
    }
    const text = this.box.value.trim(), told = numberIn(text);
    if (!text) { this.takeBack(); return; }
    this.shown = told === null ? this.value : nearest(told, this.data.range);
    this.commit(told ?? text);
  }

  takeBack() {
    this.shown = this.value;
    this.commit(this.value);
  }

  // ---- the name ----

  // Dragged sideways it moves the number; pressed it leads to the slider.
  scrub() {
    let from = 0, value = 0;
    onDragging(this.name, {
      take: ({ clientX }) => { from = clientX; value = this.shown; return true; },
      move: ({ clientX }) => {
        const [least, most] = this.data.range, step = Math.min(10, Math.max(1, SCRUB / (most - least)));
        this.live(nearest(value + Math.round((clientX - from) / step), [least, most]));
      },
      end: () => {
        if (!this.isMoving) this.range.focus();
        this.letGo();
      },
    });
  }
}
