// Every map of a layer on one sheet, to be looked over and clicked.
import { make, say } from "../drawing/elements.js";
import { number } from "../drawing/numbers.js";
import { Panel, outline } from "../drawing/paper.js";
import { stepOf } from "./places.js";
import { SEQUENTIAL } from "./ramp.js";

const GAP = 3;
const DARK = [40, 44, 52]; // of a number that is 0

export class Sheet {
  constructor(root) {
    this.canvas = make("canvas", { class: "sheet", tabindex: "0", role: "img" });
    this.panel = new Panel(this.canvas);
    this.line = make("p", { class: "line" });
    root.append(this.canvas, this.line);
    this.canvas.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => { const at = this.under(event); if (at !== null) this.go(at); });
    this.canvas.addEventListener("keydown", (event) => {
      const by = stepOf(event);
      if (!by) return;
      event.preventDefault();
      const to = this.model.order.indexOf(this.chosen) + by[0] * this.across + by[1];
      if (to >= 0 && to < this.count) this.go(to);
    });
  }

  receive(model, theme, choose) {
    Object.assign(this, { model, theme, choose, chosen: model.chosen, hover: null });
    const { data, shape: [count, height, width] } = model.maps;
    this.count = count;
    // All maps in one bitmap below each other, in the ramp's colours over dark.
    this.bitmap = document.createElement("canvas");
    [this.bitmap.width, this.bitmap.height] = [width, count * height];
    const context = this.bitmap.getContext("2d"), image = context.createImageData(width, count * height);
    for (let at = 0; at < data.length; at += 1) {
      const [r, g, b, a] = SEQUENTIAL[data[at]], share = a / 255;
      image.data.set([...[r, g, b].map((part, of) => DARK[of] + (part - DARK[of]) * share), 255], 4 * at);
    }
    context.putImageData(image, 0, 0);
    this.paint();
    this.point(null);
  }

  // So many beside each other that all of them fit the height; a cell is at least a finger's breadth of pixels.
  arrange() {
    const room = this.canvas.clientWidth || 600;
    const side = Math.max(24, Math.min(72, Math.floor(Math.sqrt((room * 430) / this.count))));
    this.across = Math.max(1, Math.floor((room + GAP) / (side + GAP)));
    this.side = (room + GAP) / this.across - GAP;
    this.canvas.style.height = `${Math.ceil(this.count / this.across) * (this.side + GAP)}px`;
  }

  cell(at) {
    const step = this.side + GAP;
    return { x: (at % this.across) * step, y: Math.floor(at / this.across) * step };
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect(), step = this.side + GAP;
    const at = Math.floor((event.clientY - box.top) / step) * this.across + Math.min(this.across - 1, Math.floor((event.clientX - box.left) / step));
    return at >= 0 && at < this.count ? at : null;
  }

  point(at) {
    this.hover = at;
    const { model } = this, slot = at ?? model.order.indexOf(this.chosen);
    const limit = model.limits[slot];
    say(this.line, slot < 0 ? "" : `${model.names[slot]}: largest number ${number(limit)}${at === null ? "" : "; click to lay it over the photo"}.`);
    this.paint();
  }

  go(at) {
    this.chosen = this.model.order[at];
    this.point(null);
    this.choose(String(this.chosen + 1));
  }

  paint() {
    if (!this.model) return;
    this.arrange();
    const { panel, model: { maps: { shape: [count, height, width] }, order }, side, theme } = this;
    panel.fit();
    if (!panel.width) return;
    const context = panel.begin();
    context.imageSmoothingEnabled = false;
    for (let at = 0; at < count; at += 1) {
      const { x, y } = this.cell(at);
      context.drawImage(this.bitmap, 0, at * height, width, height, x, y, side, side);
      if (at === this.hover) outline(context, x, y, side, side, theme.text, 2);
      if (order[at] === this.chosen) outline(context, x + 1, y + 1, side - 2, side - 2, theme.window, 3);
    }
    this.canvas.setAttribute("aria-label", `All ${count} maps. Arrow keys go from map to map. ${this.line.textContent}`);
  }
}
