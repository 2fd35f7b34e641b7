// How steps are said. Their numbers come from rounding.js, so that what is said adds up as it is said.
import { hasOwnWeights, largest, tapAt } from "./arithmetic.js";
import { LISTED, NAMED, Shown, factorOf, isBare, placesOf, resultText } from "./rounding.js";
import { grouped, many, number, unitsOf, upTo } from "../drawing/numbers.js";

const WRITTEN = 9; // terms, up to which each of them is said

const isLargestOnly = (trace) => isBare(trace) && trace.term === "value" && trace.reduction === "max";
const isOneValue = (trace) => trace.term === "value" && trace.taps === 1;

/** @param {Trace} trace */
export function factorText(trace) {
  const [numerator, denominator] = trace.factor;
  return denominator === 1 ? `${numerator}` : `${numerator}/${denominator}`;
}

// A value or a weight in as many decimals as the others; two digits of one so small that it would hardly be seen.
const isSmall = (number, decimals) => number !== 0 && Math.abs(number) < 9.5 * 10 ** -decimals;
const brief = (value, decimals) => (isSmall(value, decimals) ? number(value, 2) : upTo(value, decimals));
const rounded = (value, decimals) => (isSmall(value, decimals) ? Number(value.toPrecision(2)) : Number(unitsOf(value, decimals)) / 10 ** decimals);

/** @type {(trace: Trace, index: number) => string} */
export const channelName = (trace, index) => trace.names.channels?.[index] ?? `channel ${trace.channels[index] + 1}`;

// A trace's numbers as text; every panel and the spoken line take them from here, so they all read the same. Of a step
// they are taken together: `of(step)` has its terms, partial sums, sum, scale, bias and result, which add up.
/** @param {Trace} trace */
export function speaker(trace) {
  const places = placesOf(trace), factor = factorOf(trace);
  let last = null;
  return {
    places,
    value: (value) => brief(value, places.values),
    weight: (weight) => brief(weight / factor, places.weights),
    output: (value) => resultText(value, places.output),
    of: (step) => (last?.step === step ? last : (last = new Shown(trace, step, places))),
  };
}

// "Row 2 of 3, column 2 of 3": rows and columns count from 1 wherever a person reads them. What has one row may have a
// name for its columns, "Output 2 of 3".
export const place = (trace, step) => (trace.names.place ? `${trace.names.place} ${grouped(step.column + 1)} of ${grouped(trace.outWidth)}`
  : `Row ${grouped(step.row + 1)} of ${grouped(trace.outHeight)}, column ${grouped(step.column + 1)} of ${grouped(trace.outWidth)}`);

// In brackets, where it would run together with what stands before it or behind it.
const signed = (text) => (/[−×]/.test(text) ? `(${text})` : text);

/** One term as it is written before it is computed: "2×(−0.5)". Of bare values it is the term itself. @param {Trace} trace */
export function termText(trace, say, step, tap) {
  if (trace.term === "value") return say.of(step).term(tap);
  const value = say.value(step.values[tap]);
  if (trace.term === "square") return `${signed(value)}²`;
  const weight = signed(say.weight(step.weights[tap]));
  return trace.term === "product" ? `${signed(value)}×${weight}` : `(${value} − ${weight})²`;
}

const summed = ([first, ...others]) => [first, ...others.map(signed)].join(" + ");

// Up to nine terms, written out; and where their numbers, rounded as they are shown, would come to another sum, what each
// of them comes to.
function writtenText(trace, say, step, around = (sum) => sum) {
  const shown = say.of(step), texts = shown.present.map((tap) => termText(trace, say, step, tap));
  if (trace.term === "value") return around(summed(texts));
  const written = around(texts.join(" + ")), { weights } = step;
  const terms = shown.present.map((tap) => {
    const value = rounded(step.values[tap], say.places.values);
    const weight = weights ? rounded(weights[tap] / factorOf(trace), say.places.weights) : 0;
    return trace.term === "product" ? value * weight : (value - weight) ** 2;
  });
  return shown.isSum(terms) ? written : `${written} ≈ ${around(summed(shown.present.map((tap) => shown.term(tap))))}`;
}

// The terms in words: up to nine one by one; more of them by channel, or the largest and what the others add up to.
// Hidden, only what is multiplied: nothing that is already added up.
function termsText(trace, say, step, hidden) {
  const shown = say.of(step), { present } = shown;
  const written = (taps) => taps.map((tap) => termText(trace, say, step, tap));
  if (present.length <= WRITTEN) {
    const isAdded = trace.reduction === "sum" || (trace.reduction === "mean" && isBare(trace) && !hidden);
    if (!isAdded) return written(present).join(", ");
    if (hidden) return (trace.term === "value" ? summed(written(present)) : written(present).join(" + "));
    return writtenText(trace, say, step);
  }
  if (trace.reduction === "max") {
    if (hidden) return many(present.length, trace.term);
    const { row, column } = tapAt(trace, step.winner);
    return `${many(present.length, trace.term)}, in window row ${row + 1}, column ${column + 1},`;
  }
  if (trace.channels.length > 1 && trace.channels.length <= NAMED && trace.reduction === "sum" && !hidden) {
    const sums = trace.channels.map((_, i) => `${channelName(trace, i)} ${i ? "" : "adds up "}to ${shown.partial(i)}`);
    return sums.join(", ");
  }
  const listed = largest(step.terms, LISTED);
  if (!listed.length) return `${many(present.length, trace.term)}${hidden ? "" : ", all of them 0"}`;
  const isInFull = hidden || trace.term === "value" || say.places.isExact;
  const texts = isInFull ? written(listed) : listed.map((tap) => `${termText(trace, say, step, tap)} = ${shown.term(tap)}`);
  const others = `${texts.join(trace.term === "value" || !isInFull ? ", " : " + ")} and the other ${many(present.length - listed.length, trace.term)}`;
  return hidden ? others : `${others}, which add up to ${shown.rest(listed)}`;
}

const ASKED = { sum: "sum", mean: "mean", max: "largest" };
const SUMS = ["", "sum", "two sums", "three sums"];
const kindOf = (trace) => (trace.reduction === "sum" && SUMS[trace.channels.length]) || ASKED[trace.reduction];

// What becomes of the terms once they are `reduced` (its text): factor, scale, bias, power, function, gate.
function formulaText(trace, { bias, scale, gate }, reduced) {
  let text = reduced;
  if (factorOf(trace) !== 1) text = `${factorText(trace)} × ${text}`;
  if (trace.scale !== 1) text = `${scale} × ${signed(text)}`;
  if (bias.startsWith("−")) text += ` − ${bias.slice(1)} (bias)`;
  else if (trace.bias !== 0 || (trace.term === "product" && !hasOwnWeights(trace))) text += ` + bias ${bias}`;
  if (trace.exponent) text = `(${text}) to the power of ${number(trace.exponent)}`;
  if (trace.function !== "identity") text = `${trace.function}(${text})`;
  return trace.gate ? `${signed(gate)} × ${trace.exponent ? text : signed(text)}` : text;
}

/** The sum written out, "sum 4 + bias 0" and its "4". @param {Trace} trace @param {Step} step */
export function total(trace, step, say = speaker(trace)) {
  const shown = say.of(step), { result } = shown;
  const isAnswer = isBare(trace) && factorOf(trace) === 1; // the terms, reduced, are the answer already
  if (isAnswer && ["max", "sum"].includes(trace.reduction) && (trace.term !== "product" || hasOwnWeights(trace)) && !isOneValue(trace)) {
    return { left: kindOf(trace), result };
  }
  const reduced = isOneValue(trace) ? shown.reduced
    : isBare(trace) && trace.reduction === "mean" ? `sum ${shown.sum} / ${grouped(shown.present.length)}` : `${kindOf(trace)} ${shown.reduced}`;
  return { left: formulaText(trace, shown, reduced), result };
}

// What a hidden step asks: how the terms become the answer, without a number that is already reduced.
function questionText(trace, say, step) {
  if (isOneValue(trace)) return `what does ${formulaText(trace, say.of(step), say.value(step.values[0]))} come to?`;
  const terms = termsText(trace, say, step, true);
  if (!isBare(trace) || factorOf(trace) !== 1) return `${terms}; what does ${formulaText(trace, say.of(step), `the ${ASKED[trace.reduction]}`)} come to?`;
  return `${terms}; ${{ sum: "what does it come to", mean: "what is their mean", max: "which is the largest" }[trace.reduction]}?`;
}

// One sentence that reads the step aloud; hidden, it asks for the answer and gives nothing of it away.
/** @param {Trace} trace @param {Step} step */
export function narrate(trace, step, hidden = false, say = speaker(trace)) {
  const start = `${place(trace, step)}: `;
  if (hidden) return start + questionText(trace, say, step);
  const { left, result } = total(trace, step, say);
  if (isOneValue(trace)) return `${start}${left} = ${result}.`;
  const terms = termsText(trace, say, step, false), count = say.of(step).present.length;
  if (isLargestOnly(trace)) return `${start}the largest of ${terms} is ${result}.`;
  if (isBare(trace) && count <= WRITTEN && trace.reduction !== "max") {
    const factor = factorOf(trace) === 1 ? "" : `${factorText(trace)} × `;
    const around = (sum) => (trace.reduction === "mean" ? `(${sum}) / ${count}` : factor ? `${factor}(${sum})` : sum);
    return `${start}${writtenText(trace, say, step, around)} = ${result}.`;
  }
  return `${start}${terms}; ${left} = ${result}.`;
}
