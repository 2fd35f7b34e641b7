// A question mark that tells more while it is pointed at or focused.
import { button, icon, make, say } from "../drawing/elements.js";

export class Help {
  constructor() {
    this.mark = button({ class: "help", "aria-label": "Help" }, icon("help"));
    this.tip = make("span", { class: "told", popover: "manual", role: "tooltip" });
    this.root = make("span", { class: "helping" }, this.mark, this.tip);
    for (const [name, isOn] of Object.entries({ pointerenter: true, focus: true, pointerleave: false, blur: false })) {
      this.mark.addEventListener(name, () => this.tell(isOn));
    }
    this.mark.addEventListener("keydown", ({ key }) => { if (key === "Escape") this.tell(false); });
  }

  // None where there is nothing to tell.
  say(text) {
    say(this.tip, text);
    this.mark.setAttribute("aria-description", text);
    this.root.hidden = !text;
  }

  tell(isOn) {
    if (!isOn) { this.tip.hidePopover(); return; }
    const { left, bottom } = this.mark.getBoundingClientRect();
    Object.assign(this.tip.style, { left: `${left}px`, top: `${bottom + 6}px` });
    this.tip.showPopover();
  }
}
