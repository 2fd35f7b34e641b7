// How the numbers of a step are rounded: together, so that what is shown adds up as shown.
//     terms -> channel sums -> sum (or mean, or largest) -> factor, scale, bias -> function -> result
// The result is Python's number in the decimals of its map, the same text wherever it stands. From there it goes
// backwards: the bias, then the sum that comes to that result with it, then the terms that come to that sum. Each differs
// from its true value by less than one unit of its last place, and all terms of a map have the same decimals.
import { agrees, ended, gateAt, largest, outputAt } from "./arithmetic.js";
import { decimalsFor, fixed, largestOf, spelled, unitsOf, upTo } from "../drawing/numbers.js";

export const LISTED = 3; // of the largest terms, where not all can be read
export const NAMED = 3; // channels, up to which each has its sum
const SHORT = 3; // decimals: numbers that have no more are shown with all of them
const TYPED = 7; // decimals that a weight may have to be shown as it was typed
const FLOAT32 = 7; // digits that a map in float32 has
const SAFE = 14; // digits of the whole numbers that are computed with here

/** The common factor of the weights, drawn outside the sum. @type {(trace: Trace) => number} */
export const factorOf = (trace) => trace.factor[0] / trace.factor[1];

/** Whether a step ends with its reduction: no scale, no bias, no function. @type {(trace: Trace) => boolean} */
export const isBare = (trace) => trace.scale === 1 && trace.bias === 0 && trace.function === "identity" && !isBent(trace);

/** Whether a step's number is raised to a power, or multiplied by one of its own place. @type {(trace: Trace) => boolean} */
export const isBent = (trace) => !!trace.exponent || !!trace.gate;

/** A result in the decimals of its map; a nought that is exact has none. @type {(value: number, decimals: number) => string} */
export const resultText = (value, decimals) => (value === 0 ? "0" : fixed(value, decimals));

// ---- decimals, once for a map ----

// The power of ten of the first digit.
const leadOf = (size) => (size > 0 ? Math.floor(Math.log10(size) + 1e-12) : 0);

// The least decimals, up to `most`, in which all of these numbers stand in full; Infinity where they never do.
function decimalsOf(numbers, by = 1, most = SHORT) {
  const noise = numbers instanceof Float32Array ? 6e-8 : 1e-12;
  for (let decimals = 0, power = 1; decimals <= most; decimals += 1, power *= 10) {
    const isInFull = (number) => {
      const size = Math.abs(number / by) * power;
      return Math.abs(size - Math.round(size)) <= Math.min(1e-3, noise * size);
    };
    if (numbers.every(isInFull)) return decimals;
  }
  return Infinity;
}

// The decimals of an input: looked for once, for a preview has the same.
const ofInput = ({ input, divisor }) => (input.decimals ??= decimalsOf(input.data, divisor));

/** What power and gate make of a change before them, where they make most of it. @param {Trace} trace */
function steepest({ exponent, gate, output }) {
  if (!exponent) return gate ? largestOf(gate.data) : 1;
  const steep = (number, of) => Math.abs(of * exponent) * Math.abs(number / of) ** ((exponent - 1) / exponent);
  return output.data.reduce((most, number, at) => Math.max(most, steep(number, gate ? gate.data[at] : 1) || 0), 0);
}

// The decimals of each kind of number of a trace: values, weights, terms, reduced (sum, mean or largest), scale, bias,
// output. `isInFull`: values and weights have no more decimals than are shown. `isExact`: nor have the terms.
export function placesOf(trace) {
  const { term, reduction, taps, limit } = trace, factor = factorOf(trace), bias = Math.abs(trace.bias);
  const value = Math.max(...trace.inputRange.map(Math.abs)), weight = trace.weight ? largestOf(trace.weight.data) / Math.abs(factor) : 1;
  const ofValues = ofInput(trace), ofWeights = trace.weight ? decimalsOf(trace.weight.data, factor, TYPED) : 0;
  const ofTerms = { product: ofValues + ofWeights, value: ofValues, square: 2 * ofValues, "squared difference": 2 * Math.max(ofValues, ofWeights) }[term];
  const most = { product: value * weight, value, square: value ** 2, "squared difference": (value + weight) ** 2 }[term]; // that a term can be
  const isMean = reduction === "mean" && taps > 1, by = Math.abs(factor * trace.scale) * steepest(trace), isSum = reduction === "sum";
  const isCurved = isBent(trace) || !["identity", "relu", "relu6", "leaky relu"].includes(trace.function);
  // Of numbers beyond a billion the last digits go, all of the same unit.
  const few = (size, digits) => (limit < 1e9 ? decimalsFor(size, digits) : digits - 1 - leadOf(size));
  const held = (decimals) => Math.min(decimals, SAFE - 1 - leadOf(Math.max(limit, bias, most * (isSum ? taps : 1))));
  const isExact = ofTerms <= SHORT && limit < 1e9;

  // All of the decimals of the results, where they are few; else four digits of the largest, and two of the largest term.
  const ofBias = bias ? decimalsOf([bias], 1, 2 * SHORT) : 0;
  const ofResults = isCurved || trace.function === "leaky relu" ? Infinity
    : Math.max(ofBias, ofTerms + decimalsOf([by]) + (isMean ? decimalsOf([1 / taps]) : 0));
  let output = few(limit, 4);
  if (isExact && ofResults <= SHORT && (ofResults === 0 || decimalsFor(limit || most, FLOAT32) >= ofResults)) output = ofResults;
  else {
    const finest = limit ? few(limit, FLOAT32 - 1) : Infinity;
    if (by === 1 && !isMean) output = Math.max(output, Math.min(finest, few(most, limit ? 2 : 3)));
    if (bias && ofBias < Infinity) output = Math.max(output, Math.min(finest, ofBias));
  }
  output = held(output);

  const places = {
    values: ofValues < Infinity ? ofValues : decimalsFor(value), weights: ofWeights < Infinity ? ofWeights : decimalsFor(weight),
    isInFull: ofValues + ofWeights < Infinity, isExact, isMean, isCurved, isMultiplied: by !== 1 || isMean || !!trace.gate, output,
  };
  if (!places.isMultiplied && !isCurved) {
    return { ...places, isExact: isExact && ofTerms <= output, terms: output, reduced: output, bias: output, scale: 0 };
  }
  // One unit of what is multiplied is no more than one of the result; one of what a curve bends, a tenth.
  const needed = held(output + Math.ceil(Math.log10(by || 1) - 1e-12) + (isCurved ? 1 : 0));
  const terms = isExact ? ofTerms : held(Math.max(needed, few(most, 3)));
  return {
    ...places, terms, reduced: isMean ? needed : terms, bias: places.isMultiplied ? output + 2 : terms,
    scale: output + 2 + Math.max(0, leadOf(most * (isSum ? taps : 1))),
  };
}

// ---- whole units, once for a step ----

// `numbers`, in units, as whole ones that add up to `total`: all rounded down, and those that lost most get one more.
// NaN takes no part.
export function apportioned(numbers, total) {
  const found = numbers.map((number) => (Number.isNaN(number) ? 0 : Math.floor(number + 1e-9)));
  const lost = numbers.map((number, at) => Math.max(0, number - found[at]));
  const order = [...numbers.keys()].filter((at) => !Number.isNaN(numbers[at])).sort((a, b) => lost[b] - lost[a] || a - b);
  let left = total - found.reduce((sum, number) => sum + number, 0);
  // Where rounding alone cannot be the reason (the sum is not this map's), each takes its share.
  const each = order.length ? Math.floor(left / order.length) : 0;
  if (each < 0 || left > order.length) {
    for (const at of order) found[at] += each;
    left -= each * order.length;
  }
  for (const at of order.slice(0, left)) found[at] += 1;
  return found;
}

// The whole number nearest to `number` that `isRight`, less than 1 from it; null where there is none. One that `isExact`
// is that number or none.
function nearest(number, isRight, isExact = false) {
  const first = Math.round(number), second = number > first ? first + 1 : first - 1;
  return isRight(first) ? first : !isExact && Math.abs(second - number) < 1 && isRight(second) ? second : null;
}

// One step, its numbers as they are shown, as text; `places` are those of its trace.
export class Shown {
  sumUnits = 0; reducedUnits = 0; biasUnits = 0; biasPlaces = 0; isBiasInFull = false; more = 0; kept; comesTo;

  constructor(trace, step, places) {
    this.trace = trace;
    this.step = step;
    this.places = places;
    this.factor = factorOf(trace);
    this.present = [...step.terms.keys()].filter((tap) => !Number.isNaN(step.terms[tap]));
    // What agrees with Python's number is said as that one is.
    this.output = agrees(trace, step) ? outputAt(trace, step.row, step.column) : step.result;
    this.solve();
  }

  get result() { return resultText(this.output, this.places.output); }
  get scale() { return upTo(this.trace.scale, this.places.scale + this.more); }
  get gated() { return gateAt(this.trace, this.step.row, this.step.column); }
  get gate() { return upTo(this.gated, this.places.output + 2 + this.more); }
  get bias() { return spelled(this.biasUnits, this.biasPlaces, this.isBiasInFull ? 0 : null); }
  get sum() { return this.isNought(this.sumUnits) ? "0" : spelled(this.sumUnits, this.places.terms); }
  get reduced() { return this.isNought(this.reducedUnits) ? "0" : spelled(this.reducedUnits, this.places.reduced); } // sum, mean or largest
  // Of a result that is exactly 0 what it comes from is said as that is.
  isNought(units) { return units === 0 && this.output === 0 && (this.step.reduced === 0 || isBare(this.trace)); }
  term(tap) { return this.step.terms[tap] === 0 && this.terms[tap] === 0 ? "0" : spelled(this.terms[tap], this.places.terms); }

  // What a channel adds up to, as its terms are shown.
  partial(channel) {
    const { taps, channels } = this.trace, area = taps / channels.length;
    return spelled(this.terms.slice(channel * area, (channel + 1) * area).reduce((sum, term) => sum + term, 0), this.places.terms);
  }

  // What the terms add up to without those of `taps`.
  rest(taps) { return spelled(taps.reduce((sum, tap) => sum - this.terms[tap], this.sumUnits), this.places.terms); }

  // Whether these terms, one for each that is present, come to the sum and to the result that are shown.
  isSum(terms) {
    const sum = terms.reduce((so, term) => so + term, 0);
    return Math.abs(sum * 10 ** this.places.terms - this.sumUnits) <= 0.5 * (1 + 1e-6) && this.comesTo(sum);
  }

  // The sum (mean, largest), scale and bias that come to the result.
  solve() {
    const { trace, step, places, factor, present } = this, { isMean, isMultiplied, isExact } = places;
    const unit = 10 ** -places.output, result = Number(unitsOf(this.output, places.output)) * unit;
    const isWithin = (number, wanted, unit) => Math.abs(number - wanted) <= 0.5 * unit * (1 + 1e-6);
    const sum = (step.sums.reduce((a, b) => a + b, 0) / factor) * 10 ** places.terms;
    const reduced = (step.reduced / factor) * 10 ** places.reduced;
    // Scale and bias get more digits where those that they have do not come to the result.
    for (let more = 0; more < (isMultiplied ? 9 : 1); more += 1) {
      const biasPlaces = places.bias + more, bias = trace.bias * 10 ** biasPlaces;
      const scale = isMultiplied ? Number(unitsOf(trace.scale, places.scale + more)) / 10 ** (places.scale + more) : 1;
      const gatePlaces = places.output + 2 + more, gate = trace.gate ? Number(unitsOf(this.gated, gatePlaces)) / 10 ** gatePlaces : 1;
      for (const biasUnits of around(bias, Number(unitsOf(trace.bias, biasPlaces)))) {
        const comesTo = (number) => isWithin(ended(trace, scale * factor * number + biasUnits / 10 ** biasPlaces, gate), result, unit);
        const ofReduced = (units) => comesTo(units / 10 ** places.reduced), mean = (units) => units / 10 ** places.terms / present.length;
        let sumUnits, reducedUnits;
        if (isMean && isBare(trace)) sumUnits = nearest(sum, (units) => comesTo(mean(units)), isExact);
        else if (isMean) {
          reducedUnits = nearest(reduced, ofReduced);
          if (reducedUnits !== null) sumUnits = nearest(sum, (units) => isWithin(mean(units), reducedUnits / 10 ** places.reduced, 10 ** -places.reduced), isExact);
        } else sumUnits = reducedUnits = nearest(reduced, ofReduced, isExact);
        Object.assign(this, { comesTo, more, biasPlaces, biasUnits, isBiasInFull: Math.abs(bias - biasUnits) < 1e-9 });
        if (sumUnits !== null && reducedUnits !== null) { Object.assign(this, { sumUnits, reducedUnits }); return; }
      }
    }
    Object.assign(this, { sumUnits: Math.round(sum), reducedUnits: Math.round(reduced) });
  }

  // All terms, in units of their last place.
  get terms() { return (this.kept ??= this.share()); }

  share() {
    const { trace: { channels, reduction, taps }, step, places, factor, present, sumUnits } = this;
    const inUnits = (number) => (number / factor) * 10 ** places.terms, numbers = Array.from(step.terms, inUnits);
    if (reduction === "max") {
      const terms = numbers.map((number, tap) => (Number.isNaN(number) ? 0 : Math.min(this.reducedUnits, Number(unitsOf(step.terms[tap] / factor, places.terms)))));
      terms[step.winner] = this.reducedUnits;
      return terms;
    }
    if (channels.length > 1 && channels.length <= NAMED) { // their sums are shown too
      const area = taps / channels.length, partials = apportioned(Array.from(step.sums, inUnits), sumUnits);
      return partials.flatMap((partial, at) => apportioned(numbers.slice(at * area, (at + 1) * area), partial));
    }
    if (present.length <= LISTED) return apportioned(numbers, sumUnits);
    // The largest, which may be listed, and what the others add up to: together, and then those others.
    const listed = largest(step.terms, LISTED), others = numbers.map((number, tap) => (listed.includes(tap) ? NaN : number));
    const rest = others.reduce((sum, number) => (Number.isNaN(number) ? sum : sum + number), 0);
    const shared = apportioned([...listed.map((tap) => numbers[tap]), rest], sumUnits), terms = apportioned(others, shared.at(-1));
    listed.forEach((tap, at) => { terms[tap] = shared[at]; });
    return terms;
  }
}

// A number in units, as a whole one; and where rounding changed it, the one on its other side.
const around = (number, rounded) => (Math.abs(number - rounded) < 1e-9 ? [rounded] : [rounded, rounded + Math.sign(number - rounded)]);
