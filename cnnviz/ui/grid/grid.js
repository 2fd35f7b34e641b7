// A kernel to edit: one text box a weight. What is typed goes to Python as text, which reads or refuses it.
// Until Python has answered the last edit, what was typed stands over its kernel as drafts, so that edits
// made faster than the page answers all count; a refused one stays until it is corrected.
import { button, make, press } from "../drawing/elements.js";
import { heldAs } from "../drawing/held.js";
import { View, mount } from "../drawing/mount.js";
import { largestOf, number } from "../drawing/numbers.js";
import { inkOn, rgb, signedIndex } from "../drawing/palette.js";
import { hearSettings, hearStanding, tellSetting } from "../drawing/setting.js";
import { numberOf, tabsOf } from "./texts.js";

const PAUSE = 100; // ms that a finger pauses until the boxes of another size are made: the map goes first
const WHOLE = ["all", ""]; // the tabs that stand for the kernel, not for one of its slices

// A weight as short as its cell allows; all its digits show while it is edited and on hover.
const brief = (text, value, columns) =>
  (text.length <= (columns > 5 ? 4 : 6) ? text.replace("-", "−") : number(value, 2));

// The cell that a refusal names ("Slice 2, row 1, column 3 ..."), as [slice, row, column] from 0.
function placeIn(sentence) {
  const found = /^(?:slice (\d+), )?row (\d+), column (\d+)/i.exec(sentence);
  return found && [found[1] ?? 1, found[2], found[3]].map((number) => Number(number) - 1);
}

// drafts  the place of a cell -> what was typed there and is not yet in the kernel     tab     the one that shows
// sent    the last edit, until it is answered                                          wanted  to show with the next answer
// refused the places of the drafts that were refused
class Grid extends View {
  tab = null; wanted = null; raw = ""; leave; isTold = false; timer = 0; drafts = new Map(); refused = new Set(); sent = null; sentTabs = []; inputs = []; rows = 0; columns = 0;
  /** @type {GridMessage} */ data = null;

  constructor() {
    super();
    this.tabs = make("div", { class: "tabs" });
    this.cells = make("div", { class: "cells", role: "group" }); // of boxes that the tab key goes through: no grid, whose arrow keys go everywhere
    this.error = make("p", { class: "error", role: "alert" });
    this.root = make("div", { class: "grid" }, this.tabs, this.cells, this.error);
    const deaf = [hearSettings((change) => this.hear(change)), hearStanding((standing) => this.stand(standing))];
    this.leave = () => { clearTimeout(this.timer); deaf.forEach((stop) => stop()); };
  }

  // Another size is set, which Python need not tell of: its numbers come from the kernel in all its sizes.
  /** @param {Change} change */
  hear({ name, value, isLive }) {
    if (!this.data || typeof value !== "number" || (name !== "k" && name !== "kw")) return;
    const { size: [height, width], square } = this.data;
    if (name === "kw" && square) return;
    const size = name === "k" ? [value, square ? value : width] : [height, value];
    clearTimeout(this.timer);
    if (isLive) this.timer = setTimeout(() => this.resize(size), PAUSE); else this.resize(size);
  }

  // The size that stands, as the stage of this kernel has been sent it.
  /** @param {Standing} standing */
  stand({ live: { kernels, settings: { k, kw } } }) {
    if (this.data && kernels === this.data.kernels) this.resize([k, kw ?? k]);
  }

  resize(size) {
    const told = heldAs(this.data.kernels);
    if (!told || size.join() === this.data.size.join()) return;
    this.forget();
    this.data = { ...this.data, size, tabs: tabsOf(told, size, this.data.own), error: "" };
    this.error.textContent = "";
    this.showTabs();
  }

  showTabs() {
    const names = Object.keys(this.data.tabs);
    if (names.includes(this.wanted)) this.tab = this.wanted;
    else if (!names.includes(this.tab)) this.tab = names[0];
    this.wanted = null;
    this.drawTabs(names);
    this.draw();
  }

  /** @param {GridMessage} data */
  receive(data) {
    // Told once more, as after a change of theme: a size that has been set since stands.
    const raw = JSON.stringify(data), isOld = raw === this.raw;
    this.raw = raw;
    if (isOld) { this.draw(); return; }
    const before = this.data;
    const answered = this.sent !== null && data.read === this.sent;
    if (this.sent !== null && !answered) return; // the answer to an earlier edit: it lacks the last one
    this.sent = null;
    if (this.isTold && data.error) this.takeBack(); // refused; else the stage is sent what it has come to
    this.isTold = false;
    this.data = data;
    const same = before && JSON.stringify(before.tabs) === JSON.stringify(data.tabs);
    if (!data.error || !(answered || same)) this.forget();
    else if (answered) this.refuse();
    this.error.textContent = data.error;
    this.showTabs();
  }

  forget() {
    this.drafts.clear();
    this.refused.clear();
  }

  // Mark the draft that the refusal names, or all of them where it names none.
  refuse() {
    const [slice, r, c] = placeIn(this.data.error) ?? [];
    const named = this.place(this.sentTabs[slice], r, c);
    this.refused = new Set(this.drafts.has(named) ? [named] : this.drafts.keys());
  }

  place(tab, r, c) { return `${tab} ${r} ${c}`; }

  textAt(tab, r, c) { return this.drafts.get(this.place(tab, r, c)) ?? this.data.tabs[tab].text[r][c]; }

  drawTabs(names) {
    this.tabs.hidden = names.length < 2;
    if (names.join() !== [...this.tabs.children].map((button) => button.textContent).join()) {
      const label = (name) => (name === "all" ? "All three slices" : `${name}: slice ${name}`);
      this.tabs.replaceChildren(...names.map((name) => button({ "aria-label": label(name), onclick: () => this.choose(name) }, name)));
    }
    for (const tab of this.tabs.children) press(tab, tab.textContent === this.tab);
  }

  choose(name) {
    // An edit of all three slices shows in each of them once it is answered: until then the tab waits.
    if (this.sent !== null && WHOLE.includes(this.tab)) { this.wanted = name; return; }
    this.tab = name;
    this.drawTabs(Object.keys(this.data.tabs));
    this.draw();
  }

  draw() {
    const shown = this.data.tabs[this.tab];
    this.cells.hidden = !shown; // it has no such size
    if (!shown) return;
    const { values } = shown;
    const rows = values.length, columns = values[0].length;
    if (this.rows !== rows || this.columns !== columns) this.build(rows, columns);
    const limit = largestOf(values.flat()), { signed } = this.theme;
    this.inputs.forEach((cell, at) => {
      const r = Math.floor(at / columns), c = at % columns;
      const text = this.textAt(this.tab, r, c), colour = signed[signedIndex(values[r][c], limit)];
      cell.style.background = rgb(colour);
      cell.style.color = inkOn(colour);
      if (this.refused.has(this.place(this.tab, r, c))) cell.setAttribute("aria-invalid", "true");
      else cell.removeAttribute("aria-invalid");
      // The cell that is being edited keeps what was typed in it.
      if (cell !== cell.getRootNode().activeElement) this.show(cell, r, c);
      else if (cell.value === cell.title && cell.title !== text) { cell.value = text; cell.select(); }
      cell.title = text;
    });
  }

  // New boxes, for a kernel of another size.
  build(rows, columns) {
    Object.assign(this, { rows, columns });
    this.cells.setAttribute("aria-label", `The kernel's weights, ${rows} by ${columns}`);
    this.cells.style.gridTemplateColumns = `repeat(${columns}, minmax(0, 1fr))`;
    this.cells.style.setProperty("--cells", Math.max(columns, rows * 0.75));
    this.cells.style.maxWidth = columns < 3 ? `${columns * 64}px` : "";
    this.cells.classList.toggle("is-small", columns > 7 && rows > 1);
    this.cells.classList.toggle("is-row", columns > 7 && rows === 1);
    this.inputs = Array.from({ length: rows * columns }, (_, at) => {
      const r = Math.floor(at / columns), c = at % columns;
      const cell = make("input", {
        "aria-label": `Weight in row ${r + 1}, column ${c + 1}`, inputmode: "text",
        onfocus: () => { cell.value = this.textAt(this.tab, r, c); cell.select(); },
        oninput: () => this.tellCell(r, c, cell, true),
        onblur: () => this.commit(r, c, cell),
        onkeydown: (event) => this.onKey(event, r, c, cell),
        onpaste: (event) => this.onPaste(event, cell),
      });
      return cell;
    });
    this.cells.replaceChildren(...this.inputs);
  }

  show(cell, r, c) {
    const typed = this.drafts.get(this.place(this.tab, r, c));
    const { text, values } = this.data.tabs[this.tab];
    cell.value = typed ?? brief(text[r][c], values[r][c], this.columns);
  }

  commit(r, c, cell) {
    if (!this.inputs.includes(cell)) return; // a box of the kernel before
    const typed = cell.value.trim() || "0";
    if (typed === this.textAt(this.tab, r, c)) {
      this.show(cell, r, c);
      if (this.isTold) this.takeBack();
      return;
    }
    this.tellCell(r, c, cell, false);
    const place = this.place(this.tab, r, c);
    // Another edit gives up what was refused: with it in the kernel, nothing else could be changed.
    for (const other of this.refused) this.drafts.delete(other);
    this.refused.clear();
    this.drafts.set(place, typed);
    this.submit(WHOLE.includes(this.tab) ? [this.tab] : ["R", "G", "B"]);
    this.draw();
  }

  // What a number does to the map is seen while it is typed.
  tellCell(row, column, cell, isLive) {
    const number = numberOf(cell.value);
    if (number === null) return;
    this.isTold = true;
    tellSetting({ name: "cell", value: { tab: this.tab, row, column, number }, isLive });
  }

  takeBack() {
    this.isTold = false;
    tellSetting({ name: "cell", value: null, isLive: false });
  }

  submit(tabs) {
    const slices = tabs.map((name) => this.data.tabs[name].text
      .map((row, r) => row.map((_, c) => this.textAt(name, r, c)).join(" ")).join("; "));
    this.sentTabs = tabs;
    this.sent = slices.join(" | ");
    this.send("edited", this.sent);
  }

  onKey(event, r, c, cell) {
    const step = { ArrowUp: -1, ArrowDown: 1, Enter: 1 }[event.key];
    if (event.key === "Escape") {
      if (this.refused.delete(this.place(this.tab, r, c))) {
        this.drafts.delete(this.place(this.tab, r, c));
        this.error.textContent = "";
      }
      cell.value = this.textAt(this.tab, r, c);
      this.draw();
      cell.blur();
    }
    if (!step) return;
    event.preventDefault();
    if (this.rows === 1) this.commit(r, c, cell); // there is no next row to leave for
    else this.inputs[((r + step + this.rows) % this.rows) * this.columns + c].focus();
  }

  // A whole kernel pasted into any cell; a single number is the cell's own affair.
  onPaste(event, cell) {
    const pasted = event.clipboardData.getData("text").trim();
    if (!/[\n;|\t]|\d[\s,]+[-−.\d]/.test(pasted) || /^[-−+]?\d+,\d+$/.test(pasted)) return; // 0,5 is one number
    event.preventDefault();
    this.forget();
    this.draw();
    cell.value = cell.title;
    this.sentTabs = [];
    this.sent = pasted;
    this.send("edited", pasted);
  }
}

export default mount(Grid);
