// dots/plot.js: which samples an output is made of, how that is said, and what a hand does to the dots.
import assert from "node:assert/strict";
import test from "node:test";
import { outputNear, outputsOf, ownOf, passedBetween, plotFor, seenText, tapsAt, valueNear } from "../../cnnviz/ui/dots/plot.js";

const traceOf = (kernel, stride, before, after, dilation, width = 12, reach = 1) => {
  const columns = { kernel, stride, before, after, dilation };
  const outWidth = Math.floor((width + before + after - dilation * (kernel - 1) - 1) / stride) + 1;
  return /** @type {any} */ ({ columns, width, outWidth, options: { reach }, weight: { data: Array(kernel).fill(-0.5) } });
};
const causal = traceOf(3, 1, 4, 0, 2), both = traceOf(3, 1, 1, 1, 1), none = traceOf(4, 2, 0, 0, 1);

test("an output of causal padding reads no sample after its own", () => {
  for (let output = 0; output < causal.outWidth; output += 1) {
    assert.equal(ownOf(causal, output), output);
    assert.equal(Math.max(...tapsAt(causal, output)), output);
    assert.match(seenText(causal, output), /nothing of the future\.$/);
  }
  assert.equal(seenText(causal, 0), "Output 1 is made of sample 1 alone and 2 of padding; nothing of the future.");
  assert.equal(seenText(causal, 11), "Output 12 is made of samples 8, 10 and 12; nothing of the future.");
});

test("one of padding at both ends does, and says of how many", () => {
  assert.equal(seenText(both, 4), "Output 5 is made of samples 4 to 6; 1 of them lies in its future.");
  assert.equal(seenText(both, 11), "Output 12 is made of samples 11 and 12 and 1 of padding; nothing of the future.");
});

test("samples that lie apart are named, or said by their distance", () => {
  assert.match(seenText(traceOf(4, 1, 6, 6, 4, 30), 15), /samples 10, 14, 18 and 22; 2 of them lie in its future\.$/);
  assert.match(seenText(traceOf(6, 1, 15, 0, 3, 30), 20), /every 3rd of samples 6 to 21; nothing/);
  assert.match(seenText(traceOf(5, 1, 16, 0, 4, 30), 20), /every 4th of samples 5 to 21; nothing/);
});

test("without padding an output stands at its last sample", () => {
  assert.deepEqual([0, 1].map((output) => ownOf(none, output)), [3, 5]);
  assert.equal(seenText(none, 1), "Output 2, at sample 6, is made of samples 3 to 6; nothing of the future.");
  assert.deepEqual([0, 4, 5, 100].map((position) => outputNear(none, position)), [0, 1, 1, none.outWidth - 1]);
});

test("a sample reaches the outputs that read it", () => {
  for (const trace of [causal, both, none]) {
    for (let sample = 0; sample < trace.width; sample += 1) {
      const all = Array.from({ length: trace.outWidth }, (_, output) => output);
      assert.deepEqual(outputsOf(trace, sample), all.filter((output) => tapsAt(trace, output).includes(sample)));
    }
  }
});

test("a hand that draws goes over every sample on its way, and dots stand at numbers that can be read", () => {
  assert.deepEqual(passedBetween([2, 0], [5, 0.75]), [[2, 0], [3, 0.25], [4, 0.5], [5, 0.75]]);
  assert.deepEqual(passedBetween([4, 1], [3, 0]).map(([sample]) => sample), [4, 3]);
  assert.deepEqual(passedBetween([4, 1], [4, 0.5]), [[4, 0.5]]);
  assert.deepEqual([0.123, -2, -0.001].map((value) => valueNear(value, 1)), [0.12, -1, 0]);
  assert.deepEqual([12.4, -3, 999].map((value) => valueNear(value, 255)), [12, 0, 255]);
});

test("where a dot is drawn is where it is pulled from", () => {
  for (const trace of [causal, both, traceOf(3, 1, 2, 0, 1, 12, 255)]) {
    const plan = plotFor({ width: 700, height: 268 }, trace), { reach } = trace.options;
    for (const value of [0, 0.25 * reach, reach]) assert.ok(Math.abs(plan.valueAt(plan.y(0, value)) - value) < 1e-9 * reach);
    for (let sample = 0; sample < trace.width; sample += 1) assert.equal(plan.positionAt(plan.x(sample)), sample);
  }
});
