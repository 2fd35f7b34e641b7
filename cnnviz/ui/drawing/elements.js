// Elements of the page, made in one call, and the icons of the buttons.

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

const ICONS = {
  play: "M4 2.5v11l9-5.5z", pause: "M4 2.5h3v11H4zM9 2.5h3v11H9z", back: "M11 2.5v11L4 8zM3 2.5h1.5v11H3z",
  forward: "M5 2.5v11L12 8zM11.5 2.5H13v11h-1.5z", out: "M3 7.2h10v1.6H3z", in: "M7.2 3h1.6v4.2H13v1.6H8.8V13H7.2V8.8H3V7.2h4.2z",
  full: "M2 2h5v1.6H3.6V7H2zM9 2h5v5h-1.6V3.6H9zM2 9h1.6v3.4H7V14H2zM12.4 9H14v5H9v-1.6h3.4z",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg"), path = document.createElementNS(space, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: "16", height: "16", "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// A mouse points by going over a drawing, a finger (or a pen) by a tap; what that has pointed at stays when it is lifted,
// until something else is touched.
export const isFinger = ({ pointerType }) => pointerType !== undefined && pointerType !== "mouse";

// `point(event)` for whatever points at an element, `leave()` when nothing does any more. Returns a function that ends it.
export function onPointing(element, point, leave) {
  let isTap = false;
  element.addEventListener("pointerdown", (event) => { isTap = isFinger(event); });
  element.addEventListener("pointermove", point);
  element.addEventListener("pointerleave", (event) => { if (!isFinger(event)) leave(); });
  element.addEventListener("click", (event) => { if (isTap) point(event); });
  const elsewhere = (event) => { if (isFinger(event) && !event.composedPath().includes(element)) leave(); };
  window.addEventListener("pointerdown", elsewhere);
  return () => window.removeEventListener("pointerdown", elsewhere);
}

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
