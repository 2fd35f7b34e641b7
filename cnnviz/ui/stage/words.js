// How numbers and steps are said. Rounded for display only: nothing here is computed with again.
import { agrees, largest, outputAt } from "./arithmetic.js";
import { decimalsFor, fixed, plural, short } from "../drawing/numbers.js";

// How many decimals each kind of number of this trace gets.
export function places(trace) {
  const [low, high] = trace.inputRange;
  const values = trace.whole.values ? 0 : decimalsFor(Math.max(Math.abs(low), Math.abs(high)));
  const factor = weightFactor(trace);
  const most = trace.weight ? trace.weight.data.reduce((so, weight) => Math.max(so, Math.abs(weight)), 0) : 0;
  const weights = factor !== 1 || trace.whole.weights ? 0 : decimalsFor(most);
  const output = isWholeMap(trace) ? 0 : isLargestOnly(trace) ? values : decimalsFor(trace.limit, 4);
  const terms = trace.whole.values && weights === 0 ? 0 : decimalsFor((most / factor || 1) * Math.max(Math.abs(low), Math.abs(high)));
  return { values, weights, terms, output };
}

// Whether no sum and no output of this trace needs decimals: by how they are made, or, in a small map, as they are.
function isWholeMap(trace) {
  const { values, weights, output } = trace.whole;
  if (!weights || trace.scale !== 1 || !Number.isInteger(trace.bias)) return false;
  const isMade = values && trace.reduction !== "mean" && ["identity", "relu"].includes(trace.function);
  return isMade || (output && trace.function === "identity");
}

// Whether a step ends with its reduction: no scale, no bias, no function.
const isBare = (trace) => trace.scale === 1 && trace.bias === 0 && trace.function === "identity";
const isLargestOnly = (trace) => isBare(trace) && trace.term === "value" && trace.reduction === "max";
const isOneValue = (trace) => trace.term === "value" && trace.taps === 1;

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
    scale: () => short(fixed(trace.scale, decimalsFor(trace.scale, 4))),
    bias: () => short(fixed(trace.bias, Math.max(digits.output, decimalsFor(trace.bias)))),
  };
}

// "Row 2 of 3, column 2 of 3": rows and columns count from 1 wherever a person reads them.
export const place = (trace, step) =>
  `Row ${step.row + 1} of ${trace.outHeight}, column ${step.column + 1} of ${trace.outWidth}`;

const signed = (text) => (text.startsWith("−") ? `(${text})` : text);

export function termText(trace, say, step, tap) {
  const value = say.value(step.values[tap]);
  if (trace.term === "value") return value;
  const weight = say.weight(trace.weight.data[tap]);
  return trace.term === "product" ? `${signed(value)}×${signed(weight)}` : `(${value} − ${signed(weight)})²`;
}

const tapsOf = (step) => [...step.terms.keys()].filter((tap) => !Number.isNaN(step.terms[tap]));
const sumOf = (numbers) => numbers.reduce((sum, number) => sum + number, 0);

// The terms in words: up to nine one by one; more of them by channel, or the largest and what the others add up to.
// Hidden, only what is multiplied: nothing that is already added up.
function termsText(trace, say, step, hidden) {
  const taps = tapsOf(step);
  if (taps.length <= 9) {
    const texts = taps.map((tap) => termText(trace, say, step, tap));
    const isAdded = trace.reduction === "sum" || (trace.reduction === "mean" && isBare(trace) && !hidden);
    if (!isAdded) return texts.join(", ");
    return (trace.term === "value" ? [texts[0], ...texts.slice(1).map(signed)] : texts).join(" + ");
  }
  if (trace.reduction === "max") {
    if (hidden) return plural(taps.length, trace.term);
    const row = Math.floor(step.winner / trace.columns.kernel) % trace.rows.kernel;
    return `${plural(taps.length, trace.term)}, in window row ${row + 1}, column ${step.winner % trace.columns.kernel + 1},`;
  }
  if (trace.channels.length > 1 && trace.channels.length <= 3 && trace.reduction === "sum" && !hidden) {
    const sums = trace.channels.map((_, i) => `${channelName(trace, i)} ${i ? "" : "adds up "}to ${say.partial(step.sums[i])}`);
    return sums.join(", ");
  }
  const shown = largest(step.terms, 3);
  if (!shown.length) return `${plural(taps.length, trace.term)}${hidden ? "" : ", all of them 0"}`;
  const rest = sumOf(taps.filter((tap) => !shown.includes(tap)).map((tap) => step.terms[tap]));
  const texts = shown.map((tap) => termText(trace, say, step, tap));
  const others = `${texts.join(trace.term === "value" ? ", " : " + ")} and the other ${plural(taps.length - shown.length, trace.term)}`;
  return hidden ? others : `${others}, which add up to ${say.partial(rest)}`;
}

const ASKED = { sum: "sum", mean: "mean", max: "largest" };
const SUMS = ["", "sum", "two sums", "three sums"];
const kindOf = (trace) => (trace.reduction === "sum" && SUMS[trace.channels.length]) || ASKED[trace.reduction];

// What becomes of the terms once they are `reduced` (its text): factor, scale, bias, function.
function formulaText(trace, say, reduced) {
  const bias = say.bias();
  let text = reduced;
  if (weightFactor(trace) !== 1) text = `${factorText(trace)} × ${text}`;
  if (trace.scale !== 1) text = `${say.scale()} × ${signed(text)}`;
  if (bias.startsWith("−")) text += ` − ${bias.slice(1)} (bias)`;
  else if (trace.bias !== 0 || trace.term === "product") text += ` + bias ${bias}`;
  return trace.function === "identity" ? text : `${trace.function}(${text})`;
}

// The sum written out, "sum 4 + bias 0" and its "4", from the JavaScript's own arithmetic. What agrees with Python's
// number is said as that one is, so that a tie (0.0005, to three places) cannot read one way here and another there.
export function total(trace, step, say = speaker(trace)) {
  const result = say.output(agrees(trace, step) ? outputAt(trace, step.row, step.column) : step.result);
  const isAnswer = isBare(trace) && weightFactor(trace) === 1; // the terms, reduced, are the answer already
  if (isAnswer && ["max", "sum"].includes(trace.reduction) && trace.term !== "product" && !isOneValue(trace)) {
    return { left: kindOf(trace), result };
  }
  let reduced = isAnswer ? result : say.partial(step.reduced);
  if (isBare(trace) && trace.reduction === "mean" && !isOneValue(trace)) {
    reduced = `sum ${say.partial(sumOf(step.sums))} / ${tapsOf(step).length}`;
  } else if (!isOneValue(trace)) {
    reduced = `${kindOf(trace)} ${reduced}`;
  }
  return { left: formulaText(trace, say, reduced), result };
}

// What a hidden step asks: how the terms become the answer, without a number that is already reduced.
function questionText(trace, say, step) {
  if (isOneValue(trace)) return `what does ${formulaText(trace, say, say.value(step.values[0]))} come to?`;
  const terms = termsText(trace, say, step, true);
  if (!isBare(trace) || weightFactor(trace) !== 1) return `${terms}; what does ${formulaText(trace, say, `the ${ASKED[trace.reduction]}`)} come to?`;
  return `${terms}; ${{ sum: "what does it come to", mean: "what is their mean", max: "which is the largest" }[trace.reduction]}?`;
}

// One sentence that reads the step aloud; hidden, it asks for the answer and gives nothing of it away.
export function narrate(trace, step, hidden = false, say = speaker(trace)) {
  const start = `${place(trace, step)}: `;
  if (hidden) return start + questionText(trace, say, step);
  const { left, result } = total(trace, step, say);
  if (isOneValue(trace)) return `${start}${left} = ${result}.`;
  const terms = termsText(trace, say, step, false), count = tapsOf(step).length;
  if (isLargestOnly(trace)) return `${start}the largest of ${terms} is ${result}.`;
  if (isBare(trace) && count <= 9) {
    if (trace.reduction === "mean") return `${start}(${terms}) / ${count} = ${result}.`;
    if (trace.reduction === "sum") return `${start}${weightFactor(trace) === 1 ? terms : `${factorText(trace)} × (${terms})`} = ${result}.`;
  }
  return `${start}${terms}; ${left} = ${result}.`;
}
