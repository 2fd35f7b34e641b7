// How numbers and steps are said. Rounded for display only: nothing here is computed with again.
import { outputAt, largest } from "./arithmetic.js";

// A number in `decimals` places. Rounding twice, first four places finer, lets sums that differ only in the
// last bits of a double (12.25 and 12.249999999999998) read the same.
export function fixed(value, decimals) {
  if (Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
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

// How many decimals each kind of number of this trace gets.
export function places(trace) {
  const [low, high] = trace.inputRange;
  const values = trace.whole.values ? 0 : decimalsFor(Math.max(Math.abs(low), Math.abs(high)));
  const factor = weightFactor(trace);
  const most = trace.weight ? trace.weight.data.reduce((so, weight) => Math.max(so, Math.abs(weight)), 0) : 0;
  const weights = factor !== 1 || trace.whole.weights ? 0 : decimalsFor(most);
  const whole = trace.whole.output && trace.whole.weights && trace.function === "identity";
  const output = whole ? 0 : decimalsFor(trace.limit, 4);
  const terms = trace.whole.values && weights === 0 ? 0 : decimalsFor((most / factor || 1) * Math.max(Math.abs(low), Math.abs(high)));
  return { values, weights, terms, output };
}

// The common factor of the weights, drawn outside the sum.
export const weightFactor = (trace) => trace.factor[0] / trace.factor[1];

export function factorText(trace) {
  const [numerator, denominator] = trace.factor;
  return denominator === 1 ? `${numerator}` : `${numerator}/${denominator}`;
}

export const channelName = (trace, index) => trace.names.channels?.[index] ?? `channel ${trace.channels[index] + 1}`;

// A trace's numbers as text; every panel and the spoken line take them from here, so they all read the same.
export function speaker(trace) {
  const digits = places(trace), factor = weightFactor(trace);
  return {
    value: (value) => short(fixed(value, digits.values)),
    weight: (weight) => short(fixed(weight / factor, digits.weights)),
    term: (term) => short(fixed(term / factor, digits.terms)),
    output: (value) => fixed(value, digits.output),
    partial: (value) => fixed(value / factor, factor === 1 ? digits.output : digits.terms),
    bias: () => short(fixed(trace.bias, Math.max(digits.output, 2))),
  };
}

export const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
// "Row 2 of 3, column 2 of 3": rows and columns count from 1 wherever a person reads them.
export const place = (trace, step) =>
  `Row ${step.row + 1} of ${trace.outHeight}, column ${step.column + 1} of ${trace.outWidth}`;

const signed = (text) => (text.startsWith("−") ? `(${text})` : text);

function termText(trace, say, step, tap) {
  const value = say.value(step.values[tap]);
  if (trace.term === "value") return value;
  const weight = say.weight(trace.weight.data[tap]);
  return trace.term === "product" ? `${signed(value)}×${signed(weight)}` : `(${value} − ${signed(weight)})²`;
}

// The terms in words: all of them, channel by channel, or the largest and what the others add up to.
function termsText(trace, say, step) {
  const joiner = trace.reduction === "max" ? ", " : " + ";
  const taps = [...step.terms.keys()].filter((tap) => !Number.isNaN(step.terms[tap]));
  const present = taps.length;
  if (present <= 9) return taps.map((tap) => termText(trace, say, step, tap)).join(joiner);
  if (trace.reduction === "max") {
    return `${plural(present, "value")}, the largest in window row ${Math.floor(step.winner / trace.columns.kernel) % trace.rows.kernel + 1}`
      + `, column ${step.winner % trace.columns.kernel + 1}`;
  }
  if (trace.channels.length > 1 && trace.channels.length <= 3 && trace.reduction === "sum") {
    return trace.channels.map((_, i) => `${channelName(trace, i)} ${say.partial(step.sums[i])}`).join(", ");
  }
  const shown = largest(step.terms, 3);
  const rest = shown.reduce((sum, tap) => sum - step.terms[tap], step.terms.reduce((s, t) => (Number.isNaN(t) ? s : s + t), 0));
  return `${shown.map((tap) => `${termText(trace, say, step, tap)}`).join(" + ")} and the other `
    + `${plural(present - shown.length, trace.term)}, which add up to ${say.partial(rest)}`;
}

const SUMS = ["", "sum", "two sums", "three sums"];

// The sum written out, "sum 4 + bias 0" and its "4", from the JavaScript's own arithmetic.
export function total(trace, step, say = speaker(trace)) {
  const kind = { sum: SUMS[trace.channels.length] ?? "sum", mean: "mean", max: "largest" }[trace.reduction];
  let left = `${kind} ${say.partial(step.reduced)}`;
  if (weightFactor(trace) !== 1) left = `${factorText(trace)} × ${left}`;
  if (trace.scale !== 1) left = `${short(fixed(trace.scale, 4))} × ${left}`;
  if (trace.bias < 0) left += ` − ${say.bias().slice(1)} (bias)`;
  else if (trace.bias > 0 || trace.term === "product") left += ` + bias ${say.bias()}`;
  if (trace.function !== "identity") left = `${trace.function}(${left})`;
  return { left, result: say.output(step.result) };
}

// One sentence that reads the step aloud; hidden, it stops before anything that gives the answer away.
export function narrate(trace, step, hidden = false, say = speaker(trace)) {
  const terms = termsText(trace, say, step);
  if (hidden) return `${place(trace, step)}: ${terms}; what does it come to?`;
  const { left, result } = total(trace, step, say);
  const isPlainSum = trace.scale === 1 && trace.function === "identity" && trace.bias === 0 && trace.reduction === "sum";
  if (isPlainSum && step.terms.length <= 9) {
    const sum = weightFactor(trace) === 1 ? terms : `${factorText(trace)} × (${terms})`;
    return `${place(trace, step)}: ${sum} = ${result}.`;
  }
  return `${place(trace, step)}: ${terms}; ${left} = ${result}.`;
}

// Every digit, for a tooltip.
export const exact = (value) => (Number.isNaN(value) ? "outside the picture" : String(value).replace("-", "−"));
