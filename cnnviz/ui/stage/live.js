// The stage under the finger: while a setting is being changed it shows what would come of it, with nothing asked of the
// server; once it is let go that stays until Python's answer takes its place.
import { heldAs } from "../drawing/held.js";
import { hearSettings } from "../drawing/setting.js";
import { say } from "../drawing/elements.js";
import { Formula } from "./formula.js";
import { previewed } from "./preview.js";

const SLICE = { moving: 4, still: 10 }; // milliseconds of a frame in which a map fills in

const PATIENCE = 2000; // ms that an answer may take to begin

// A kernel in all its sizes, as it is held: cached.kernels of cnnviz/ui.
/** @returns {Kernels} */
export function kernelsOf(told) {
  let start = 0;
  return (told.map ??= Object.assign(new Map(told.sizes.map(({ size: [height, width], factor, refused }) => {
    const count = refused ? 0 : height * width * told.depth, weight = told.weights.data.subarray(start, start + count);
    start += count;
    return [`${height}x${width}`, refused ? { refused } : { weight, factor }];
  })), { shares: told.shares }));
}

// wanted    the settings under the finger, or null where the stage shows what Python has sent
// isMoving  whether the finger still holds one of them
export class LiveStage {
  isMoving = false; frame = 0; timer = 0;
  /** @type {LiveSettings | null} */ wanted = null;
  formula = new Formula();

  constructor(stage) {
    this.stage = stage;
    this.deaf = hearSettings((change) => this.hear(change));
  }

  /** @returns {Live | undefined} */
  get told() { return this.stage.base?.options.live; }

  // Python has answered. While the finger moves on, its answer is what other settings are compared with.
  receive() {
    if (this.isMoving && this.wanted && !this.isSaid) this.preview(); else this.settle();
  }

  // Show what Python has sent.
  settle() {
    this.wanted = null;
    this.formula.giveBack();
    this.mark(false, "");
    cancelAnimationFrame(this.frame);
    this.stage.show(this.stage.base);
  }

  /** @param {Change} change */
  hear({ name, value, isLive }) {
    const of = this.told?.names[name];
    if (!of) return;
    this.isMoving = isLive;
    const wanted = { ...(this.wanted ?? this.told.settings), [of]: value };
    if (of === "p") wanted.sides = null; // the same on all sides again
    if (of === "k" || of === "kw" || !wanted.cell) delete wanted.cell; // of the kernel of before, or taken back
    if (JSON.stringify(wanted) !== JSON.stringify(this.wanted ?? this.told.settings)) {
      this.wanted = wanted;
      if (this.isSaid) this.settle(); else this.preview();
    }
    this.wait();
  }

  // Whether what is wanted is what Python has sent.
  get isSaid() { return JSON.stringify(this.wanted) === JSON.stringify(this.told?.settings); }

  // What has been let go and brings no answer was refused, or came to what stood: then that stands.
  wait() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.wanted) return;
      if (this.isMoving || !document.querySelector("[data-test-script-state=notRunning]")) this.wait(); else this.settle();
    }, PATIENCE);
  }

  preview() {
    const { stage, told, wanted } = this;
    const source = told.source && { ...told.source, input: heldAs(told.source.held).input };
    const { trace, refused } = previewed(stage.base, { ...told, source }, wanted, told.kernels && kernelsOf(heldAs(told.kernels)));
    cancelAnimationFrame(this.frame);
    this.mark(true, refused);
    if (refused) return;
    stage.player.stop();
    stage.show(trace);
    this.formula.show(told, trace, stage.made);
    if (trace.filling.level) this.frame = requestAnimationFrame(() => this.fill(trace));
  }

  fill(trace) {
    const isLeft = trace.filling.advance(performance.now() + SLICE[this.isMoving ? "moving" : "still"]);
    this.stage.refill();
    if (isLeft) this.frame = requestAnimationFrame(() => this.fill(trace));
  }

  // Everything else of the page that speaks of this map speaks of another one now, and steps back: see live.css.
  mark(isPreview, refused) {
    const { root, line } = this.stage;
    root.toggleAttribute("data-preview", isPreview);
    root.classList.toggle("is-refused", Boolean(refused));
    document.documentElement.toggleAttribute("data-cnnviz-preview", isPreview);
    if (refused) say(line, refused);
  }

  leave() {
    this.deaf();
    clearTimeout(this.timer);
    this.formula.giveBack();
    cancelAnimationFrame(this.frame);
    document.documentElement.removeAttribute("data-cnnviz-preview");
  }
}
