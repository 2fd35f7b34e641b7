// The table of output sizes: a button a cell. A click tells Python "stride padding".
import { make, say } from "../drawing/elements.js";

class Sizes {
  constructor(parent) {
    this.table = make("table", { class: "sizes", role: "grid", "aria-label": "Output sizes by stride and padding" });
    this.table.addEventListener("keydown", (event) => this.onKey(event));
    parent.append(make("div", { class: "frame" }, this.table));
    this.version = 0;
  }

  receive(data, send) {
    this.send = send;
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
    this.version += 1;
    this.table.setAttribute("data-ready", this.version);
  }

  build({ letters: [s, p], strides, paddings }) {
    const head = make("tr", {}, make("th", { class: "corner" }, `${p} \\ ${s}`), ...strides.map((stride) => make("th", { scope: "col" }, `${s} = ${stride}`)));
    this.buttons = paddings.map((padding) => strides.map((stride) => {
      const button = make("button", { type: "button", tabindex: "-1" }, make("span"), make("b"));
      button.addEventListener("click", () => {
        this.reachable(button);
        if (!button.hasAttribute("aria-disabled")) this.send(`${stride} ${padding}`);
      });
      return button;
    }));
    const rows = this.buttons.map((row, r) => make("tr", {}, make("th", { scope: "row" }, `${p} = ${paddings[r]}`), ...row.map((button) => make("td", {}, button))));
    this.table.replaceChildren(make("thead", {}, head), make("tbody", {}, ...rows));
  }

  // The one button that the tab key reaches.
  reachable(button) {
    for (const other of this.buttons.flat()) other.setAttribute("tabindex", other === button ? "0" : "-1");
  }

  onKey(event) {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const row = this.buttons.findIndex((buttons) => buttons.includes(event.target));
    if (!step || row < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const next = this.buttons[row + step[0]]?.[this.buttons[row].indexOf(event.target) + step[1]];
    if (!next) return;
    this.reachable(next);
    next.focus();
  }
}

// One table for each parent: Streamlit calls this again with new data, and runs only the last cleanup.
const tables = new WeakMap();

export default function mount({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  if (!tables.has(parentElement)) tables.set(parentElement, new Sizes(parentElement));
  tables.get(parentElement).receive(data, (text) => setTriggerValue("chosen", text));
  return () => { tables.get(parentElement)?.table.parentElement.remove(); tables.delete(parentElement); }; // the place may be mounted anew, as after a change of theme
}
