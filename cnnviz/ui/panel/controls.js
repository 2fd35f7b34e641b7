// The other controls of a panel: one of a few, on or off, a line of text, and a word behind which more of them stand. Each
// is told what Python has (`receive`), and tells what is done on it: the page at once, and Python by `ask`.
import { button, drawn, make, say } from "../drawing/elements.js";
import { tellSetting } from "../drawing/setting.js";
import { Help } from "./help.js";

class Control {
  data = null; name = make("b"); help = new Help();

  constructor(ask) { this.ask = ask; }

  receive(data, isHeard) {
    this.data = data;
    say(this.name, data.label);
    this.help.say(data.help ?? "");
    if (isHeard) this.show(data.value);
  }

  show(_value) {}

  set(value) {
    tellSetting({ name: this.data.name, value, isLive: false });
    this.ask(value);
  }
}

export class Choice extends Control {
  box = make("select", { onchange: () => this.set(this.box.value) });
  root = make("div", { class: "choice" }, make("div", { class: "head" }, this.name, this.help.root), this.box);

  show(value) {
    const { options, label } = this.data;
    this.box.setAttribute("aria-label", label);
    if (options.some((option, at) => this.box.options[at]?.text !== option) || options.length !== this.box.length) {
      this.box.replaceChildren(...options.map((option) => new Option(option)));
    }
    this.box.value = value;
  }
}

export class Switch extends Control {
  box = make("input", { type: "checkbox", role: "switch", onchange: () => this.set(this.box.checked) });
  root = make("label", { class: "switch" }, this.box, this.name);

  show(value) { this.box.checked = value; }
}

// It is set once it is entered: by the key, or by going elsewhere.
export class Line extends Control {
  entered = "";
  box = make("input", {
    class: "typed", autocomplete: "off", spellcheck: "false", onblur: () => this.enter(),
    onkeydown: ({ key }) => { if (key === "Enter") this.enter(); else if (key === "Escape") this.box.value = this.entered; },
  });
  root = make("div", { class: "lined" }, make("div", { class: "head" }, this.name, this.help.root), this.box);

  // An answer to something else takes nothing away that is being typed.
  show(value) {
    const isTyped = this.box.matches(":focus") && this.box.value !== this.entered;
    this.entered = value;
    if (!isTyped) this.box.value = value;
    this.box.setAttribute("aria-label", this.data.label);
    this.box.placeholder = this.data.placeholder;
  }

  enter() {
    if (this.box.value === this.entered) return;
    this.entered = this.box.value;
    this.ask(this.entered);
  }
}

const AWAY = 4; // px between the word and what opens

export class More {
  room = make("div", { class: "more", role: "group", popover: "", ontoggle: ({ newState }) => this.open(newState === "open") });
  word = make("span");
  press = button({ class: "opens", "aria-expanded": "false" }, this.word, drawn("M4.5 6.5 8 10l3.5-3.5", { viewBox: "0 0 16 16", width: "14", height: "14" }));
  root = make("div", { class: "opening" }, this.press, this.room);

  constructor() {
    this.press.popoverTargetElement = this.room;
    this.place = () => this.move();
  }

  receive({ label }) {
    say(this.word, label);
    this.room.setAttribute("aria-label", label);
  }

  open(isOpen) {
    this.press.setAttribute("aria-expanded", String(isOpen));
    const way = isOpen ? "addEventListener" : "removeEventListener";
    for (const name of ["scroll", "resize"]) window[way](name, this.place, true);
    if (isOpen) this.move();
  }

  // Below the word, or above it where that has no room; always on the screen.
  move() {
    const { left, top, bottom } = this.press.getBoundingClientRect(), { offsetWidth: width, offsetHeight: height } = this.room;
    const isBelow = bottom + AWAY + height <= innerHeight || top - AWAY - height < 0;
    const x = Math.max(AWAY, Math.min(left, document.documentElement.clientWidth - width - AWAY)), y = isBelow ? bottom + AWAY : top - AWAY - height;
    Object.assign(this.room.style, { left: `${x}px`, top: `${y}px` });
  }

  leave() { this.open(false); }
}
