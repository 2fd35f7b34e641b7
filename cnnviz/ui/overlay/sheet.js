// Every map of a layer on one sheet, to be looked over and clicked.
import { make, onArrows, pointOn, say } from "../drawing/elements.js";
import { View } from "../drawing/mount.js";
import { clamp, number } from "../drawing/numbers.js";
import { Panel, bitmapOf, outline } from "../drawing/paper.js";
import { SEQUENTIAL } from "./ramp.js";

const GAP = 3;
const DARK = [40, 44, 52]; // of a number that is 0

export class Sheet extends View {
  chosen = 0; hover = null; count = 0; across = 1; side = 0;
  /** @type {SheetMessage} */ model; /** @type {(text: string) => void} */ choose;

  constructor(root) {
    super();
    this.panel = new Panel({ class: "sheet", tabindex: "0", role: "img" });
    this.canvas = this.panel.canvas;
    this.line = make("p", { class: "line" });
    root.append(this.canvas, this.line);
    this.canvas.addEventListener("pointermove", (event) => this.point(this.under(event)));
    this.canvas.addEventListener("pointerleave", () => this.point(null));
    this.canvas.addEventListener("click", (event) => { const at = this.under(event); if (at !== null) this.go(at); });
    onArrows(this.canvas, (by) => {
      const to = this.model.order.indexOf(this.chosen) + by[0] * this.across + by[1];
      if (to >= 0 && to < this.count) this.go(to);
    });
  }

  receive(model, theme, choose) {
    Object.assign(this, { model, theme, choose, chosen: model.chosen, hover: null });
    const { data, shape: [count, height, width] } = model.maps;
    this.count = count;
    // All maps in one bitmap below each other, in the ramp's colours over dark.
    this.bitmap = bitmapOf(width, count * height, (_, bytes) => {
      for (let at = 0; at < data.length; at += 1) {
        const [r, g, b, a] = SEQUENTIAL[data[at]], share = a / 255;
        bytes.set([...[r, g, b].map((part, of) => DARK[of] + (part - DARK[of]) * share), 255], 4 * at);
      }
    });
    this.paint();
    this.point(null);
  }

  // So many beside each other that all of them fit the height; a cell is at least a finger's breadth of pixels.
  arrange() {
    const room = this.canvas.clientWidth || 600;
    const side = clamp(Math.floor(Math.sqrt((room * 430) / this.count)), 24, 72);
    this.across = Math.max(1, Math.floor((room + GAP) / (side + GAP)));
    this.side = (room + GAP) / this.across - GAP;
    this.canvas.style.height = `${Math.ceil(this.count / this.across) * (this.side + GAP)}px`;
  }

  cell(at) {
    const step = this.side + GAP;
    return { x: (at % this.across) * step, y: Math.floor(at / this.across) * step };
  }

  under(event) {
    const [across, down] = pointOn(this.canvas, event).map((at) => Math.floor(at / (this.side + GAP)));
    const at = down * this.across + Math.min(this.across - 1, across);
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
    this.arrange();
    const { panel, model: { maps: { shape: [count, height, width] }, order }, side, theme } = this;
    const context = panel.open();
    if (!context) return;
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
