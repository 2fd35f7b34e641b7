// A component in its place on the page: made once, told of new data, painted once a frame, and taken away again.
import { heldAs, onceHeld } from "./held.js";
import { join } from "./link.js";
import { rampOf, themeOf } from "./palette.js";

export const isReduced = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// What a component extends. Its constructor makes `root`, and `frame` where its elements stand in another one; it has
//     receive(data)   new data, or another theme; false where it waits for more, and says itself when it is `ready`
//     paint(now)      what it draws
//     follow(place)   what others of its group tell     leave()      what must end with it
// and finds the page's `theme`, `version`, how often it was told, and `send(name, value)`, by which Python hears of it.
export class View {
  version = 0; isGone = false; waiting = false; link = null; observer = null; unneeded = null;
  /** @type {HTMLElement} */ root; /** @type {HTMLElement} */ frame; /** @type {Element} */ watched;
  /** @type {Theme} */ theme; /** @type {(name: string, value: unknown) => void} */ send;

  // To be painted with the next frame, once for all that ask for it.
  repaint() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame((now) => { this.waiting = false; if (!this.isGone) this.paint(now); });
  }

  // What was received shows.
  ready() { this.root.setAttribute("data-ready", String(this.version)); }

  // `watched`, or the root, has got another size.
  resized() { this.repaint(); }

  // Join a group, if it is another than before; one without a name is none.
  meet(group) {
    if (this.link?.group === group) return;
    this.link?.leave();
    this.link = group ? { group, ...join(group, (place) => this.follow(place)) } : null;
  }

  // `then()` once all of these are held, and it is ready; false where that is yet to come, as `receive` answers it.
  need(ids, then) {
    let isLate = false;
    this.unneeded?.();
    this.unneeded = onceHeld(ids, () => { then(); if (isLate) this.ready(); });
    isLate = ids.some((id) => heldAs(id) === undefined);
    return !isLate;
  }

  get isFull() { return this.frame.matches(":fullscreen, .is-full"); }

  toggleFull() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (this.frame.requestFullscreen) this.frame.requestFullscreen();
    else this.frame.classList.toggle("is-full"); // a telephone's browser may know it of films alone
  }

  paint(_now) {}

  follow(_place) {}

  leave() {}
}

function placed(Kind, parent) {
  const view = new Kind();
  view.frame ??= view.root;
  parent.append(view.frame);
  view.observer = new ResizeObserver(() => view.resized());
  view.observer.observe(view.watched ?? view.root);
  return view;
}

function tell(view, data) {
  view.theme = themeOf(view.root);
  const { theme, root: { style } } = view;
  style.setProperty("--muted", theme.muted);
  style.setProperty("--reached", theme.reached);
  style.setProperty("--mark", theme.window);
  style.setProperty("--window", theme.dark ? theme.window : "#c14f00"); // of text
  style.setProperty("--on-primary", theme.dark ? "#0b1118" : "#ffffff");
  style.setProperty("--palette", rampOf(theme));
  view.version += 1;
  if (view.receive(data) !== false) view.ready();
}

function takeAway(view) {
  view.isGone = true;
  view.unneeded?.();
  view.leave();
  view.link?.leave();
  view.observer.disconnect();
  view.frame.remove(); // the place may be mounted anew, as after a change of theme
}

const views = new WeakMap();

// What a component's entry exports. Streamlit calls it with the same parent whenever the data or the theme changes: there
// is one view for each parent. It runs the last cleanup alone, or at once one of a call that another has overtaken, which
// may be the later one: so a view goes when its place has gone from the page, and not because of a cleanup by itself.
export const mount = (Kind) => ({ data, parentElement, setTriggerValue }) => {
  if (!data) return undefined;
  if (!views.has(parentElement)) views.set(parentElement, placed(Kind, parentElement));
  const view = views.get(parentElement);
  // A trigger, not a state: Streamlit keeps quiet about a state that is set to what it was.
  view.send = setTriggerValue;
  tell(view, data);
  return () => setTimeout(() => {
    if (parentElement.isConnected || views.get(parentElement) !== view) return;
    takeAway(view);
    views.delete(parentElement);
  });
};
