// Dials and other controls in a row: one element of the page, whose cost to the server is that of one. Until Python has heard
// of all that was done on it, its answers are to what was before, and change nothing under the finger.
import { make } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { onceQuiet } from "../drawing/quiet.js";
import { hearSettings } from "../drawing/setting.js";
import { Acts } from "./acts.js";
import { Choice, Line, More, Switch } from "./controls.js";
import { Dial } from "./dial.js";

const KINDS = { dial: Dial, choice: Choice, switch: Switch, line: Line, more: More };

class Panel extends View {
  /** @type {PanelMessage} */ data = null;
  controls = new Map(); acts = new Acts();

  constructor() {
    super();
    this.root = make("div", { class: "controls" });
    this.stopHearing = hearSettings((change) => this.each("hear", change));
    this.pointed = (event) => this.each("point", event);
    window.addEventListener("pointerdown", this.pointed, true);
  }

  each(act, ...told) { for (const control of this.controls.values()) control[act]?.(...told); }

  /** @param {PanelMessage} data */
  receive(data) {
    this.data = data;
    const isHeard = this.acts.hear(data.heard), before = new Set(this.controls.keys());
    this.root.classList.toggle("is-row", data.controls.length > 1);
    this.fill(this.root, data.controls, isHeard, before);
    for (const name of before) {
      this.controls.get(name).leave?.();
      this.controls.get(name).root.remove();
      this.controls.delete(name);
    }
  }

  // Have these controls in a room, in their order; a new one is of Python's value in any case. `before`: those not yet met.
  fill(room, all, isHeard, before) {
    for (const [at, told] of all.entries()) {
      const { name, kind } = told, isNew = !this.controls.has(name);
      if (isNew) this.controls.set(name, new KINDS[kind]((what) => this.ask(name, what), name));
      const control = this.controls.get(name);
      before.delete(name);
      control.root.classList.add(`dial-${name}`);
      if (control.room) this.fill(control.room, told.controls, isHeard, before);
      control.receive(told, isHeard || isNew);
      if (room.children[at] !== control.root) room.insertBefore(control.root, room.children[at] ?? null);
    }
  }

  // Python is told of an act, and of all that it has not heard of. Of a page that has been left nothing is sent any more:
  // Streamlit would answer the part of it that ran by itself, and show neither page.
  ask(name, what) {
    this.acts.add(name, what);
    const tell = () => { if (!this.isGone && this.acts.unheard.length) this.send("acts", [...this.acts.unheard]); };
    if (this.data.alone) onceQuiet(tell); else tell();
  }

  leave() {
    this.each("leave");
    this.stopHearing();
    window.removeEventListener("pointerdown", this.pointed, true);
  }
}

export default mount(Panel);
