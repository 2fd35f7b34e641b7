// Pictures in a row, each under its title and over its words: a photo, with what is laid over it.
//   map    numbers over the photo                      light  where a unit looks: the photo is lit there
//   sight  the rectangle that a unit can see           patch  a grey square that lies on the photo
import { make, onArrows, onPointing, say, sayEnds, scaleOf } from "../drawing/elements.js";
import { View } from "../drawing/mount.js";
import { decimalsFor, endsOf, fixed } from "../drawing/numbers.js";
import { Panel } from "../drawing/paper.js";
import { onceQuiet } from "../drawing/quiet.js";
import { fieldOf, moved, placeOf, unitUnder } from "./places.js";
import { gradient } from "./ramp.js";
import { litBitmap, mapBitmap, mark, paintLoupe, paintOver, paintPatch, photoOf } from "./sheets.js";

const LOUPE = 4; // what is narrower than this part of the photo is enlarged in a corner

export class Panels extends View {
  /** @type {PanelsMessage} */ model; /** @type {(text: string) => void} */ choose;

  constructor(root) {
    super();
    this.row = make("div", { class: "panels" });
    this.figures = [];
    root.append(this.row);
  }

  receive(model, theme, choose) {
    Object.assign(this, { model, theme, choose });
    this.row.style.setProperty("--count", model.panels.length);
    // Those that stand already stay where they are: moved, they would lose the focus.
    for (const { element, forget } of this.figures.splice(model.panels.length)) { forget(); element.remove(); }
    while (this.figures.length < model.panels.length) {
      const figure = this.figure();
      this.figures.push(figure);
      this.row.append(figure.element);
    }
    const photos = new Map();
    model.panels.forEach((told, at) => {
      const figure = this.figures[at];
      if (!photos.has(told.photo)) photos.set(told.photo, photoOf(model[told.photo]));
      Object.assign(figure, { told, photo: photos.get(told.photo), map: null, lit: null, model: null });
      const sent = model[`map ${at}`];
      if (sent) {
        const [height, width] = sent.shape;
        figure.model = { height, width, rows: fieldOf(told.fields[0]), columns: fieldOf(told.fields[1]), numbers: sent.data };
        figure.map = mapBitmap(sent.data, height, width, told.limit, told.signed);
      }
      const light = model[`light ${at}`];
      if (light) figure.lit = litBitmap(figure.photo, Float32Array.from(light.data, (level) => level / 255), told.sight);
      say(figure.title, told.title);
      say(figure.words, told.words);
      figure.canvas.setAttribute("aria-label", `${told.title}. ${told.words}`);
      figure.canvas.classList.toggle("can", Boolean(told.asks));
      figure.canvas.tabIndex = told.asks ? 0 : -1;
      figure.scale.hidden = !sent;
      if (sent) {
        const [least, most] = endsOf(told.limit, 2);
        sayEnds(figure.scale, told.signed ? least : "0", most);
        figure.scale.children[1].style.background = gradient(told.signed);
      }
    });
    this.paint();
    if (model.more) requestAnimationFrame(() => onceQuiet(() => { if (this.model === model) choose("more"); }));
  }

  leave() {
    for (const figure of this.figures) figure.forget();
    this.model = null;
  }

  figure() {
    const panel = new Panel({ role: "img" }), { canvas } = panel;
    const figure = /** @type {any} */ ({ canvas, panel, title: make("b"), words: make("span"), tip: make("em"), scale: scaleOf() });
    figure.element = make("figure", {}, make("header", {}, figure.title, figure.tip), canvas, figure.scale, make("figcaption", {}, figure.words));
    const point = (event) => unitUnder(figure.model, canvas, figure.photo, event);
    figure.forget = onPointing(canvas, (event) => {
      if (!figure.model) return;
      const { row, column } = point(event), value = figure.model.numbers[row * figure.model.width + column];
      say(figure.tip, fixed(value, decimalsFor(figure.told.limit)));
    }, () => say(figure.tip, ""));
    canvas.addEventListener("click", (event) => {
      if (!figure.model || !figure.told.asks) return;
      this.place(figure, point(event));
    });
    onArrows(canvas, (by) => {
      if (!figure.model || !figure.told.asks) return false;
      const [row, column] = figure.told.at;
      return this.place(figure, moved(figure.model, { row, column }, by));
    });
    return figure;
  }

  place({ told }, { row, column }) {
    told.at = [row, column];
    this.choose(`${told.asks}.${row + 1}.${column + 1}`);
  }

  paint() {
    for (const { panel, told, photo, map, lit, model } of this.figures) {
      const context = panel.open(), { box } = panel;
      if (!context) continue;
      const signed = told.signed ?? false;
      paintOver(context, box, photo, { map, place: model && placeOf(model), signed, base: lit });
      const scale = panel.width / photo.width;
      if (told.sight) {
        const [y, x, height, width] = told.sight.map((part) => part * scale);
        mark(context, { x: x + 1, y: y + 1, width: width - 2, height: height - 2 }, this.theme, 2);
        if (width < panel.width / LOUPE) paintLoupe(context, box, photo.width, lit ?? photo.colours, told.sight, this.theme);
      }
      if (told.patch) {
        const [y, x, height, width] = told.patch;
        paintPatch(context, box, photo.width, { x, y, width, height, level: told.level }, this.theme);
      }
    }
  }
}
