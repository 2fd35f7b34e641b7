// One view on the page: a walk, a row of pictures or a sheet of maps, as the message says.
import { make } from "../drawing/elements.js";
import { opened } from "../drawing/envelope.js";
import { View, mount } from "../drawing/mount.js";
import { Panels } from "./panels.js";
import { Sheet } from "./sheet.js";
import { Walk } from "./walk.js";

const VIEWS = { walk: Walk, panels: Panels, sheet: Sheet };

class Overlay extends View {
  kind = ""; room = 0; view = null;

  constructor() {
    super();
    this.root = make("div", { class: "overlay" });
  }

  resized() {
    if (this.room !== this.root.clientWidth) this.view.paint();
    this.room = this.root.clientWidth;
  }

  receive(data) {
    /** @type {WalkMessage | PanelsMessage | SheetMessage} */ const model = opened(data);
    if (model.kind !== this.kind) {
      this.view?.leave();
      this.root.replaceChildren();
      this.root.className = `overlay is-${model.kind}`;
      this.view = new VIEWS[model.kind](this.root);
    }
    this.kind = model.kind;
    this.view.receive(model, this.theme, (text) => this.send("selected", text));
  }

  leave() { this.view.leave(); }
}

export default mount(Overlay);
