// Pure: the colours of a map that lies over a photo, as [red, green, blue, opacity].
// Numbers that are never negative: viridis (S. van der Walt and N. Smith, matplotlib, CC0), whose lightness grows with
// the number, so that it is read without telling colours apart, over a photo that is dark and grey. Signed numbers: the
// house's PRGN over a photo that is bleached, for its zero is white. Nothing lies over the photo where the number is 0.
import { clamp } from "../drawing/numbers.js";

const VIRIDIS = [[71, 45, 123], [59, 82, 139], [44, 114, 142], [33, 145, 140], [40, 174, 128], [94, 201, 98], [173, 220, 48], [253, 231, 37]];
const STEPS = 256;

function between(stops, share) {
  const at = share * (stops.length - 1), first = Math.min(stops.length - 2, Math.floor(at));
  return stops[first].map((part, of) => Math.round(part + (at - first) * (stops[first + 1][of] - part)));
}

const BRIGHTER = 0.6; // maps are peaks and much that is small: a power brings that up; the scale below a map shows it

const opacity = (share) => Math.round(245 * share ** 0.45);

// A place for each share of the limit, from 0 (nothing) to 1.
export const SEQUENTIAL = Array.from({ length: STEPS }, (_, at) => {
  const share = at / (STEPS - 1);
  return [...between(VIRIDIS, share ** BRIGHTER), opacity(share)];
});

export function colourOf(value, limit, signed) {
  const share = limit > 0 ? clamp(value / limit, -1, 1) : 0;
  if (!signed) return SEQUENTIAL[Math.round(Math.max(0, share) * (STEPS - 1))];
  return [...PRGN[127 + Math.round(share * 127)], opacity(Math.abs(share))];
}

// How a photo is shown under a map: grey, dark under numbers that are never negative, bleached under signed ones.
export function underlay(red, green, blue, signed) {
  const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
  return signed ? 150 + grey * 0.41 : 16 + grey * 0.46;
}

// The ramp as a CSS gradient, over black or white as its photo is.
export function gradient(signed) {
  const stops = [];
  for (let at = signed ? -8 : 0; at <= 8; at += 1) {
    const [r, g, b, a] = colourOf(at / 8, 1, signed);
    stops.push(`rgba(${r},${g},${b},${(a / 255).toFixed(3)})`);
  }
  return `linear-gradient(to right, ${stops.join(", ")}), linear-gradient(${signed ? "#e6e6e6, #e6e6e6" : "#2a2a2a, #2a2a2a"})`;
}
