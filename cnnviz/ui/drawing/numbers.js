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

export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
