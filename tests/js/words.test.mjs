// words.js: numbers that read the same wherever they come from, and sentences that read right.
import assert from "node:assert/strict";
import test from "node:test";
import { outputAt, stepAt, unpack } from "../../cnnviz/ui/stage/arithmetic.js";
import { decimalsFor, fixed, number, upTo } from "../../cnnviz/ui/drawing/numbers.js";
import { narrate, place, speaker, total } from "../../cnnviz/ui/stage/words.js";
import { cases, randomFrom, traceOf } from "./traces.mjs";

test("rows and columns count from 1", () => {
  assert.equal(place({ outHeight: 5, outWidth: 7, names: {} }, { row: 0, column: 6 }), "Row 1 of 5, column 7 of 7");
  assert.equal(place({ outHeight: 1200, outWidth: 1, names: {} }, { row: 999, column: 0 }), "Row 1,000 of 1,200, column 1 of 1");
  assert.equal(place({ outHeight: 1, outWidth: 1200, names: { place: "Output" } }, { row: 0, column: 999 }), "Output 1,000 of 1,200");
});

// One output cell over these numbers.
const one = (input, output, more = {}) => {
  const trace = traceOf({ input, shape: [1, 1, input.length], kernel: [1, input.length], output: [output], ...more });
  return { trace, step: stepAt(trace, 0, 0) };
};
// A float32 sum, added up backwards: what another program might come to.
const addedOtherwise = (terms) => terms.reduceRight((sum, term) => Math.fround(sum + Math.fround(term)), 0);

test("Python's float32 and the double of the sum read the same, over thousands of traces, ties among them", () => {
  let ties = 0, roundings = 0;
  for (let seed = 1; seed <= 4000; seed += 1) {
    const random = randomFrom(seed), count = 1 + Math.floor(random() * 30);
    // Every third has weights and values of few digits, so that sums often end in a 5.
    const few = seed % 3 === 0, level = () => (few ? Math.round(random() * 400 - 200) / 20 : random() * 2 - 1);
    const value = () => (few ? Math.round(random() * 40 - 20) / 4 : Math.fround(level()));
    const input = Array.from({ length: count }, value), weight = Array.from({ length: count }, level);
    const bias = seed % 2 ? 0 : level();
    const terms = input.map((value, tap) => value * weight[tap]);
    const right = terms.reduce((sum, term) => sum + term, bias);
    for (const output of [Math.fround(right), Math.fround(addedOtherwise(terms) + bias)]) {
      for (const limit of [Math.abs(output), 9.9 * Math.abs(output)]) {
        const { trace, step } = one(input, output, { weight, bias, limit });
        const say = speaker(trace), { left, result } = total(trace, step, say);
        assert.equal(result, say.output(outputAt(trace, 0, 0)), `seed ${seed}`);
        if (fixed(step.result, decimalsFor(limit, 4)) !== fixed(output, decimalsFor(limit, 4))) roundings += 1;
        if (bias === 0) assert.equal(left, `sum ${result} + bias 0`, "a sum and itself read the same too");
        const tenth = Math.abs(step.result) * 10 ** decimalsFor(limit, 4);
        if (Math.abs((tenth % 1) - 0.5) < 1e-9) ties += 1;
        assert.ok(narrate(trace, step).includes(result));
        assert.doesNotMatch(narrate(trace, step), /−0(?![.\d])|−0\.0+(?!\d)|-|NaN|undefined/);
      }
    }
  }
  assert.ok(ties > 50, `only ${ties} ties`);
  assert.ok(roundings > 0, "nowhere would the two have read otherwise: the test says nothing");
});

test("a sum that does not agree is said as it is", () => {
  const { trace, step } = one([1, 2], 4, { weight: [1, 1] });
  assert.deepEqual(total(trace, step), { left: "sum 3 + bias 0", result: "3" });
});

for (const { name, bytes, steps } of cases) {
  test(`reads as the output does: ${name}`, () => {
    const trace = unpack(bytes), say = speaker(trace);
    for (const { row, column, output } of steps) {
      const step = stepAt(trace, row, column), { left, result } = total(trace, step, say);
      assert.equal(result, say.output(output));
      for (const text of [left, narrate(trace, step, false, say), narrate(trace, step, true, say)]) {
        assert.doesNotMatch(text, /-|NaN|undefined|null|\[object| {2}|−0(?![.\d])|–|sum sum|: ?[;.]/);
      }
      assert.ok(narrate(trace, step).startsWith(`${place(trace, step)}: `) && narrate(trace, step).endsWith(` ${result}.`));
      assert.equal(narrate(trace, step), narrate(trace, step, false, say));
    }
  });
}

const rest = (text) => text.slice(text.indexOf(": ") + 2);
const ramp = (count, from = 1) => Array.from({ length: count }, (_, at) => from + at);
const ones = (count, value = 1) => Array(count).fill(value);
const pool = { term: "value", outside: "none" };

// What is said, what is asked while it is hidden, and the line of the total.
const SENTENCES = {
  "9 products": [
    one([1, 1, 1, 0, 1, 1, 0, 0, 1], 4, { weight: [1, 0, 1, 0, 1, 0, 1, 0, 1], dtype: "uint8" }),
    "1×1 + 1×0 + 1×1 + 0×0 + 1×1 + 1×0 + 0×1 + 0×0 + 1×1 = 4.",
    "1×1 + 1×0 + 1×1 + 0×0 + 1×1 + 1×0 + 0×1 + 0×0 + 1×1; what does it come to?", "sum 4 + bias 0 = 4"],
  "negative numbers and a bias": [
    one([-1.5, 2, 0.25], -3.25, { weight: [2, -0.5, 1], bias: 0.5 }),
    "(−1.5)×2 + 2×(−0.5) + 0.25×1; sum −3.750 + bias 0.5 = −3.250.",
    "(−1.5)×2 + 2×(−0.5) + 0.25×1; what does the sum + bias 0.5 come to?", "sum −3.750 + bias 0.5 = −3.250"],
  "a negative bias": [
    one([3, 4], 9, { weight: [1, 2], bias: -2, dtype: "uint8" }),
    "3×1 + 4×2; sum 11 − 2 (bias) = 9.", "3×1 + 4×2; what does the sum − 2 (bias) come to?", "sum 11 − 2 (bias) = 9"],
  "a bias that would be too small for four digits": [
    one([300, 400], 1099.999, { weight: [1, 2], bias: -0.001 }),
    "300×1 + 400×2; sum 1,100.000 − 0.001 (bias) = 1,099.999.",
    "300×1 + 400×2; what does the sum − 0.001 (bias) come to?", "sum 1,100.000 − 0.001 (bias) = 1,099.999"],
  "whole numbers and half a bias": [
    one([3, 4], 11.5, { weight: [1, 2], bias: 0.5, dtype: "uint8" }),
    "3×1 + 4×2; sum 11.0 + bias 0.5 = 11.5.",
    "3×1 + 4×2; what does the sum + bias 0.5 come to?", "sum 11.0 + bias 0.5 = 11.5"],
  "a common factor": [
    one([10, 20, 30, 40, 50, 60, 70, 80, 92], 452 / 9, { weight: ones(9, 1 / 9), factor: [1, 9], dtype: "uint8" }),
    "1/9 × (10×1 + 20×1 + 30×1 + 40×1 + 50×1 + 60×1 + 70×1 + 80×1 + 92×1) = 50.22.",
    "10×1 + 20×1 + 30×1 + 40×1 + 50×1 + 60×1 + 70×1 + 80×1 + 92×1; what does 1/9 × the sum + bias 0 come to?",
    "1/9 × sum 452 + bias 0 = 50.22"],
  "a factor before 25 products": [
    one(ramp(25), 13, { weight: ones(25, 1 / 25), factor: [1, 25], dtype: "uint8" }),
    "25×1 + 24×1 + 23×1 and the other 22 products, which add up to 253; 1/25 × sum 325 + bias 0 = 13.00.",
    "25×1 + 24×1 + 23×1 and the other 22 products; what does 1/25 × the sum + bias 0 come to?",
    "1/25 × sum 325 + bias 0 = 13.00"],
  "25 products": [
    one(ramp(25), -17, { weight: ramp(25).map((at) => (at === 25 ? -1 : at === 4 ? 2 : 0)), dtype: "uint8" }),
    "25×(−1) + 4×2 and the other 23 products, which add up to 0; sum −17 + bias 0 = −17.",
    "25×(−1) + 4×2 and the other 23 products; what does it come to?", "sum −17 + bias 0 = −17"],
  "25 products that are nought": [
    one(ones(25, 0), 0, { weight: ones(25), dtype: "uint8" }),
    "25 products, all of them 0; sum 0 + bias 0 = 0.", "25 products; what does it come to?", "sum 0 + bias 0 = 0"],
  "what rounding left of nought": [
    one([0.1, 0.2, 0.3].map(Math.fround), -1e-9, { weight: [1, 1, -1], limit: 0 }),
    "0.1×1 + 0.2×1 + 0.3×(−1) = 0.0.", "0.1×1 + 0.2×1 + 0.3×(−1); what does it come to?", "sum 0.0 + bias 0 = 0.0"],
  RGB: [
    one([], 0, {
      input: [...ramp(4), ...ramp(4, 10), ...ramp(4, 20)], shape: [3, 2, 2], kernel: [2, 2], dtype: "uint8",
      weight: [...ones(4), ...ones(4, -1), ...ones(4)].map((w, at) => (at === 11 ? 2 : w)), bias: 5,
      output: [78], names: { channels: ["red", "green", "blue"] },
    }),
    "red adds up to 10, green to −46, blue to 109; three sums 73 + bias 5 = 78.",
    "23×2 + 22×1 + 21×1 and the other 9 products; what does the sum + bias 5 come to?", "three sums 73 + bias 5 = 78"],
  "a pixel of RGB": [
    one([], 0, {
      input: [100, 150, 200], shape: [3, 1, 1], kernel: [1, 1], dtype: "uint8", weight: [0.299, 0.587, 0.114], output: [140.75],
    }),
    "100×0.299 + 150×0.587 + 200×0.114 = 140.750.",
    "100×0.299 + 150×0.587 + 200×0.114; what does it come to?", "three sums 140.750 + bias 0 = 140.750"],
  "400 terms": [
    one([], 0, {
      input: ones(400).map((v, at) => (at === 7 ? -9 : at === 300 ? 8 : at === 399 ? 7 : v)), shape: [16, 5, 5], kernel: [5, 5],
      weight: ones(400, 0.5), bias: 0.25, output: [201.75],
    }),
    "(−9)×0.5 + 8×0.5 + 7×0.5 and the other 397 products, which add up to 198.50; sum 201.50 + bias 0.25 = 201.75.",
    "(−9)×0.5 + 8×0.5 + 7×0.5 and the other 397 products; what does the sum + bias 0.25 come to?",
    "sum 201.50 + bias 0.25 = 201.75"],
  "max pool": [
    one([30, 250, 7, 9], 250, { ...pool, reduction: "max", dtype: "uint8" }),
    "the largest of 30, 250, 7, 9 is 250.", "30, 250, 7, 9; which is the largest?", "largest = 250"],
  "max pool of fractions": [
    one([-0.25, -1.5, -3.126], -0.25, { ...pool, reduction: "max" }),
    "the largest of −0.250, −1.500, −3.126 is −0.250.", "−0.250, −1.500, −3.126; which is the largest?", "largest = −0.250"],
  "max pool at a border": [
    one([5, 3], 3, { ...pool, reduction: "max", kernel: [1, 3], columns: { kernel: 3, stride: 1, before: 2, after: 0, dilation: 2 }, dtype: "uint8" }),
    "the largest of 5 is 5.", "5; which is the largest?", "largest = 5"],
  "a large max pool": [
    one([], 0, { ...pool, reduction: "max", input: ramp(12).map((n) => (n === 7 ? 99 : n)), shape: [1, 3, 4], kernel: [3, 4], dtype: "uint8", output: [99] }),
    "the largest of 12 values, in window row 2, column 3, is 99.", "12 values; which is the largest?", "largest = 99"],
  "relu of a largest": [
    one([3, -8], 4, { ...pool, reduction: "max", bias: 1, function: "relu" }),
    "3, −8; relu(largest 3 + bias 1) = 4.", "3, −8; what does relu(the largest + bias 1) come to?",
    "relu(largest 3 + bias 1) = 4"],
  "average pool": [
    one([1, 2, -4, 11], 2.5, { ...pool, reduction: "mean" }),
    "(1 + 2 + (−4) + 11) / 4 = 2.50.", "1, 2, −4, 11; what is their mean?", "sum 10 / 4 = 2.50"],
  "average pool of levels": [
    one([1, 2, 2, 255], 65, { ...pool, reduction: "mean", dtype: "uint8", outShape: [1, 2], output: [65, 0.25] }),
    "(1 + 2 + 2 + 255) / 4 = 65.00.", "1, 2, 2, 255; what is their mean?", "sum 260 / 4 = 65.00"],
  "an average that does not count its padding": [
    one([4, 1], 2.5, { ...pool, reduction: "mean", kernel: [1, 3], columns: { kernel: 3, stride: 1, before: 1, after: 0, dilation: 1 } }),
    "(4 + 1) / 2 = 2.500.", "4, 1; what is their mean?", "sum 5 / 2 = 2.500"],
  "a large average": [
    one(ramp(10), 5.5, { ...pool, reduction: "mean" }),
    "10, 9, 8 and the other 7 values, which add up to 28; sum 55 / 10 = 5.5.",
    "10, 9, 8 and the other 7 values; what is their mean?", "sum 55 / 10 = 5.5"],
  "LeNet's S2": [
    one([0.5, 1, 0.25, 0.25], 1.7159 * Math.tanh((2 * 0.7) / 3), { ...pool, reduction: "mean", scale: 2, bias: -0.3, function: "scaled tanh" }),
    "0.50, 1.00, 0.25, 0.25; scaled tanh(2 × mean 0.500000 − 0.3 (bias)) = 0.7473.",
    "0.50, 1.00, 0.25, 0.25; what does scaled tanh(2 × the mean − 0.3 (bias)) come to?",
    "scaled tanh(2 × mean 0.500000 − 0.3 (bias)) = 0.7473"],
  "squared differences": [
    one([0.5, -1], 4.25, { weight: [1, 1], term: "squared difference" }),
    "(0.5 − 1)² + (−1 − 1)² = 4.25.", "(0.5 − 1)² + (−1 − 1)²; what does it come to?", "sum = 4.25"],
  "84 squared differences": [
    one([], 0, { input: ones(84, 0), shape: [84, 1, 1], kernel: [1, 1], weight: ones(84).map((w, at) => (at === 2 ? -3 : at < 9 ? -2 : w)), term: "squared difference", output: [116] }),
    "(0 − (−3))² + (0 − (−2))² + (0 − (−2))² and the other 81 squared differences, which add up to 99; sum = 116.",
    "(0 − (−3))² + (0 − (−2))² + (0 − (−2))² and the other 81 squared differences; what does it come to?", "sum = 116"],
  relu: [one([-3], 0, { ...pool, function: "relu", limit: 5 }), "relu(−3) = 0.", "what does relu(−3) come to?", "relu(−3) = 0"],
  "batch norm": [
    one([-2], -1.1, { ...pool, scale: 0.25, bias: -0.6 }),
    "0.25 × (−2) − 0.6 (bias) = −1.10.", "what does 0.25 × (−2) − 0.6 (bias) come to?", "0.25 × (−2) − 0.6 (bias) = −1.10"],
  "a small scale": [
    one([3, 5], 0.00008, { ...pool, scale: 0.00001 }),
    "3 + 5; 1.0\u00a0×\u00a010⁻⁵ × sum 8 = 8.000\u00a0×\u00a010⁻⁵.", "3 + 5; what does 1.0\u00a0×\u00a010⁻⁵ × the sum come to?", "1.0\u00a0×\u00a010⁻⁵ × sum 8 = 8.000\u00a0×\u00a010⁻⁵"],
  "a sum of values": [one([3, -5, 2.5], 0.5, pool), "3.0 + (−5.0) + 2.5 = 0.5.", "3.0 + (−5.0) + 2.5; what does it come to?", "sum = 0.5"],
};

for (const [name, [{ trace, step }, said, asked, line]] of Object.entries(SENTENCES)) {
  test(`reads right: ${name}`, () => {
    assert.equal(rest(narrate(trace, step)), said);
    assert.equal(rest(narrate(trace, step, true)), asked);
    const { left, result } = total(trace, step);
    assert.equal(`${left} = ${result}`, line);
    assert.equal(narrate(trace, step).split(": ")[0], place(trace, step));
  });
}

test("a hidden step says its operands and how they are used, and no number besides", () => {
  for (const { bytes, steps } of cases) {
    const trace = unpack(bytes), say = speaker(trace);
    for (const { row, column } of steps) {
      const step = stepAt(trace, row, column);
      const known = [trace.bias, trace.scale].flatMap((n) => [n, -n]).flatMap((n) => [upTo(n, decimalsFor(n)), upTo(n, say.places.scale), upTo(n, say.places.bias), fixed(n, say.places.bias)]);
      // Bare values are terms: they read as they do in the sum.
      const values = trace.term === "value" ? say.of(step).present.map((tap) => say.of(step).term(tap)) : [];
      const operands = [...step.values].map(say.value).concat(values, trace.weight ? [...trace.weight.data].map(say.weight) : []);
      if (trace.gate) known.push(say.of(step).gate, number(trace.exponent));
      const counts = [step.terms.length, ...[...step.terms.keys()].map((n) => n + 1), ...trace.factor, 2].map(String);
      const allowed = new Set([...known, ...operands, ...counts].map((text) => text.replace("−", "")));
      const words = narrate(trace, step, true, say).replace(trace.function, ""); // relu6
      for (const text of rest(words).match(/\d[\d,]*(?<!,)(\.\d+)?(\u00a0×\u00a010[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)?/g) ?? []) {
        assert.ok(allowed.has(text), `${text} in: ${narrate(trace, step, true, say)}`);
      }
    }
  }
});
