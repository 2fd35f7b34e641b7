// arithmetic.js beside cnnviz/steps.py and cnnviz/geometry.py, over the traces that tests/traces.py wrote.
import assert from "node:assert/strict";
import test from "node:test";
import { extentOf, origin, readBy, readers, startOf } from "../../cnnviz/ui/drawing/axis.js";
import { abridged, agrees, erf, largest, outputAt, stepAt, strongest, unpack } from "../../cnnviz/ui/stage/arithmetic.js";
import { cases, erfs, numbers, randomFrom, traceOf } from "./traces.mjs";

function near(actual, expected, tolerance, what) {
  const same = Object.is(actual, expected) || actual === expected || Math.abs(actual - expected) <= tolerance;
  assert.ok(same, `${what}: ${actual}, not ${expected}`);
}

test("there are traces of every kind, and hundreds of steps", () => {
  assert.ok(cases.length > 80 && cases.reduce((sum, { steps }) => sum + steps.length, 0) > 500);
});

for (const { name, bytes, steps } of cases) {
  test(`steps as Python's: ${name}`, () => {
    const trace = unpack(bytes);
    for (const said of steps) {
      const step = stepAt(trace, said.row, said.column);
      const at = `row ${said.row}, column ${said.column}`;
      assert.deepEqual([step.row, step.column], [said.row, said.column]);
      assert.deepEqual([...step.values], numbers(said.values), at);
      const terms = numbers(said.terms);
      assert.equal(step.terms.length, terms.length);
      terms.forEach((term, tap) => near(step.terms[tap], term, 1e-15 * Math.abs(term), `${at}, term ${tap}`));
      said.sums.forEach((sum, channel) => near(step.sums[channel], sum, 1e-12 * said.magnitude, `${at}, sum ${channel}`));
      assert.equal(step.sums.length, said.sums.length);
      near(step.reduced, said.reduced, 1e-12 * said.magnitude, `${at}, reduced`);
      const size = Math.abs(trace.scale) * said.magnitude + Math.abs(trace.bias) + Math.abs(said.result);
      near(step.result, said.result, 1e-12 * size, `${at}, result`);
      const present = terms.filter((term) => !Number.isNaN(term));
      assert.equal(step.winner, terms.indexOf(Math.max(...present)), `${at}, the first of the largest`);
      assert.equal(outputAt(trace, said.row, said.column), said.output);
      assert.ok(agrees(trace, step), at);
    }
  });

  test(`an unaligned view unpacks alike: ${name}`, () => {
    const whole = unpack(new Uint8Array(bytes));
    for (const shift of [1, 3]) {
      const memory = new Uint8Array(bytes.length + 16).fill(255);
      memory.set(bytes, shift);
      assert.deepEqual(unpack(memory.subarray(shift, shift + bytes.length)), whole);
    }
  });
}

for (const { name, bytes, axes } of cases) {
  test(`windows as geometry.Window's: ${name}`, () => {
    const trace = unpack(bytes);
    [trace.rows, trace.columns].forEach((axis, side) => {
      const said = axes[side];
      const read = [...Array(said.size).keys()].filter((position) => said.readers[position - said.first].length);
      assert.deepEqual(readBy(axis, Array(said.outputs).keys(), said.size, "zeros"), new Set(read));
      said.readers.forEach((list, at) => {
        assert.deepEqual(readers(axis, said.first + at, said.outputs), list, `position ${said.first + at}`);
        assert.equal(origin(said.first + at, said.size, trace.outside), said.origins[at], `position ${said.first + at}`);
      });
      for (let index = 0; index < said.outputs; index += 1) {
        const taps = said.readers.flatMap((list, at) => (list.includes(index) ? [said.first + at] : []));
        assert.ok(taps.every((tap) => (tap - startOf(axis, index)) % axis.dilation === 0 && tap >= startOf(axis, index)));
        if (taps.length === axis.kernel) {
          assert.deepEqual([taps[0], taps.at(-1)], [startOf(axis, index), startOf(axis, index) + extentOf(axis) - 1]);
        }
      }
    });
    // The strongest cell: the largest of those whose window lies wholly on the picture, or of all where none does.
    const within = ({ readers: lists, first, size }, axis, at) =>
      lists.filter((list, tap) => list.includes(at) && first + tap >= 0 && first + tap < size).length === (axis.counts?.[at] ?? axis.kernel);
    const cells = Array.from({ length: trace.count }, (_, index) => index);
    const inside = cells.filter((index) =>
      within(axes[0], trace.rows, Math.floor(index / trace.outWidth)) && within(axes[1], trace.columns, index % trace.outWidth));
    const sizes = (inside.length ? inside : cells).map((index) => Math.abs(trace.output.data[index]));
    const found = strongest(trace);
    assert.ok(!inside.length || inside.includes(found));
    assert.equal(Math.abs(trace.output.data[found]), Math.max(...sizes));
  });
}

test("the error function as Python's", () => {
  assert.ok(erfs.length > 200);
  for (const [x, said] of erfs) {
    near(erf(x), said, 4e-16 + 1e-15 * Math.abs(said), `erf(${x})`);
    near(erf(-x), -said, 4e-16 + 1e-15 * Math.abs(said), `erf(${-x})`);
  }
  assert.deepEqual([erf(Infinity), erf(-Infinity), erf(0)], [1, -1, 0]);
});

// A map of this size under a 3x3 window with padding 1, its numbers random.
function mapOf(height, width, seed = 1) {
  const random = randomFrom(seed);
  const output = Array.from({ length: height * width }, () => random() - 0.5);
  const axis = { kernel: 3, stride: 1, before: 1, after: 1, dilation: 1 };
  return traceOf({
    input: output, shape: [1, height, width], weight: Array(9).fill(1), kernel: [3, 3], output, outShape: [height, width],
    rows: axis, columns: axis,
  });
}

test("an abridged sweep has about 25 stops: the first, the last, and between them the strongest of equal shares", () => {
  for (const [height, width] of [[1, 1], [1, 25], [5, 5], [2, 13], [1, 27], [6, 8], [7, 11], [40, 33], [100, 101]]) {
    const trace = mapOf(height, width), stops = abridged(trace), what = `${height} x ${width}`;
    assert.equal(stops.length, Math.min(25, trace.count), what);
    assert.deepEqual([stops[0], stops.at(-1)], [0, trace.count - 1], what);
    assert.ok(stops.every((stop, at) => at === 0 || stop > stops[at - 1]), `${what}: sorted, none twice`);
    const share = (trace.count - 2) / 23;
    stops.slice(1, -1).forEach((stop, part) => {
      if (trace.count <= 25) return;
      assert.ok(stop >= 1 + part * share - 1 && stop <= 1 + (part + 1) * share, `${what}: one from each share`);
      assert.equal(stop, strongest(trace, 1 + Math.floor(part * share), 1 + Math.floor((part + 1) * share)));
    });
  }
  assert.equal(abridged(mapOf(30, 30), 10).length, 10);
});

test("the strongest cell is the largest without its sign, and lies inside the picture if one does", () => {
  for (let seed = 1; seed < 40; seed += 1) {
    const trace = mapOf(4, 7, seed), { data } = trace.output;
    const all = [...data.keys()], most = (list) => list.reduce((a, b) => (Math.abs(data[b]) > Math.abs(data[a]) ? b : a));
    const inside = all.filter((index) => index > 6 && index < 21 && index % 7 > 0 && index % 7 < 6);
    assert.equal(strongest(trace), most(inside));
    assert.equal(strongest(trace, 0, 7), most(all.slice(0, 7)), "a row of the border");
    assert.equal(strongest(trace, 6, 11), most([8, 9, 10]));
  }
});

test("the largest terms are named by size, the first of equals first, none that is nought or takes no part", () => {
  const terms = Float64Array.of(1, -4, NaN, 4, 0, 2, -0, -3, NaN, 0.5);
  assert.deepEqual(largest(terms, 3), [1, 3, 7]);
  assert.deepEqual(largest(terms, 99), [1, 3, 7, 5, 0, 9]);
  assert.deepEqual(largest(new Float64Array(4), 3), []);
});

test("a sum agrees with a number that is off by rounding, and with no other", () => {
  const off = (by, more = {}) => {
    const trace = traceOf({ input: [3, -4, 12, 1], shape: [1, 2, 2], weight: [1, 1, 1, 1], kernel: [2, 2], output: [12 + by], ...more });
    return agrees(trace, stepAt(trace, 0, 0));
  };
  assert.ok(off(0) && off(1.9e-4) && off(-1.9e-4)); // 1e-5 x (3 + 4 + 12 + 1) is 2e-4
  assert.ok(!off(2.1e-4) && !off(-2.1e-4) && !off(1));
  const values = { term: "value", weight: null };
  assert.ok(off(1e-4, { ...values, reduction: "max" }) && !off(2e-4, { ...values, reduction: "max" })); // the largest is 12
  assert.ok(off(-9 + 4e-5, { ...values, reduction: "mean" }) && !off(-9 + 6e-5, { ...values, reduction: "mean" })); // 20 / 4
});
