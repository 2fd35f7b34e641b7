// The pointer and the keys: pointing at a number, choosing it, and going through the maps of a layer.
import { isShortcut, onPointing, pointOn } from "../drawing/elements.js";
import { clamp } from "../drawing/numbers.js";
import { underPoint } from "./layout.js";
import { placeText, valueText } from "./words.js";

export class Pointing {
  hover = null; leave;

  constructor(volumes) { this.volumes = volumes; }

  listen(canvas) {
    canvas.addEventListener("click", (event) => this.click(this.under(event)));
    this.leave = onPointing(canvas, (event) => this.point(this.under(event), event), () => this.point(null));
  }

  under(event) {
    const { panel, model, plan, fronts } = this.volumes;
    return underPoint(model, plan, fronts, ...pointOn(panel.canvas, event));
  }

  point(found, event) {
    const { volumes } = this;
    const isUnit = found && found.layer >= 0 && found.behind === undefined;
    this.hover = isUnit ? found : null;
    if (isUnit) volumes.following = false;
    if (found?.behind !== undefined) volumes.tip.show(event, `map ${found.behind + 1}: click to bring it to the front`);
    else if (isUnit) {
      const value = volumes.hides(found) ? "?" : valueText(volumes.model, found) ?? "click: its number is on the stage";
      volumes.tip.show(event, `${placeText(volumes.model, found)}\n${value}`);
    } else volumes.tip.hide();
    volumes.panel.canvas.style.cursor = found && found.layer >= 0 ? "crosshair" : "";
    volumes.repaint();
  }

  click(found) {
    if (!found || found.layer < 0) return;
    if (found.behind !== undefined) this.volumes.front(found.layer, found.behind);
    else this.volumes.choose(found);
  }

  // On a volume: arrows move over its front map, Page Up and Page Down go through its maps, Enter chooses.
  onKey(event, at) {
    if (isShortcut(event)) return;
    const { volumes } = this, { isVector, height, width } = volumes.model.layers[at], unit = volumes.unitOf(at);
    const go = (rows, columns) => (isVector ? volumes.step(at, rows || columns)
      : volumes.look({ ...unit, row: clamp(unit.row + rows, 0, height - 1), column: clamp(unit.column + columns, 0, width - 1) }));
    const act = {
      ArrowUp: () => go(-1, 0), ArrowDown: () => go(1, 0), ArrowLeft: () => go(0, -1), ArrowRight: () => go(0, 1),
      PageUp: () => volumes.step(at, -1), PageDown: () => volumes.step(at, 1),
      Enter: () => volumes.choose(unit), " ": () => volumes.choose(unit),
    }[event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    this.hover = null;
    act();
  }

  // The wheel goes through the maps of the volume that has the focus; elsewhere it is the page's.
  onWheel(event, at, isFocused) {
    if (!isFocused || !event.deltaY || event.ctrlKey) return;
    event.preventDefault();
    this.hover = null;
    this.volumes.step(at, Math.sign(event.deltaY));
  }
}
