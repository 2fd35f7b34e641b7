// One view on the page: a walk, a row of pictures or a sheet of maps, as the message says.
import { make } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { themeOf } from "../drawing/palette.js";
import { Panels } from "./panels.js";
import { Sheet } from "./sheet.js";
import { Walk } from "./walk.js";

const VIEWS = { walk: Walk, panels: Panels, sheet: Sheet };

class Overlay {
  constructor(parent) {
    this.version = 0;
    this.root = make("div", { class: "overlay" });
    parent.append(this.root);
    this.observer = new ResizeObserver(() => { if (this.room !== this.root.clientWidth) { this.room = this.root.clientWidth; this.view?.paint(); } });
    this.observer.observe(this.root);
  }

  receive(data, choose) {
    const model = opened(data), theme = themeOf(this.root);
    if (model.kind !== this.kind) {
      this.root.replaceChildren();
      this.root.className = `overlay is-${model.kind}`;
      this.view = new VIEWS[model.kind](this.root);
    }
    this.kind = model.kind;
    this.root.style.setProperty("--muted", theme.muted);
    this.root.style.setProperty("--window", theme.window);
    this.view.receive(model, theme, choose);
    this.version += 1;
    this.root.setAttribute("data-ready", this.version);
  }

  leave() {
    this.observer.disconnect();
    this.view?.leave?.();
    this.root.remove(); // the place may be mounted anew, as after a change of theme
    this.view = null;
  }
}

// One for each parent: Streamlit calls this again with new data or another theme, and runs only the last cleanup.
const mounted = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Overlay(parentElement));
  const overlay = mounted.get(parentElement);
  overlay.receive(data, (text) => setTriggerValue("selected", text));
  return () => { overlay.leave(); mounted.delete(parentElement); };
}
