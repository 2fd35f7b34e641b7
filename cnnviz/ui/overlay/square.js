// The square that a network takes of a photo, on the whole photo, where it can be moved: with the pointer or a finger, with
// keys. Whoever listens hears of every move, and of where the square came to rest.
import { make, onDragging, pointOn, say } from "../drawing/elements.js";
import { Panel } from "../drawing/paper.js";
import { squareWords } from "./messages.js";
import { squareBy, squareOf } from "./places.js";
import { fitted, paintCut } from "./sheets.js";

const HIGHEST = 190, LOWEST = 24; // pixels: of a tall photo; of a very long one, for a finger
const REST = 350; // milliseconds without a key

export class Square {
  resting = null; held = 0; from = 0; place; size; whole;
  /** @type {Theme} */ theme;

  constructor({ moved, rested }) {
    this.moved = moved;
    this.rested = rested;
    this.panel = new Panel({
      tabindex: "0", role: "slider", "aria-label": "The square that the network takes", "aria-valuemin": "0",
      title: "Drag the square, or use the arrow keys", onkeydown: (event) => this.onKey(event),
    });
    this.canvas = this.panel.canvas;
    this.line = make("p", { class: "told" });
    this.element = make("div", { class: "square" }, make("h2", {}, "What it takes"), this.canvas, this.line);
    this.listen();
  }

  listen() {
    this.drag = onDragging(this.canvas, {
      take: (event) => {
        const { side, start } = this.place, along = this.along(event);
        this.from = start;
        // Taken where the finger lies on it; beside it, it comes to the finger.
        this.held = along >= start && along < start + side ? along - start : side / 2;
        this.follow(event);
        return true;
      },
      move: (event) => this.follow(event),
      end: ({ type }) => {
        if (type === "pointercancel") this.go(this.from); // the finger scrolls the page
        if (this.place.start !== this.from) this.rested(this.place.start);
      },
    });
  }

  // Where the pointer is on the way that the square can go, in pixels of the photo.
  along(event) {
    const { canvas, size, box, place: { isWide } } = this, [x, y] = pointOn(canvas, event);
    return isWide ? (x - box.x) * size[1] / box.width : (y - box.y) * size[0] / box.height;
  }

  follow(event) { this.go(Math.round(this.along(event) - this.held)); }

  onKey(event) {
    const to = squareBy(event, this.place);
    if (to === null) return;
    event.preventDefault();
    this.go(to);
    clearTimeout(this.resting);
    this.resting = setTimeout(() => { this.resting = null; this.rested(this.place.start); }, REST);
  }

  go(start) {
    const place = squareOf(this.size, start);
    if (place.start === this.place.start) return;
    this.place = place;
    this.paint();
    this.moved();
  }

  // Python's word counts, unless the visitor has hold of the square.
  receive({ size, start }, whole, theme) {
    const isAnother = String(size) !== String(this.size);
    if (isAnother) this.forget();
    if (!this.drag.isHeld && this.resting === null) this.place = squareOf(size, start);
    Object.assign(this, { size, whole, theme });
    const { isWide, most } = this.place, shape = size[1] / size[0];
    this.element.hidden = most === 0;
    Object.assign(this.canvas.style, {
      width: `min(100%, ${HIGHEST * shape}px)`, aspectRatio: shape, minWidth: `${LOWEST}px`, minHeight: `${LOWEST}px`, maxHeight: `${HIGHEST}px`,
      touchAction: isWide ? "pan-y" : "pan-x", // the other way it is the square that moves
    });
    this.canvas.setAttribute("aria-orientation", isWide ? "horizontal" : "vertical");
    this.canvas.setAttribute("aria-valuemax", most);
  }

  get box() { return fitted(this.panel, this.whole); }

  paint() {
    const { panel, canvas, place } = this;
    if (place.most === 0) return;
    const words = squareWords(place);
    canvas.setAttribute("aria-valuenow", place.start);
    canvas.setAttribute("aria-valuetext", words);
    say(this.line, `Drag it: ${words}`);
    const context = panel.open();
    if (context) this.paintGrips(context, paintCut(context, this.box, this.whole, this.size, place, this.theme));
  }

  // A small arrow at either end that has a way to go.
  paintGrips(context, cut) {
    const { isWide, start, most } = this.place, size = Math.min(7, cut.width / 5);
    const middle = isWide ? cut.y + cut.height / 2 : cut.x + cut.width / 2;
    const grip = (edge, way) => {
      const point = (along, across) => (isWide ? [edge + way * along, middle + across] : [middle + across, edge + way * along]);
      context.beginPath();
      context.moveTo(...point(-3, 0));
      context.lineTo(...point(-3 - size, -size));
      context.lineTo(...point(-3 - size, size));
      context.closePath();
      context.fillStyle = "#fff";
      context.strokeStyle = "rgba(0, 0, 0, 0.7)";
      context.lineWidth = 2;
      context.stroke();
      context.fill();
    };
    const [first, last] = isWide ? [cut.x, cut.x + cut.width] : [cut.y, cut.y + cut.height];
    if (start > 0) grip(first, -1);
    if (start < most) grip(last, 1);
  }

  forget() {
    clearTimeout(this.resting);
    this.resting = null;
    this.drag.letGo();
  }
}
