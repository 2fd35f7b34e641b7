// The pointer and the keys: pointing at a number, choosing it, and going through the maps of a layer.
import { isFinger, onPointing, say } from "../drawing/elements.js";
import { underPoint } from "./layout.js";
import { placeText, valueText } from "./words.js";

export class Pointing {
  constructor(volumes) {
    Object.assign(this, { volumes, hover: null });
  }

  listen(canvas) {
    canvas.addEventListener("click", (event) => this.click(this.under(event)));
    this.leave = onPointing(canvas, (event) => this.point(this.under(event), event), () => this.point(null));
  }

  under(event) {
    const { canvas, model, plan, fronts } = this.volumes;
    if (!model) return null;
    const box = canvas.getBoundingClientRect();
    return underPoint(model, plan, fronts, event.clientX - box.left, event.clientY - box.top);
  }

  point(found, event) {
    const { volumes } = this;
    const isUnit = found && found.layer >= 0 && found.behind === undefined;
    this.hover = isUnit ? found : null;
    if (isUnit) volumes.following = false;
    if (found?.behind !== undefined) this.showTip(event, `map ${found.behind + 1}: click to bring it to the front`);
    else if (isUnit) {
      const value = volumes.hides(found) ? "?" : valueText(volumes.model, found) ?? "click: its number is on the stage";
      this.showTip(event, `${placeText(volumes.model, found)}\n${value}`);
    }
    else this.hideTip();
    volumes.canvas.style.cursor = found && found.layer >= 0 ? "crosshair" : "";
    volumes.repaint();
  }

  click(found) {
    if (!found || found.layer < 0) return;
    if (found.behind !== undefined) this.volumes.front(found.layer, found.behind);
    else this.volumes.choose(found);
  }

  // On a volume: arrows move over its front map, Page Up and Page Down go through its maps, Enter chooses.
  onKey(event, at) {
    const { volumes } = this, { model } = volumes;
    if (!model || event.altKey || event.ctrlKey || event.metaKey) return;
    const { isVector, height, width } = model.layers[at];
    const unit = volumes.unitOf(at);
    const go = (rows, columns) => (isVector ? volumes.step(at, rows || columns)
      : volumes.look({ ...unit, row: Math.max(0, Math.min(height - 1, unit.row + rows)), column: Math.max(0, Math.min(width - 1, unit.column + columns)) }));
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

  showTip(event, text) {
    const { tip, root } = this.volumes;
    say(tip, text);
    const box = root.getBoundingClientRect();
    const x = Math.max(4, Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 8));
    const y = event.clientY - box.top + 18, above = y - tip.offsetHeight - 34;
    const isAbove = (isFinger(event) && above > 0) || y + tip.offsetHeight > box.height; // not below the finger
    tip.style.transform = `translate(${x}px, ${isAbove ? above : y}px)`;
    tip.style.visibility = "visible";
  }

  hideTip() { this.volumes.tip.style.visibility = "hidden"; }
}
