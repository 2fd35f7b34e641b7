// The stage under the finger: while a setting is being changed it shows what would come of it, with nothing asked of the
// server; once it is let go that stays until Python's answer takes its place.
import { heldAs } from "../drawing/held.js";
import { say } from "../drawing/elements.js";
import { Formula } from "./formula.js";
import { previewed } from "./preview.js";
import { giveUp, sliceEnd, takeTurns } from "./turns.js";
import { Wanted } from "./wanted.js";

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

// wanted    null where the stage shows what Python has sent
export class LiveStage extends Wanted {
  formula = new Formula(); timer = 0;

  constructor(stage) {
    super(() => stage.base?.options.live, () => (this.wanted ? this.preview() : this.settle()));
    this.stage = stage;
  }

  // Python has answered. While the finger moves on, its answer is what other settings are compared with.
  receive() {
    if (this.isMoving && this.wanted && !this.isSaid) this.preview(); else this.settle();
  }

  // Show what Python has sent.
  settle() {
    this.wanted = null;
    this.formula.giveBack();
    this.mark(false, "");
    giveUp(this);
    this.stage.show(this.stage.base);
  }

  /** @param {Change} change */
  hear(change) {
    super.hear(change);
    if (this.wanted) this.wait();
  }

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
    giveUp(this);
    this.mark(true, refused);
    if (refused) return;
    stage.player.stop();
    stage.show(trace);
    this.formula.show(told, trace, stage.made);
    if (trace.filling.level) takeTurns(this, 0, (began) => this.fill(trace, began));
  }

  fill(trace, began) {
    const isLeft = trace.filling.advance(sliceEnd(began, this.isMoving));
    this.stage.refill();
    return isLeft;
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
    giveUp(this);
    document.documentElement.removeAttribute("data-cnnviz-preview");
  }
}
