// Colours. PRGN, the signed palette (255 colours, white in the middle), is put in front of this file by
// cnnviz/ui/javascript.py, from cnnviz/export.py: one palette for what is drawn and for the downloads.

export const SIGNED = PRGN.map(([r, g, b]) => `rgb(${r},${g},${b})`);

// A value's place in the signed palette: zero is always the middle, `limit` an end.
export const signedIndex = (value, limit) =>
  limit > 0 ? 127 + Math.round(Math.max(-1, Math.min(1, value / limit)) * 127) : 127;

// Dark ink on light cells, light ink on dark ones (relative luminance, WCAG 2).
export function inkOn([r, g, b]) {
  const linear = (c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b) > 0.3 ? "#16202b" : "#ffffff";
}

// The theme that Streamlit hands to the component as CSS variables, and the stage's own four marks.
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
    dark, background,
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
  };
}

const TINTS = { R: [1, 0, 0], G: [0, 1, 0], B: [0, 0, 1] };

// An input value as [r, g, b]: grey, the tint of its colour plane, or signed where it is a map.
export function inputColour(trace, value, name = "") {
  const [low, high] = trace.inputRange;
  if (trace.inputLimit || low < 0) return PRGN[signedIndex(value, trace.inputLimit || Math.max(-low, high))];
  const level = Math.round((255 * Math.max(0, Math.min(value, high))) / (high || 1));
  return (TINTS[name[0]?.toUpperCase()] ?? [1, 1, 1]).map((part) => part * level);
}
