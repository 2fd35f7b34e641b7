// preview.js beside Python, over the cases that tests/previews.py wrote: for other settings the browser makes of the trace
// that it has what Python then sends.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { opened } from "../../cnnviz/ui/drawing/envelope.js";
import { outputAt, stepAt, unpack } from "../../cnnviz/ui/stage/arithmetic.js";
import { oneAxis } from "../../cnnviz/ui/dots/plot.js";
import { tabsOf } from "../../cnnviz/ui/grid/texts.js";
import { filledLine, lettersLine, textOf } from "../../cnnviz/ui/stage/formula.js";
import { kernelsOf } from "../../cnnviz/ui/stage/live.js";
import { Filling, isFillable, previewed, unset } from "../../cnnviz/ui/stage/preview.js";
import { speaker, total } from "../../cnnviz/ui/stage/words.js";

const folder = process.env.TRACES, bytesOf = (name) => readFileSync(join(folder, name));
const cases = JSON.parse(readFileSync(join(folder, "previews.json"), "utf8"));
const EPSILON = 2 ** -24; // half of float32's last place

function previewOf({ base, kernels, changed }) {
  const trace = unpack(bytesOf(base)), { live } = trace.options;
  const wanted = { ...live.settings, ...changed, ...("p" in changed ? { sides: null } : {}) };
  return previewed(trace, live, wanted, kernels ? kernelsOf(opened(bytesOf(kernels))) : undefined);
}

const possible = cases.filter(({ expected }) => expected), impossible = cases.filter(({ expected }) => !expected);

test("there are hundreds of both kinds", () => {
  assert.ok(possible.length > 150 && impossible.length > 30, `${possible.length}, ${impossible.length}`);
});

for (const said of possible) {
  test(`what comes of it is what Python sends: ${said.name}`, () => {
    const { trace, refused } = previewOf(said), python = unpack(bytesOf(said.expected));
    assert.equal(refused, "");
    assert.ok(isFillable(python));
    for (const key of ["rows", "columns", "outHeight", "outWidth", "bias", "outside", "factor", "taps", "count", "divisor", "term", "reduction", "whole"]) {
      assert.deepEqual(trace[key], python[key], key);
    }
    if (python.weight) assert.deepEqual([...trace.weight.data], [...python.weight.data]);
    let largest = 0;
    for (let row = 0; row < python.outHeight; row += 1) {
      for (let column = 0; column < python.outWidth; column += 1) {
        const theirs = outputAt(python, row, column), ours = outputAt(trace, row, column);
        const size = stepAt(python, row, column).terms.reduce((sum, term) => sum + (Number.isNaN(term) ? 0 : Math.abs(term)), Math.abs(python.bias));
        // Both are sums in float64, in another order, rounded once to float32.
        assert.ok(Math.abs(ours - theirs) <= 2 * EPSILON * Math.abs(theirs) + 1e-13 * size, `${row}, ${column}: ${ours}, not ${theirs}`);
        largest = Math.max(largest, Math.abs(ours));
      }
    }
    assert.equal(trace.filling.limit, largest);
    assert.equal(trace.limit === 0, python.limit === 0, "what rounding left of zeros is none");
    if (said.formula) {
      const shown = said.is_signal ? oneAxis(trace) : trace, [letters, numbers] = [textOf(lettersLine(shown)), textOf(filledLine(shown))];
      assert.ok([`${letters} = ${numbers}`, `${letters} : ${numbers}`].includes(said.formula), `${letters} : ${numbers}, not ${said.formula}`);
    }
    if (said.tabs && !("flip" in said.changed)) {
      const tabs = tabsOf(opened(bytesOf(said.kernels)), said.size, said.own);
      assert.deepEqual(Object.fromEntries(Object.entries(tabs).map(([name, { text }]) => [name, text])), said.tabs);
    }
    const step = stepAt(trace, 0, 0);
    if (trace.limit === python.limit) {
      assert.deepEqual(speaker(trace).places, speaker(python).places);
      assert.equal(total(trace, step).left, total(python, stepAt(python, 0, 0)).left);
    }
  });
}

for (const said of possible.filter(({ kernels, is_signal: isSignal }) => kernels && !isSignal)) {
  test(`a picture and a kernel in all its sizes are enough for it: ${said.name}`, () => {
    const base = unpack(bytesOf(said.base)), { live } = base.options, { trace } = previewOf(said);
    const wanted = { ...live.settings, ...said.changed, ...("p" in said.changed ? { sides: null } : {}) };
    const alone = previewed(unset(base.input, base.divisor), live, wanted, kernelsOf(opened(bytesOf(said.kernels)))).trace;
    for (const key of Object.keys(alone).filter((key) => !["names", "options", "filling"].includes(key))) assert.deepEqual(alone[key], trace[key], key);
    assert.deepEqual(speaker(alone).places, speaker(trace).places);
  });
}

for (const said of impossible) {
  test(`what cannot be is said, with a number that would do: ${said.name}`, () => {
    const { trace, refused } = previewOf(said);
    assert.equal(trace, undefined, said.refused);
    assert.match(refused, /\d.*\.$/);
    assert.doesNotMatch(refused, /undefined|NaN|null/);
  });
}

test("a map that fills in shows its first numbers at once, what is looked at first, and in the end all of them", () => {
  const said = possible.find(({ changed, kernels }) => kernels && changed.k > 3);
  const all = previewOf(said).trace, { outHeight, outWidth } = all;
  const filling = new Filling({ ...all, filling: undefined });
  filling.views = [{ x: 2, y: 1, width: 3, height: 4 }, { x: 0, y: 0, width: outWidth, height: outHeight }];
  filling.level = 4;
  filling.row = filling.first;
  const count = () => filling.numbers.filter((number) => !Number.isNaN(number)).length;
  assert.equal(count(), 0);
  let clock = 0;
  assert.equal(filling.advance(3, () => (clock += 1)), true);
  const some = count();
  assert.ok(some > 0 && some < all.count);
  for (let row = 1; row < 5; row += 1) {
    for (let column = 2; column < 5; column += 1) {
      if (row % 4 === 0 && column % 4 === 0) assert.equal(filling.drawn(row, column), all.output.data[row * outWidth + column]);
    }
  }
  assert.equal(filling.advance(Infinity), false);
  assert.deepEqual(filling.numbers, all.output.data);
  assert.equal(filling.level, 0);
});
