// Numbers as text. Rounded for display only: nothing here is computed with again.

// A number in `decimals` places. Rounding twice, first four places finer, lets sums that differ only in the
// last bits of a double (12.25 and 12.249999999999998) read the same. Beyond ten million, five digits and a power of ten.
export function fixed(value, decimals) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  if (Math.abs(value) >= 1e7) return value.toExponential(4).replace("e+", "e").replace("-", "−");
  const text = Number(value.toFixed(Math.min(decimals + 4, 20))).toFixed(decimals);
  return Number(text) === 0 ? (0).toFixed(decimals) : text.replace("-", "−");
}

// As many decimals as show `digits` digits of the largest number.
export function decimalsFor(largestNumber, digits = 3) {
  if (largestNumber === 0) return 0;
  return Math.min(12, Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(largestNumber)))));
}

// Without the noughts that say nothing: 0.50 -> 0.5.
export const short = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

// Every digit, for a tooltip.
export const exact = (value) => (Number.isNaN(value) ? "outside the picture" : String(value).replace("-", "−"));

// The part of a span of positions that lies inside: { first, last, padding }; last < first where nothing does.
export function insideOf({ first, count }, size) {
  const from = Math.max(0, first), to = Math.min(size, first + count) - 1;
  return { first: from, last: to, padding: count - Math.max(0, to - from + 1) };
}

// That part as a person counts it, "rows 1 to 2 and 1 of padding": what lies outside is never called row -1.
export function rangeText(word, { first, last, padding }) {
  if (last < first) return `only padding beyond the ${word}s`;
  const range = first === last ? `${word} ${first + 1}` : `${word}s ${first + 1} to ${last + 1}`;
  return padding ? `${range} and ${padding} of padding` : range;
}

export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
