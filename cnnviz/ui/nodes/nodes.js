// A network's nodes on the page: a row each, beside it the lanes in which what it gives goes on to its readers.
import { arrowOf, button, drawn, make } from "../drawing/elements.js";
import { View, mount } from "../drawing/mount.js";
import { grouped } from "../drawing/numbers.js";
import { lanesOf, shownLines } from "./lanes.js";

const HIGH = 30, WIDE = 14, RADIUS = 4.5, MOST_OPEN = 40; // pixels of a row and a lane; rows up to which nothing is folded

class Nodes extends View {
  /** @type {NodesMessage} */ model; open = new Set(); of = ""; buttons = [];

  constructor() {
    super();
    this.head = make("div", { class: "node-head" }, make("span", { class: "name" }, "Layer"), make("span", { class: "gives" }, "gives"), make("span", { class: "learnt" }, "learnt"), make("span", { class: "work" }, "multiply-adds"));
    this.list = make("ol", { class: "node-list", onkeydown: (event) => this.onKey(event) });
    this.scroller = make("div", { class: "node-room" }, this.head, this.list);
    this.root = make("section", { class: "nodes", "aria-label": "The network, node by node" }, this.scroller);
  }

  /** @param {NodesMessage} model */
  receive(model) {
    const isNew = model.of !== this.of, was = this.model?.chosen;
    this.model = model;
    if (isNew) this.open = new Set(model.rows.length <= MOST_OPEN ? model.blocks.keys() : []);
    this.of = model.of;
    const block = model.blocks.findIndex(([first, last]) => first <= model.chosen && model.chosen <= last);
    if (block >= 0 && was !== model.chosen) this.open.add(block);
    this.furnish();
    if (isNew || was !== model.chosen) this.bring();
  }

  furnish() {
    const { rows, blocks, given, chosen } = this.model, lines = shownLines(rows, blocks, this.open), { placed, count } = lanesOf(lines);
    const most = Math.max(1, ...rows.map((row) => row.multiply_adds));
    this.root.style.setProperty("--lanes", `${count * WIDE + 6}px`);
    const input = make("li", {}, make("div", { class: "node-row is-input" }, this.lanes({ lane: 0, above: [], joins: [], below: placed[0]?.above ?? [] }, count), make("span", { class: "name" }, make("b", {}, "Input")), make("span", { class: "gives" }, given)));
    this.buttons = [];
    this.list.replaceChildren(input, ...lines.map((line, at) => make("li", {}, line.block ? this.block(line, placed[at], count) : this.row(line.places[0], placed[at], count, most))));
    for (const element of this.buttons) element.tabIndex = element.dataset.place === String(chosen) ? 0 : -1;
    if (!this.buttons.some((element) => element.tabIndex === 0)) this.buttons[0].tabIndex = 0;
  }

  row(place, lanes, count, most) {
    const row = this.model.rows[place], isChosen = place === this.model.chosen;
    const bar = make("i", {});
    bar.style.width = `${(100 * row.multiply_adds) / most}%`;
    const element = button(
      { class: `node-row is-${row.kind.toLowerCase().replace(/\W+/g, "-")}`, "data-place": String(place), title: row.called, onclick: () => this.send("selected", String(place)) },
      this.lanes(lanes, count), make("span", { class: "name" }, make("b", {}, row.name), make("small", {}, row.called)), make("span", { class: "gives" }, row.gives),
      make("span", { class: "learnt" }, row.parameters ? grouped(row.parameters) : ""), make("span", { class: "work" }, bar, make("em", {}, row.multiply_adds ? grouped(row.multiply_adds) : "")),
    );
    if (isChosen) element.setAttribute("aria-current", "true");
    this.buttons.push(element);
    return element;
  }

  // A folded block, or the line above an open one: both are pressed to be the other.
  block({ block, places }, lanes, count) {
    const { rows } = this.model, inner = rows.slice(block.first, block.last + 1), isOpen = !places.length;
    const learnt = inner.reduce((sum, row) => sum + row.parameters, 0), work = inner.reduce((sum, row) => sum + row.multiply_adds, 0);
    const turn = () => {
      if (isOpen) this.open.delete(block.at); else this.open.add(block.at);
      this.furnish();
      this.buttons.find((other) => other.dataset.block === String(block.at))?.focus();
    };
    const element = button(
      { class: `node-row is-block${isOpen ? " is-open" : ""}`, "data-block": String(block.at), "aria-expanded": String(isOpen), title: isOpen ? "Fold this block" : "Show what is in this block", onclick: turn },
      this.lanes(lanes, count), make("span", { class: "name" }, make("b", {}, `${isOpen ? "▾" : "▸"} block of ${inner.length}`), make("small", {}, isOpen ? "" : [...new Set(inner.map((row) => row.name))].join(" · "))),
      make("span", { class: "gives" }, isOpen ? "" : inner.at(-1).gives), make("span", { class: "learnt" }, !isOpen && learnt ? grouped(learnt) : ""), make("span", { class: "work" }, make("em", {}, !isOpen && work ? grouped(work) : "")),
    );
    this.buttons.push(element);
    return element;
  }

  // The lanes of one row: what comes from above goes on, bends to the node, or both; what it gives goes down.
  lanes({ lane, above, joins, below }, count) {
    const x = (at) => 8 + at * WIDE, middle = HIGH / 2, parts = [];
    for (const at of above) {
      if (joins.includes(at)) parts.push(at === lane ? `M${x(at)} 0V${middle}` : `M${x(at)} 0Q${x(at)} ${middle} ${x(lane)} ${middle}`);
      if (below.includes(at) && at !== lane) parts.push(`M${x(at)} 0V${HIGH}`);
    }
    if (below.includes(lane)) parts.push(`M${x(lane)} ${middle}V${HIGH}`);
    if (lane >= 0) parts.push(`M${x(lane) - RADIUS} ${middle}a${RADIUS} ${RADIUS} 0 1 0 ${2 * RADIUS} 0a${RADIUS} ${RADIUS} 0 1 0 ${-2 * RADIUS} 0z`);
    const wide = count * WIDE + 6;
    return drawn(parts.join(""), { class: "lanes", width: String(wide), height: String(HIGH), viewBox: `0 0 ${wide} ${HIGH}` });
  }

  // Scroll the list until the chosen row is seen; the page stays where it is.
  bring() {
    const row = this.list.querySelector("[aria-current]"), { scroller } = this;
    if (!row) return;
    const top = row.offsetTop - scroller.offsetTop, head = this.head.offsetHeight;
    if (top < scroller.scrollTop + head || top + HIGH > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = top - scroller.clientHeight / 2;
  }

  onKey(event) {
    const step = arrowOf(event), at = this.buttons.indexOf(event.target);
    if (!step || at < 0) return;
    const { block, place } = event.target.dataset;
    const isFolding = block !== undefined && step[1] && this.open.has(Number(block)) === step[1] < 0;
    event.preventDefault();
    if (isFolding) { event.target.click(); return; }
    if (step[1]) return;
    const next = this.buttons[at + step[0]];
    if (!next) return;
    for (const other of this.buttons) other.tabIndex = other === next ? 0 : -1;
    next.focus();
    if (place === undefined) return;
  }
}

export default mount(Nodes);
