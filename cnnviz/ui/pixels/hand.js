// The pointer and the keys: whatever they touch moves the one cursor. A click holds it; dragging moves the paper under it.
import { arrowOf, isShortcut, pointOn } from "../drawing/elements.js";
import { glassPlan, placeUnder } from "./glass.js";
import { regionFrom } from "./places.js";
import { pixelUnder, truePlan } from "./truesize.js";
import { faceUnder, volumePlan } from "./volume.js";

// held  whether the cursor stays where it is while the pointer passes
// last  the place that was under the pointer     grip  where dragging began
export class Hand {
  held = false; last = null; grip = null; dragged = false;

  constructor(view) {
    this.view = view;
  }

  listen() {
    for (const part of this.view.parts) {
      const { canvas } = part;
      const under = (event) => this.under(part, ...pointOn(canvas, event));
      canvas.addEventListener("pointerdown", (event) => {
        this.dragged = false;
        this.last = under(event);
        const { picture, region, corner } = this.view;
        this.grip = { part, x: event.clientX, y: event.clientY, region };
        if (part.name === "picture" && this.last?.isPart) this.grip.shown = truePlan(part.panel, picture, corner).part;
      });
      canvas.addEventListener("pointermove", (event) => {
        const isDragging = this.grip?.part === part && event.buttons > 0;
        if (isDragging) this.drag(event);
        else this.grip = null;
        this.last = under(event);
        if (this.held && !(isDragging && this.dragged)) return;
        if (this.last) this.view.go(this.last, part.name);
      });
      canvas.addEventListener("pointercancel", () => { this.grip = null; });
      // A click's own position is cut to whole pixels: it would be a pixel beside the place that was pointed at.
      canvas.addEventListener("click", () => {
        this.grip = null;
        if (!this.dragged && this.last) this.hold(this.last, part.name);
      });
    }
    this.view.root.addEventListener("keydown", (event) => this.key(event));
  }

  // The place under a point of a panel, or null.
  under(part, x, y) {
    const { picture, region, corner, apart } = this.view;
    if (part.name === "picture") return pixelUnder(truePlan(part.panel, picture, corner), picture, x, y);
    if (part.name === "volume") return faceUnder(volumePlan(picture, part.panel, apart), x, y);
    return placeUnder(glassPlan(part.panel, region, part.name === "numbers"), region, x, y);
  }

  // The paper under the hand: the enlarged region, or the part of a large picture.
  drag(event) {
    const { grip, view } = this;
    const dx = event.clientX - grip.x, dy = event.clientY - grip.y;
    if (!this.dragged && Math.hypot(dx, dy) < 5) return;
    this.dragged = true;
    if (grip.shown) view.corner = { x: grip.shown.left - dx, y: grip.shown.top - dy };
    if (grip.part.name !== "enlarged" && grip.part.name !== "numbers") return;
    const { cell } = glassPlan(grip.part.panel, grip.region, grip.part.name === "numbers");
    view.region = regionFrom(view.picture, grip.region, grip.region.top - Math.round(dy / cell), grip.region.left - Math.round(dx / cell));
  }

  // Hold a place; the same one again lets go.
  hold(place, from) {
    const { cursor } = this.view;
    this.held = !(this.held && place.row === cursor.row && place.column === cursor.column);
    this.view.go(place, from);
    this.view.root.focus({ preventScroll: true });
  }

  letGo() {
    this.held = false;
    this.view.repaint();
  }

  key(event) {
    if (isShortcut(event) || event.composedPath()[0].tagName === "INPUT") return;
    const { cursor, picture } = this.view, arrow = arrowOf(event), far = event.shiftKey ? 10 : 1;
    let place = null;
    if (arrow) place = { row: cursor.row + arrow[0] * far, column: cursor.column + arrow[1] * far };
    else if (event.key === "Home") place = { row: 0, column: 0 };
    else if (event.key === "End") place = { row: picture.height - 1, column: picture.width - 1 };
    else if (event.key === "Escape" && this.held) this.held = false;
    else return;
    event.preventDefault();
    event.stopPropagation();
    // The pointer rests where it was: only when it moves does it lead again.
    this.view.go(place ?? cursor, "keys");
  }
}
