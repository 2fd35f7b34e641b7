// Elements of the page, made in one call, the icons of the buttons, and what points at elements.

export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export const button = (attributes, ...children) => make("button", { type: "button", ...attributes }, ...children);

// A button that is an icon or a sign has its title for a name.
export const named = (title, attributes, ...children) => button({ title, "aria-label": title, ...attributes }, ...children);

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export const press = (element, isPressed) => element.setAttribute("aria-pressed", String(isPressed));

// The ends of a scale of colours, and the colours between them.
export const scaleOf = (...classes) => make("div", { class: ["scale", ...classes].join(" ") }, make("span"), make("i"), make("span"));

export function sayEnds(scale, least, most) {
  say(scale.firstChild, least);
  say(scale.lastChild, most);
}

const SVG = "http://www.w3.org/2000/svg";

// A line drawn by `path`.
export function drawn(path, attributes = {}) {
  const svg = document.createElementNS(SVG, "svg"), line = document.createElementNS(SVG, "path");
  for (const [key, value] of Object.entries({ "aria-hidden": "true", ...attributes })) svg.setAttribute(key, value);
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

const ICONS = {
  play: "M4 2.5v11l9-5.5z", pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z", back: "M11 2.5v11L4 8zM3 2.5h1.5v11H3z",
  forward: "M5 2.5v11L12 8zM11.5 2.5H13v11h-1.5z", out: "M3 7.2h10v1.6H3z", in: "M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z",
  full: "M2 2h5v1.6H3.6V7H2zM9 2h5v5h-1.6V3.6H9zM2 9h1.6v3.4H7V14H2zM12.4 9H14v5H9v-1.6h3.4z",
  undo: "M6.5 3.2 2.6 6.6l3.9 3.4M3 6.6h6.2a3.7 3.7 0 0 1 0 7.4H6", clear: "M3 4.5h10M6.4 4.5V3h3.2v1.5M4.4 4.5l.6 8.6h6l.6-8.6",
  help: "M8 1.6a6.4 6.4 0 1 1 0 12.8A6.4 6.4 0 0 1 8 1.6M6.2 6.4c0-2.4 3.7-2.4 3.7-.1 0 1.5-1.9 1.5-1.9 3M8 11.4v.1",
};

export const icon = (name) => drawn(ICONS[name], { viewBox: "0 0 16 16", width: "16", height: "16" });

// ---- pointing ----

// A mouse points by going over a drawing, a finger (or a pen) by a tap; what that has pointed at stays when it is lifted,
// until something else is touched.
export const isFinger = ({ pointerType }) => pointerType !== undefined && pointerType !== "mouse";

// Where on an element the pointer is, in pixels: [x, y].
export function pointOn(element, { clientX, clientY }) {
  const { left, top } = element.getBoundingClientRect();
  return [clientX - left, clientY - top];
}

export const isInside = ({ x, y, width, height }, px, py) => px >= x && py >= y && px < x + width && py < y + height;

// `leave()` once a finger touches anything else than an element. Returns a function that ends it.
export function onElsewhere(element, leave) {
  const touched = (event) => { if (isFinger(event) && !event.composedPath().includes(element)) leave(); };
  window.addEventListener("pointerdown", touched);
  return () => window.removeEventListener("pointerdown", touched);
}

// `point(event)` for whatever points at an element, `leave()` when nothing does any more. Returns a function that ends it.
export function onPointing(element, point, leave) {
  let isTap = false;
  element.addEventListener("pointerdown", (event) => { isTap = isFinger(event); });
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerleave", (event) => { if (!isFinger(event)) leave(); });
  element.addEventListener("click", (event) => { if (isTap) point(event); });
  return onElsewhere(element, leave);
}

// One pointer at a time has hold of an element: a second finger does not. `take(event)` says whether it may; `move` and
// `end(event)` hear of it from then on. What is returned knows whether it `isHeld`, and can `letGo()`.
export function onDragging(element, { take, move, end }) {
  const drag = { pointer: null, get isHeld() { return drag.pointer !== null; }, letGo() { drag.pointer = null; } };
  const isOurs = (event) => event.pointerId === drag.pointer;
  element.addEventListener("pointerdown", (event) => {
    if (drag.isHeld || event.button !== 0 || !event.isPrimary) return;
    event.preventDefault(); // no selection, no drag of the page
    element.focus({ preventScroll: true });
    if (!take(event)) return;
    drag.pointer = event.pointerId;
    element.setPointerCapture(event.pointerId);
  });
  element.addEventListener("pointermove", (event) => { if (isOurs(event)) move(event); });
  for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
    element.addEventListener(name, (event) => { if (isOurs(event)) { drag.letGo(); end(event); } });
  }
  return drag;
}

// Words beside the pointer, on the element that holds this one's.
export class Tip {
  element = make("div", { class: "tip", role: "tooltip" });

  show(event, text) {
    const { element } = this, room = element.parentElement;
    say(element, text);
    const [left, top] = pointOn(room, event), { width, height } = room.getBoundingClientRect(), { offsetWidth, offsetHeight } = element;
    const x = Math.max(4, Math.min(left + 14, width - offsetWidth - 8));
    const y = top + 18, above = y - offsetHeight - 34;
    const isAbove = (isFinger(event) && above > 0) || y + offsetHeight > height; // not below the finger
    Object.assign(element.style, { transform: `translate(${x}px, ${isAbove ? above : y}px)`, visibility: "visible" });
  }

  hide() { this.element.style.visibility = "hidden"; }
}

// ---- keys ----

export const isShortcut = ({ altKey, ctrlKey, metaKey }) => altKey || ctrlKey || metaKey;

const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

// Where an arrow key leads: [rows, columns], or null for another key or a shortcut of the browser.
export const arrowOf = (event) => (isShortcut(event) ? null : ARROWS[event.key] ?? null);

// `go([rows, columns])` for the arrow keys on an element; what it does not want it answers with false.
export function onArrows(element, go) {
  element.addEventListener("keydown", (event) => {
    const by = arrowOf(event);
    if (by && go(by) !== false) event.preventDefault();
  });
}
