// A kernel to edit: one text box a weight. What is typed goes to Python as text, which reads or refuses it.

const signedColour = (value, limit) =>
  PRGN[limit > 0 ? 127 + Math.round(Math.max(-1, Math.min(1, value / limit)) * 127) : 127];
const isDark = ([r, g, b]) => 0.299 * r + 0.587 * g + 0.114 * b < 140;

// A weight as short as its cell allows; all its digits show while it is edited and on hover.
const brief = (text, value, columns) =>
  (text.length <= (columns > 5 ? 4 : 6) ? text : String(Number(value.toFixed(2)))).replace("-", "−");

class Grid {
  constructor(parent) {
    this.tab = null;
    this.root = document.createElement("div");
    this.root.className = "grid";
    this.tabs = document.createElement("div");
    this.tabs.className = "tabs";
    this.cells = document.createElement("div");
    this.cells.className = "cells";
    this.cells.setAttribute("role", "grid");
    this.error = document.createElement("p");
    this.error.className = "error";
    this.error.setAttribute("role", "alert");
    this.root.append(this.tabs, this.cells, this.error);
    parent.append(this.root);
  }

  receive(data, send) {
    Object.assign(this, { data, send });
    const names = Object.keys(data.tabs);
    if (!names.includes(this.tab)) this.tab = names[0];
    this.tabs.hidden = names.length < 2;
    this.tabs.replaceChildren(...names.map((name) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = name;
      button.setAttribute("aria-pressed", name === this.tab);
      button.setAttribute("aria-label", name === "all" ? "All three slices" : `Slice ${name}`);
      button.addEventListener("click", () => { this.tab = name; this.receive(this.data, this.send); });
      return button;
    }));
    this.error.textContent = data.error;
    this.draw();
  }

  draw() {
    const { text, values } = this.data.tabs[this.tab];
    const columns = values[0].length;
    const limit = Math.max(...values.flat().map(Math.abs));
    this.cells.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.cells.style.setProperty("--cells", Math.max(columns, values.length * 0.75));
    this.cells.style.maxWidth = columns < 3 ? `${columns * 64}px` : "";
    this.cells.classList.toggle("is-small", columns > 7);
    this.cells.replaceChildren(...values.flatMap((row, r) => row.map((value, c) => {
      const cell = document.createElement("input");
      const colour = signedColour(value, limit);
      cell.value = brief(text[r][c], value, columns);
      cell.title = text[r][c];
      cell.setAttribute("aria-label", `Weight in row ${r + 1}, column ${c + 1}`);
      cell.setAttribute("inputmode", "text");
      cell.style.background = `rgb(${colour})`;
      cell.style.color = isDark(colour) ? "#fff" : "#16202b";
      cell.addEventListener("focus", () => { cell.value = text[r][c]; cell.select(); });
      cell.addEventListener("blur", () => this.commit(r, c, cell));
      cell.addEventListener("keydown", (event) => this.onKey(event, r, c, cell));
      cell.addEventListener("paste", (event) => this.onPaste(event, cell));
      return cell;
    })));
  }

  commit(r, c, cell) {
    const { text, values } = this.data.tabs[this.tab];
    const typed = cell.value.trim();
    if (typed === text[r][c]) { cell.value = brief(text[r][c], values[r][c], values[0].length); return; }
    const tabs = this.tab === "all" || this.tab === "" ? [this.tab] : ["R", "G", "B"];
    const whole = tabs.map((name) => this.data.tabs[name].text
      .map((row, i) => row.map((old, j) => (name === this.tab && i === r && j === c ? typed || "0" : old)).join(" ")).join("; "));
    this.send(whole.join(" | "));
  }

  onKey(event, r, c, cell) {
    const rows = this.data.tabs[this.tab].text.length, columns = this.data.tabs[this.tab].text[0].length;
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], Enter: [1, 0] }[event.key];
    if (event.key === "Escape") { cell.value = this.data.tabs[this.tab].text[r][c]; cell.blur(); }
    if (!step) return;
    event.preventDefault();
    const next = (r + step[0] + rows) % rows;
    this.cells.children[next * columns + c].focus();
  }

  // A whole kernel pasted into any cell.
  onPaste(event, cell) {
    const pasted = event.clipboardData.getData("text").trim();
    if (!/[\n;|\t]|\d[\s,]+[-−.\d]/.test(pasted)) return;
    event.preventDefault();
    cell.value = cell.title;
    this.send(pasted);
  }
}

// One Grid for each parent: Streamlit calls this again with new data, and runs only the last cleanup.
const grids = new WeakMap();

export default function mount({ data, parentElement, setStateValue }) {
  if (!data) return undefined;
  if (!grids.has(parentElement)) grids.set(parentElement, new Grid(parentElement));
  grids.get(parentElement).receive(data, (text) => setStateValue("edited", text));
  return () => grids.delete(parentElement);
}
