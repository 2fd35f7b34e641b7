// What is set on Streamlit's own widgets, said as it is set (drawing/setting.js): a switch, a number that is typed or
// stepped. They tell nobody but Python; a stage shows what comes of it some hundred milliseconds before Python does.
import { tellSetting } from "../drawing/setting.js";

const SWITCHES = ["flip", "more", "moreb"], NUMBERS = ["bias"];

// The widget of a setting is drawn anew under its name and a number: "st-key-flip", "st-key-flip-1".
const within = (target, name) => target.closest?.(`[class*="st-key-${name} "], [class$="st-key-${name}"], [class*="st-key-${name}-"], [class*="st-key-${name}~"]`);

function tellNumber(name, box, isLive) {
  const text = box.value.trim(), isNumber = text && Number.isFinite(Number(text));
  if (isNumber || !isLive) tellSetting({ name, value: isNumber ? Number(text) : null, isLive }); // left, it is taken back
}

function clicked(/** @type {any} */ { target }) {
  for (const name of SWITCHES) {
    const box = within(target, name)?.querySelector("input[type=checkbox]");
    if (box) setTimeout(() => tellSetting({ name, value: box.checked, isLive: false })); // once it has been switched
  }
  for (const name of NUMBERS) {
    const box = target.closest?.("button") && within(target, name)?.querySelector("input");
    if (box) setTimeout(() => tellNumber(name, box, false)); // once the button has stepped it
  }
}

function typed(/** @type {any} */ { type, target, key }) {
  if (type === "keydown" && key !== "Enter") return;
  for (const name of NUMBERS) if (target.matches?.("input") && within(target, name)) tellNumber(name, target, type === "input");
}

let isHearing = false;

export function echo() {
  if (isHearing) return;
  isHearing = true;
  window.addEventListener("click", clicked, true);
  for (const type of ["input", "focusout", "keydown"]) window.addEventListener(type, typed, true);
}
