// The stage under the finger: while a setting is being changed it shows what would come of it, with nothing asked of the
// server; once it is let go that stays until Python's answer takes its place.
import { heldAs } from "../drawing/held.js";
import { say } from "../drawing/elements.js";
import { Formula } from "./formula.js";
import { previewed } from "./preview.js";
import { tellStanding } from "../drawing/setting.js";
import { giveUp, sliceEnd, takeTurns } from "./turns.js";
import { Wanted } from "./wanted.js";

const previewing = new Set(); // of the page's stages

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
  formula = new Formula(); isRefused = false;
  /** @type {string | undefined} */ kernels;

  constructor(stage) {
    super(() => stage.base?.options.live, () => (this.wanted ? this.preview() : this.settle()));
    this.stage = stage;
  }

  // Python has answered. Where something else is wanted by now, its answer is what that is compared with.
  receive() {
    const { told } = this;
    if (told) tellStanding({ group: this.stage.base.options.group, live: told });
    if (this.kernels !== told?.kernels) delete this.wanted?.cell; // the kernel has it now
    this.kernels = told?.kernels;
    if (told && this.wanted && !this.isSaid) this.preview(); else this.settle();
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
    if (this.told?.rests?.includes(change.name)) this.rest(change.isLive);
    if (this.wanted) this.wait(() => this.settle());
  }

  // What goes in is being changed, and only Python can make it: what stands here is of before.
  rest(isResting) {
    this.stage.root.classList.toggle("is-resting", isResting);
    this.step(isResting);
  }

  preview() {
    const { stage, told, wanted } = this;
    const source = told.source && { ...told.source, input: heldAs(told.source.held)?.input }, kernels = told.kernels && heldAs(told.kernels);
    if ((source && !source.input) || (told.kernels && !kernels)) return; // not at hand any more: Python answers
    const { trace, refused } = previewed(stage.base, { ...told, source }, wanted, kernels && kernelsOf(kernels));
    giveUp(this);
    this.mark(true, refused);
    if (!trace) { stage.handles.draw(); return; }
    const wasPlaying = stage.player.playing;
    stage.player.stop();
    stage.show(trace);
    if (wasPlaying) stage.player.filled = trace.count; // nobody waits for the rest of it now
    this.formula.show(told.formula ? document.querySelector(told.formula) : stage.formula, trace, stage.made);
    if (trace.filling.level && stage.player.zoom > 1) { // what is looked at comes first
      trace.filling.begin?.(stage.outputView.view);
      stage.refill();
    }
    if (trace.filling.level) takeTurns(this, 0, (began) => this.fill(trace, began));
  }

  fill(trace, began) {
    if (this.isHurried) return true;
    const isLeft = trace.filling.advance(sliceEnd(began));
    this.stage.refill();
    return isLeft;
  }

  // Everything else of the page that speaks of this map speaks of another one now, and steps back: see style/frame.css.
  mark(isPreview, refused) {
    const { root, line } = this.stage;
    root.toggleAttribute("data-preview", isPreview);
    root.classList.toggle("is-refused", this.isRefused = Boolean(refused));
    const { style } = document.documentElement, full = refused ? "0.35" : "1";
    if (style.getPropertyValue("--refused") !== full) style.setProperty("--refused", full); // asks for the style of all
    this.step(isPreview);
    if (refused) say(line, refused);
  }

  // Forward, while it shows what Python has not sent; the page steps back as long as any stage does.
  step(isForward) {
    if (isForward) previewing.add(this); else previewing.delete(this);
    document.documentElement.toggleAttribute("data-cnnviz-preview", previewing.size > 0);
  }

  leave() {
    super.leave();
    this.formula.giveBack();
    giveUp(this);
    this.step(false);
    document.documentElement.style.removeProperty("--refused");
  }
}
