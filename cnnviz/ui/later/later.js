// The place of what is costly to bring, kept until it is nearly in sight: then Python is asked for it.
import { make } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { onceQuiet } from "../drawing/quiet.js";

const NEAR = "60%"; // of the height of what the page scrolls in, below and above
const SCROLLS = "[data-testid=stMain]";

class Later extends View {
  root = make("div");
  sight = new IntersectionObserver((seen) => { if (seen.some(({ isIntersecting }) => isIntersecting)) this.ask(); },
    { root: document.querySelector(SCROLLS), rootMargin: NEAR });

  receive({ height }) {
    this.root.style.height = `${height}px`;
    this.sight.observe(this.root);
    return false; // nothing to look at
  }

  ask() {
    this.sight.disconnect();
    onceQuiet(() => { if (!this.isGone) this.send("seen", true); });
  }

  leave() { this.sight.disconnect(); }
}

export default mount(Later);
