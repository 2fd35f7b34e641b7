// Numbers as text: the one rule, as cnnviz/numbers.py has it and says it; tests/numbers.json holds the cases of both.
//     number   one number by itself                0.5   −1.235   37,386,904   2.1 × 10⁻⁹
//     fixed    one of several read together, all in as many decimals       0.50 − 1.23 = −0.73
//     percent  a share; 0 % and 100 % only where they are exact            66.7 %   < 0.1 %
//     grouped  a whole number, every digit of it   1,576,964
//     times    sizes: height × width × depth       300 × 451 × 3

const FULL = 7; // digits: all that a float32 has, none of what rounding left of it
const NO_BREAK = "\u00a0"; // within a number, so that no line ends in it
const FINER = 3; // places: rounded there first, a half stays one though its last bits are off
const PLAIN_DECIMALS = 6; // with more of them a number below a thousandth is a power of ten
const MOST_PLACES = 100; // that JavaScript rounds a number to

// Up to `digits` digits, and never fewer than stand before the point; beyond a billion and below a thousandth a power of ten.
export function number(value, digits = 4) {
  if (value === 0 || !Number.isFinite(value)) return unusual(value);
  const few = Math.max(2, digits - 2), power = powerOf(value, few);
  if (power < -3 || power >= 9) return asPower(unitsOf(value, few - 1 - power), few - 1 - power, 1);
  const decimals = Math.max(0, digits - 1 - firstPower(value));
  return writtenOut(unitsOf(value, decimals), decimals, 0);
}

// Every digit that is meant, where one number is pointed at: 20.984, not 20.983999252319336.
export const full = (value) => number(value, FULL);

// In so many decimals, as the numbers beside it: 0.50. A multiple of 1,000 where `decimals` is -3.
export const fixed = (value, decimals) => (Number.isFinite(value) ? spelled(unitsOf(value, decimals), decimals) : unusual(value));

// The same without the noughts that say nothing: 0.5.
export const upTo = (value, decimals) => (Number.isFinite(value) ? spelled(unitsOf(value, decimals), decimals, 0) : unusual(value));

// In how many decimals numbers up to `largest` have `digits` digits; whole numbers below a billion keep all.
export function decimalsFor(largest, digits = 4) {
  if (largest === 0 || !Number.isFinite(largest)) return 0;
  const power = powerOf(largest, digits);
  return power >= 9 ? digits - 1 - power : Math.max(0, digits - 1 - power);
}

// `value` as a whole number of units of its last place: 12.25 in 1 decimal is 123 tenths. Halves go away from zero.
export function unitsOf(value, decimals) {
  const power = value === 0 ? 0 : firstPower(value), places = power + decimals + FINER;
  if (value === 0 || places < 0) return 0n;
  const [digits, reached] = Math.abs(value).toExponential(Math.min(places, MOST_PLACES)).split("e");
  const finer = BigInt(digits.replace(".", "")) * 10n ** BigInt(Math.max(0, places - MOST_PLACES) + Number(reached) - power);
  const found = (finer + 500n) / 1000n;
  return value < 0 ? -found : found;
}

// `units` of the last of so many decimals, as text; noughts at the end go until `least` decimals are left.
export function spelled(units, decimals, least = null) {
  const digits = digitsOf(units), size = digits.length - 1 - decimals; // the power of ten of its first digit
  if (digits === "0" && decimals > PLAIN_DECIMALS) return "0";
  const isPower = digits !== "0" && (size >= 9 || (size < -3 && decimals > PLAIN_DECIMALS));
  return isPower ? asPower(units, decimals, least === null ? null : Math.max(1, least)) : writtenOut(units, decimals, least);
}

// A share of `whole`, not negative, to three digits; 0 % and 100 % are said only where they are exact.
export function percent(part, whole = 1) {
  const share = (100 * part) / whole;
  let text = number(share, 3);
  if (share > 0 && share < 0.1) text = `<${NO_BREAK}0.1`;
  else if (text === "100" && share !== 100) text = share < 100 ? `>${NO_BREAK}99.9` : `>${NO_BREAK}100`;
  return `${text}${NO_BREAK}%`;
}

// Of things: every digit, 1,576,964.
export const grouped = (value) => withSign(value, inThrees(digitsOf(value)));

// 1 row, 2 rows.
export const many = (value, word) => `${grouped(value)} ${word}${value === 1 ? "" : "s"}`;

// 300 × 451, 3 × 3 × 64: height × width × depth.
export const times = (...sides) => sides.map(grouped).join(" × ");

// ±2.5: from −2.5 to 2.5. A zero has no sign here either.
export const plusMinus = (limit, digits = 4) => (limit === 0 ? "0" : `±${number(Math.abs(limit), digits)}`);

// The ends of a scale that has its zero in the middle: "−2.5" and "2.5".
export const endsOf = (limit, digits = 4) => [-Math.abs(limit), Math.abs(limit)].map((end) => number(end, digits));

const unusual = (value) => (Number.isNaN(value) ? "–" : value > 0 ? "∞" : value < 0 ? "−∞" : "0");

// The power of ten of the first digit; and that once the number is rounded to so many digits: 1 of 9.9996 in four.
const firstPower = (value) => Number(value.toExponential().split("e")[1]);
function powerOf(value, digits) {
  const power = firstPower(value);
  return power + Number(digitsOf(unitsOf(value, digits - 1 - power)).length > digits);
}

const digitsOf = (units) => String(units < 0 ? -units : units);
const withSign = (units, text) => (units < 0 ? `−${text}` : text);
const inThrees = (digits) => digits.replace(/\B(?=(\d{3})+$)/g, ",");

function writtenOut(units, decimals, least) {
  const digits = digitsOf(units);
  if (decimals <= 0) return withSign(units, inThrees(digits === "0" ? digits : digits + "0".repeat(-decimals)));
  const all = digits.padStart(decimals + 1, "0");
  return withSign(units, inThrees(all.slice(0, -decimals)) + fraction(all.slice(-decimals), least));
}

function asPower(units, decimals, least) {
  const digits = digitsOf(units), power = String(digits.length - 1 - decimals);
  const raised = [...power].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
  return withSign(units, `${digits[0]}${fraction(digits.slice(1), least)}${NO_BREAK}×${NO_BREAK}10${raised}`);
}

function fraction(digits, least) {
  const kept = least === null ? digits : digits.replace(/0+$/, "").padEnd(Math.min(least, digits.length), "0");
  return kept && `.${kept}`;
}

// ---- of many numbers ----

export const clamp = (value, least, most) => Math.max(least, Math.min(most, value));

// From rest to rest, of 0 to 1: slow, fast, slow.
export const eased = (part) => part * part * (3 - 2 * part);

// The largest by its size, without its sign; 0 of none.
export const largestOf = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

// The smallest and the largest.
export function rangeOf(values) {
  let low = Infinity, high = -Infinity;
  for (const value of values) { if (value < low) low = value; if (value > high) high = value; }
  return [low, high];
}

// ---- positions ----

// The part of a span of positions that lies inside: { first, last, padding }; last < first where nothing does.
export function insideOf({ first, count }, size) {
  const from = Math.max(0, first), to = Math.min(size, first + count) - 1;
  return { first: from, last: to, padding: count - Math.max(0, to - from + 1) };
}

// That part as a person counts it, "rows 1 to 2 and 1 of padding": what lies outside is never called row -1.
export function rangeText(word, { first, last, padding }) {
  if (last < first) return `only padding beyond the ${word}s`;
  const range = first === last ? `${word} ${grouped(first + 1)}` : `${word}s ${grouped(first + 1)} to ${grouped(last + 1)}`;
  return padding ? `${range} and ${grouped(padding)} of padding` : range;
}
