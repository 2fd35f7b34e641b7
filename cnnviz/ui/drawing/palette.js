// Colours. The signed palettes, PRGN (255 colours, white in the middle) and PRGN_DARK (the dark page's colour there), are
// put in front of this file by cnnviz/ui/javascript.py, from cnnviz/export.py: one source for what is drawn and downloaded.

/** @type {(colour: Colour) => string} */
export const rgb = ([r, g, b]) => `rgb(${r},${g},${b})`;

// The signed palette of a theme as a ramp of CSS, from the most negative to the most positive.
export const rampOf = (theme) => `linear-gradient(to right, ${theme.signed.filter((_, at) => at % 14 === 1).map(rgb).join(", ")})`;

// A value's place in the signed palette: zero is always the middle, `limit` an end.
export const signedIndex = (value, limit) =>
  limit > 0 ? 127 + Math.round(Math.max(-1, Math.min(1, value / limit)) * 127) : 127;

/** Relative luminance (WCAG 2). @param {Colour} colour */
function luminance([r, g, b]) {
  const linear = (c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
}

const AMPLE = 7; // to one: what WCAG 2 asks of text that everybody reads (1.4.6)
const WRITTEN_IN = ["#16202b", "#ffffff", "#000000"].map((text) => [text, luminance([1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)))]);

// The ink of a number on a colour, with a contrast of 4.5 : 1 at least: the page's own where it has more than enough, on
// mid tones white or black, of which one has it on every colour.
export function inkOn(colour) {
  const own = luminance(colour);
  const contrast = (other) => (Math.max(own, other) + 0.05) / (Math.min(own, other) + 0.05);
  return WRITTEN_IN.find(([, other], at) => contrast(other) >= (at ? 4.5 : AMPLE))[0];
}

/** The theme that Streamlit hands to the component as CSS variables, and the stage's own four marks. @returns {Theme} */
export function themeOf(element) {
  const style = getComputedStyle(element);
  const read = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  const background = read("--st-background-color", "#ffffff");
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = background;
  probe.fillRect(0, 0, 1, 1);
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data;
  const dark = r + g + b < 382;
  return {
    dark, background, signed: dark ? PRGN_DARK : PRGN,
    text: read("--st-text-color", "#16202b"),
    muted: dark ? "#a3acb6" : "#5d6875",
    border: dark ? "#46515d" : "#c3cad2",
    font: read("--st-font", "sans-serif"),
    window: dark ? "#ff8f3f" : "#d95f02",
    padding: dark ? [44, 60, 92] : [219, 229, 246],
    paddingLine: dark ? "#7f9bd1" : "#5a7fc0",
    unread: dark ? "rgba(8,12,18,0.72)" : "rgba(105,112,122,0.62)",
    unreadLine: dark ? "#8a939d" : "#3c4550",
    reached: dark ? "#4cc9f0" : "#0072b2",
    positive: dark ? "#7cc98a" : "#1b7837", // of text
    negative: dark ? "#c9a6d6" : "#762a83",
  };
}

const TINTS = { R: [1, 0, 0], G: [0, 1, 0], B: [0, 0, 1] };

// An input value as [r, g, b]: grey, the tint of its colour plane, or signed where it is a map.
export function inputColour(trace, value, theme, name = "") {
  const [low, high] = trace.inputRange;
  if (trace.inputLimit || low < 0) return theme.signed[signedIndex(value, trace.inputLimit || Math.max(-low, high))];
  const level = Math.round((255 * Math.max(0, Math.min(value, high))) / (high || 1));
  return (TINTS[name[0]?.toUpperCase()] ?? [1, 1, 1]).map((part) => part * level);
}
