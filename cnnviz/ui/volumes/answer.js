// The answer, beside the last layer's numbers: a bar and its words for each, the winner first seen; and, where numbers
// are distances to codes, each code as a bitmap.
import { make, say } from "../drawing/elements.js";
import { clamp } from "../drawing/numbers.js";
import { fill } from "../drawing/paper.js";
import { inkShade } from "./planes.js";

export class Answer {
  constructor() {
    this.words = make("b", {});
    this.more = make("span", {});
    this.verdict = make("p", { class: "verdict", "aria-live": "polite" }, this.words, this.more);
    this.list = make("div", { class: "answer" });
    this.rows = [];
  }

  // Rows stay the same elements from answer to answer, so that their bars move.
  receive(answer) {
    this.verdict.hidden = this.list.hidden = !answer;
    if (!answer) return;
    say(this.words, answer.verdict);
    say(this.more, answer.more);
    if (this.rows.length !== answer.rows.length || this.hasCodes !== !!answer.codes) this.furnish(answer);
    answer.rows.forEach(([label, share, text], at) => {
      const row = this.rows[at];
      say(row.label, label);
      say(row.text, text);
      row.bar.style.width = `${clamp(share, 0, 1) * 100}%`;
      row.root.classList.toggle("wins", at === answer.winner);
      if (answer.codes) paintCode(row.code, answer.codes, at);
    });
  }

  furnish(answer) {
    this.hasCodes = !!answer.codes;
    this.rows = answer.rows.map(() => {
      const row = { label: make("b", {}), bar: make("i", {}), text: make("span", {}), code: this.hasCodes ? make("canvas", { "aria-hidden": "true" }) : "" };
      row.root = make("div", { class: "row" }, row.label, row.code, make("div", { class: "track" }, row.bar), row.text);
      return row;
    });
    this.list.replaceChildren(...this.rows.map(({ root }) => root));
    this.list.classList.toggle("has-codes", this.hasCodes);
  }

  // The number that a stage hides until it is guessed is told nowhere: of this row, or of none (−1).
  hide(at) { this.rows.forEach(({ root }, own) => root.classList.toggle("hides", own === at)); }

  // To its place in the drawing: each row beside its number.
  place(column) {
    Object.assign(this.list.style, { left: `${column.x}px`, width: `${column.width}px` });
    this.rows.forEach(({ root }, at) => Object.assign(root.style, { top: `${column.y + at * column.pitch[1]}px`, height: `${column.mapHeight}px` }));
  }
}

function paintCode(canvas, { data, shape: [, height, width] }, at) {
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  for (let cell = 0; cell < height * width; cell += 1) {
    fill(context, cell % width, Math.floor(cell / width), 1, 1, inkShade(data[at * height * width + cell], 1));
  }
}
