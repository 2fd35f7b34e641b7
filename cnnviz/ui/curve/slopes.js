// Derivatives of the activations, and both written out with a number in place of x. Pure: tested beside cnnviz/ops.
import { APPLY, erf } from "../stage/arithmetic.js";
import { number } from "../drawing/numbers.js";

// exp(-|x|) / (1 + exp(-|x|))²: keeps its digits where s (1 - s) would be 0.
function sigmoidSlope(x) {
  const fall = Math.exp(-Math.abs(x));
  return fall / (1 + fall) ** 2;
}

const normalShare = (x) => 0.5 * (1 + erf(x / Math.SQRT2));
const normalDensity = (x) => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

const SLOPES = {
  relu: (x) => (x > 0 ? 1 : 0),
  "leaky relu": (x) => (x > 0 ? 1 : 0.01),
  sigmoid: sigmoidSlope,
  tanh: (x) => 4 * sigmoidSlope(2 * x),
  gelu: (x) => normalShare(x) + x * normalDensity(x),
};

export const valueAt = (key, x) => APPLY[key](x);
export const slopeAt = (key, x) => SLOPES[key](x);

const FACTOR = 6; // digits of what is multiplied: their product is then right in the four that it has
const inBrackets = (text) => (/[−×]/.test(text) ? `(${text})` : text);

// How the function comes to its value at x: "max(0, −0.31)". What stands in ^{ } is raised.
const VALUE_WORDS = {
  relu: (x) => `max(0, ${number(x)})`,
  "leaky relu": (x) => (x > 0 ? `${number(x)} is above 0` : `0.01 × ${inBrackets(number(x, FACTOR))}`),
  sigmoid: (x) => `1 / (1 + e^{${number(-x)}})`,
  tanh: (x) => `(e^{${number(x)}} − e^{${number(-x)}}) / (e^{${number(x)}} + e^{${number(-x)}})`,
  gelu: (x) => `${number(x, FACTOR)} × ${number(normalShare(x), FACTOR)}`,
};

// The same of the slope; y is the function's value.
const SLOPE_WORDS = {
  relu: (x) => (x > 0 ? `${number(x)} is above 0` : `${number(x)} is not above 0`),
  "leaky relu": (x) => (x > 0 ? `${number(x)} is above 0` : `${number(x)} is not above 0`),
  // 1 - s and 1 - t as they are far out too, where s and t read as 1.
  sigmoid: (x, y) => `${number(y, FACTOR)} × ${number(APPLY.sigmoid(-x), FACTOR)}`,
  tanh: (x) => `(1 − t)(1 + t) = ${number(2 * APPLY.sigmoid(-2 * x), FACTOR)} × ${number(2 * APPLY.sigmoid(2 * x), FACTOR)}`,
  gelu: (x) => `${number(normalShare(x), FACTOR)} + ${inBrackets(number(x, FACTOR))} × ${number(normalDensity(x), FACTOR)}`,
};

export const valueWords = (key, x) => VALUE_WORDS[key](x);
export const slopeWords = (key, x, y) => SLOPE_WORDS[key](x, y);

// What the slope does to a gradient on its way back, to be read on from the slope itself.
export function passing(slope) {
  if (slope === 0) return ": no gradient passes";
  if (slope === 1) return ": a gradient passes whole";
  if (slope < 0) return ": a gradient changes its sign";
  return slope < 1 ? " of a gradient passes" : " times the gradient";
}
