// By hand on the picture: the window's corner is pulled and K changes, its next place and S does, the picture's border and
// P does. Each handle is a slider to the keyboard and to those who hear the page; what it changes is said on the window, so
// the dial of that setting follows, the stage shows what comes of it, and once it is let go the dial tells Python.
import { isFinger, make, onDragging, pointOn, say } from "../drawing/elements.js";
import { clamp } from "../drawing/numbers.js";
import { tellSetting } from "../drawing/setting.js";
import { inputPlan, windowOn } from "./input.js";

const LEAST = 9; // pixels of a pull that change a setting by one: cells may be smaller than a finger can tell apart
const CLEAR = 8; // pixels from the window to a handle, which must not hide it
const KEYS = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 3, PageDown: -3, Home: -Infinity, End: Infinity };

// Each: what it is called, the cursor over it, where its middle is, and by how many pixels a pull from one point to another
// takes it outwards.
const GRIPS = {
  k: {
    name: "K, the window’s corner", cursor: "nwse-resize",
    at: ({ x, y, width, height }) => [x + width + CLEAR - 2, y + height + CLEAR],
    pulled: ([x0, y0], [x1, y1]) => (x1 - x0 + y1 - y0) / 2,
  },
  s: {
    name: "S, the window’s next place", cursor: "ew-resize",
    at: ({ x, y, width, height, cell }, { s }) => [x + width + Math.max(s * cell, CLEAR) + CLEAR, y + height / 2 - 4],
    pulled: ([x0], [x1]) => x1 - x0,
  },
  p: {
    name: "P, the picture’s border", cursor: "ew-resize",
    at: (_, __, box) => [box.x, box.y + box.height / 2],
    pulled: ([x0], [x1]) => x0 - x1,
  },
};

// active  the handle that is pointed at, focused or held: its next window is drawn, and its name shows
export class Handles {
  active = ""; start = 0; from = [0, 0]; possible = 0; isPulled = false;

  constructor(stage) {
    this.stage = stage;
    this.room = make("div", { class: "handles" });
    this.grips = Object.entries(GRIPS).map(([of, told]) => this.grip(of, told));
    this.room.append(...this.grips.map(({ element }) => element));
    stage.input.element.append(this.room);
  }

  grip(of, { name, cursor }) {
    const look = (is) => { this.active = is ? of : this.active === of ? "" : this.active; this.stage.repaint(); };
    const element = make("div", {
      class: "handle", role: "slider", tabindex: "0", "aria-label": name, "data-of": of,
      onpointerenter: () => look(true), onpointerleave: () => { if (!drag.isHeld && !element.matches(":focus-visible")) look(false); },
      onfocus: () => look(true), onblur: () => { if (!drag.isHeld) { look(false); this.letGo(of); } },
      onclick: (event) => { if (!this.isPulled) this.passOn(event); }, onkeydown: (event) => this.press(of, event),
      onkeyup: (event) => { if (event.key in KEYS) this.letGo(of); },
    }, make("i"), make("span"));
    element.style.cursor = cursor;
    const drag = onDragging(element, {
      take: (event) => { Object.assign(this, { start: this.value(of), from: pointOn(this.room, event), isPulled: false }); return true; },
      move: (event) => {
        this.isPulled ||= Math.hypot(event.movementX, event.movementY) > 0;
        const by = GRIPS[of].pulled(this.from, pointOn(this.room, event)) / Math.max(LEAST, inputPlan(this.stage.input.panel, this.stage).box.cell);
        this.tell(of, this.start + Math.round(by), true);
      },
      end: (event) => { if (isFinger(event)) look(false); this.letGo(of); }, // nothing points at it any more
    });
    return { of, element, drag, word: element.lastChild };
  }

  // A finger that only touches a handle means what lies under it.
  passOn(event) {
    const { clientX, clientY, pointerType } = event;
    if (isFinger(event)) for (const type of ["pointerdown", "pointerup", "click"]) this.stage.input.canvas.dispatchEvent(new PointerEvent(type, { clientX, clientY, pointerType }));
  }

  get told() { return this.stage.live.told; }

  // The setting of the page that is `of` the window.
  named(of) { return Object.entries(this.told?.names ?? {}).find(([, is]) => is === of)?.[0]; }

  value(of) { return this.stage.live.settings[of]; }

  // Nothing is said of a value that stands already, but for the end of a pull.
  tell(of, value, isLive) {
    const [least, most] = this.told.ranges[of], next = clamp(value, least, most);
    const isNew = next !== this.value(of);
    if (!this.stage.live.isRefused) this.possible = this.value(of);
    if (isLive ? isNew : this.stage.live.isMoving) tellSetting({ name: this.named(of), value: next, isLive, from: this });
  }

  // What cannot be is not kept: the stage, which has the handle, would go. The last that can be stands then.
  letGo(of) { this.tell(of, this.stage.live.isRefused ? this.possible : this.value(of), false); }

  press(of, event) {
    const by = KEYS[event.key];
    if (by === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation(); // the stage's own arrow keys walk through the map
    this.tell(of, this.value(of) + by, true);
  }

  // Put them where the window is; none while it plays, of a map without such settings, or where that is out of sight.
  draw() {
    const { stage } = this, { box } = inputPlan(stage.input.panel, stage), told = this.told;
    const isOff = !told || told.source || stage.player.playing || stage.made.layout.tiles > 1;
    this.room.hidden = isOff;
    if (isOff) return;
    const { offsetLeft, offsetTop, clientWidth, clientHeight } = stage.input.canvas, place = windowOn(stage);
    for (const { of, element, drag, word } of this.grips) {
      const [x, y] = GRIPS[of].at(place, { s: this.value("s") }, box);
      element.hidden = !drag.isHeld && (!this.named(of) || x < 0 || y < 0 || x > clientWidth || y > clientHeight);
      if (element.hidden) continue;
      element.style.transform = `translate(${offsetLeft + x}px, ${offsetTop + y}px)`;
      const [least, most] = told.ranges[of], value = this.value(of), text = `${of.toUpperCase()} = ${value}`;
      for (const [key, is] of Object.entries({ valuemin: least, valuemax: most, valuenow: value, valuetext: text })) {
        if (element.getAttribute(`aria-${key}`) !== String(is)) element.setAttribute(`aria-${key}`, is);
      }
      element.classList.toggle("is-active", this.active === of);
      say(word, text);
    }
  }
}
