// The table of output sizes: a button a cell. A click tells Python "stride padding".
import { arrowOf, button, make, say } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";

class Sizes extends View {
  shape = ""; buttons = [];

  constructor() {
    super();
    this.root = make("table", { class: "sizes", role: "grid", "aria-label": "Output sizes by stride and padding", onkeydown: (event) => this.onKey(event) });
    this.frame = make("div", { class: "frame" }, this.root);
  }

  /** @param {SizesMessage} data */
  receive(data) {
    const [s, p] = data.letters, shape = `${s}|${data.strides}|${data.paddings}`;
    if (this.shape !== shape) this.build(data);
    this.shape = shape;
    this.buttons.forEach((row, r) => row.forEach((button, c) => {
      const { text, why, mark, kept } = data.cells[r][c];
      say(button.firstChild, text || "–");
      say(button.lastChild, mark);
      button.title = why;
      // The name begins with the words that are seen, as whoever speaks to the page says them.
      button.setAttribute("aria-label", `${text || "–"}${mark && ` ${mark}`}, ${s} = ${data.strides[c]}, ${p} = ${data.paddings[r]}. ${why}`);
      if (text) button.removeAttribute("aria-disabled"); else button.setAttribute("aria-disabled", "true");
      button.classList.toggle("is-kept", kept);
      if (mark.includes("A")) button.setAttribute("aria-current", "true"); else button.removeAttribute("aria-current");
      button.classList.toggle("is-other", mark === "B");
    }));
    this.reachable(this.buttons.flat().find((button) => button.getAttribute("tabindex") === "0") ?? this.buttons[0][0]);
  }

  build({ letters: [s, p], strides, paddings }) {
    const head = make("tr", {}, make("th", { class: "corner" }, `${p} \\ ${s}`), ...strides.map((stride) => make("th", { scope: "col" }, `${s} = ${stride}`)));
    this.buttons = paddings.map((padding) => strides.map((stride) => {
      const cell = button({ tabindex: "-1" }, make("span"), make("b"));
      cell.addEventListener("click", () => {
        this.reachable(cell);
        if (!cell.hasAttribute("aria-disabled")) this.send("chosen", `${stride} ${padding}`);
      });
      return cell;
    }));
    const rows = this.buttons.map((row, r) => make("tr", {}, make("th", { scope: "row" }, `${p} = ${paddings[r]}`), ...row.map((button) => make("td", {}, button))));
    this.root.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  }

  // The one button that the tab key reaches.
  reachable(button) {
    for (const other of this.buttons.flat()) other.setAttribute("tabindex", other === button ? "0" : "-1");
  }

  onKey(event) {
    const step = arrowOf(event), row = this.buttons.findIndex((buttons) => buttons.includes(event.target));
    if (!step || row < 0) return;
    event.preventDefault();
    const next = this.buttons[row + step[0]]?.[this.buttons[row].indexOf(event.target) + step[1]];
    if (!next) return;
    this.reachable(next);
    next.focus();
  }
}

export default mount(Sizes);
