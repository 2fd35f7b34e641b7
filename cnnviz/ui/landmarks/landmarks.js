// Roles and names for Streamlit's own elements. React leaves alone the attributes that it does not set itself, and sets
// its own only where they change: so what is said here stays until an element is drawn anew, which the observer sees.
import { onceQuiet } from "../drawing/quiet.js";
import { hearSettings } from "../drawing/setting.js";
import { echo } from "./echo.js";

function set(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
}

/** @param {LandmarksMessage} told */
function name({ current, sidebar }) {
  const all = (selector) => [...document.querySelectorAll(selector)];
  for (const room of all(".st-key-lessons, .st-key-menu-lessons")) {
    set(room, { role: "navigation", "aria-label": "Lessons" });
    for (const link of room.querySelectorAll("a")) {
      if (link.textContent === current) set(link, { "aria-current": "page" });
      else link.removeAttribute("aria-current");
    }
  }
  // The words are shown by frame.css.
  for (const button of all("[data-testid=stExpandSidebarButton]")) {
    set(button, { "data-says": sidebar, "aria-label": `${sidebar}: open the sidebar` });
  }
  for (const button of all("[data-testid=stSidebarCollapseButton] button")) {
    set(button, { "data-says": "Close", "aria-label": "Close the sidebar" });
  }
  for (const box of all("[data-testid=stFileUploaderDropzone]")) set(box, { role: "group" });
  // What the file dialog offers, and what makes a phone offer its camera. Whatever else is dropped here, or has no ending,
  // goes to the server all the same, which looks into the file and says what it is.
  for (const input of all("[data-testid=stFileUploaderDropzoneInput]")) set(input, { accept: "image/*" });
}

// A lesson's link says what is set, as this page's does, for whoever takes it to another tab: Python would write all of
// them anew with every change.
function carry(/** @type {any} */ { target }) {
  const link = target.closest?.("[data-testid=stPageLink] a");
  if (link && link.search !== location.search) link.search = location.search;
}

// Where a setting has been let go a moment ago the way to another lesson waits until Python has heard of it. A part of
// the page that runs by itself, overtaken by another page while it begins, is looked for there: Streamlit then shows
// neither page.
const HEARD = 250; // ms
let letGo = -Infinity, asked = 0; // how often a way has been asked for: only the last is gone

function wait(/** @type {any} */ event) {
  const link = event.target.closest?.("[data-testid=stPageLink] a"), rest = letGo + HEARD - performance.now();
  if (link) asked += 1;
  if (!link || rest <= 0 || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const own = asked;
  setTimeout(() => onceQuiet(() => { if (own === asked) link.click(); }), rest);
}

let last = null, isHearing = false;

export default function mount({ data }) {
  if (!data) return undefined;
  last?.disconnect();
  const observer = last = new MutationObserver(() => name(data));
  observer.observe(document.body, { childList: true, subtree: true });
  echo();
  if (!isHearing) {
    isHearing = true;
    window.addEventListener("click", wait, true);
    window.addEventListener("popstate", () => { asked += 1; });
    hearSettings(({ isLive }) => {
      document.documentElement.toggleAttribute("data-cnnviz-moving", isLive); // what cannot be may be another: frame.css
      if (!isLive) letGo = performance.now();
    });
  }
  for (const type of ["pointerdown", "focusin"]) window.addEventListener(type, carry, true); // the same function: once
  name(data);
  return () => observer.disconnect();
}
