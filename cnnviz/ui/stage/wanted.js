// The settings as they stand under the finger: those that Python has told, and what has been changed since.
import { hearSettings } from "../drawing/setting.js";

const REST = 70; // ms that a finger pauses before maps go on filling in
const PATIENCE = 2000; // ms that an answer may take to begin
const FRAME = 12; // ms: what was changed less long ago is shown with this frame

const isSame = (a, b) => JSON.stringify(a) === JSON.stringify(b);

// wanted    the settings that are wanted, or null where they are those that Python has told, and let go of
// isMoving  whether the finger still holds one of them
export class Wanted {
  isMoving = false; changed = -Infinity; timer = 0;
  /** @type {LiveSettings | null} */ wanted = null;

  /** @param {() => Live | undefined} ask what Python has told @param {() => void} then once others are wanted */
  constructor(ask, then) {
    this.ask = ask;
    this.then = then;
    this.deaf = hearSettings((change) => this.hear(change));
  }

  /** @returns {Live | undefined} */
  get told() { return this.ask(); }

  /** @returns {LiveSettings} */
  get settings() { return this.wanted ?? this.told.settings; }

  // Whether the next change may come with the next frame: then nothing more is done than is shown of this one.
  get isHurried() { return this.isMoving && performance.now() - this.changed < REST; }

  // Whether this frame is the one that shows the change: it is the stage's alone.
  get isFresh() { return this.isMoving && performance.now() - this.changed < FRAME; }

  // Whether what is wanted is what Python has told by now.
  get isSaid() { return isSame(this.wanted, this.told?.settings); }

  // `settle()` where what has been let go brings no answer: it was refused, or came to what stood. Then that stands.
  /** @param {() => void} settle */
  wait(settle) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.wanted) return;
      if (this.isMoving || !document.querySelector("[data-test-script-state=notRunning]")) this.wait(settle); else settle();
    }, PATIENCE);
  }

  // Hear no more.
  leave() {
    this.deaf();
    clearTimeout(this.timer);
  }

  /** @param {Change} change */
  hear({ name, value, isLive }) {
    const of = this.told?.names[name];
    if (!of) return;
    this.isMoving = isLive;
    const next = { ...this.settings, [of]: value ?? this.told.settings[of] };
    if (of === "p") next.sides = null; // the same on all sides again
    if (of === "k" || of === "kw" || !next.cell) delete next.cell; // of the kernel of before, or taken back
    // Under the finger even what Python has told is computed here: to change over to its map takes three frames.
    const wanted = !isLive && isSame(next, this.told.settings) ? null : next;
    if (isSame(wanted, this.wanted)) return;
    this.wanted = wanted;
    this.changed = performance.now();
    this.then();
  }
}
