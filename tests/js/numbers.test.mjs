// numbers.js by the list of cases that Python is held to as well, and beside cnnviz/numbers.py over thousands of numbers.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";
import {
  decimalsFor, fixed, full, grouped, insideOf, many, number, percent, plusMinus, rangeText, spelled, times, unitsOf, upTo,
} from "../../cnnviz/ui/drawing/numbers.js";
import { saidNumbers } from "./traces.mjs";

const CASES = JSON.parse(readFileSync(new URL("../numbers.json", import.meta.url), "utf8"));
const SAID = { number, fixed, upTo, percent, grouped, plusMinus, decimalsFor, times: (sides) => times(...sides) };

test("the list leaves no function out", () => {
  assert.deepEqual(Object.keys(CASES).sort(), [...Object.keys(SAID), "unusual"].sort());
});

for (const [name, say] of Object.entries(SAID)) {
  test(`the cases of both languages: ${name}`, () => {
    for (const row of CASES[name]) {
      const given = row.slice(0, -1), said = row.at(-1);
      assert.equal(say(...given), said, `${name}(${given.join(", ")})`);
    }
  });
}

test("what is no finite number reads the same everywhere", () => {
  const values = { nan: NaN, inf: Infinity, "-inf": -Infinity };
  for (const [name, said] of CASES.unusual) {
    for (const say of [number, full, (value) => fixed(value, 2), (value) => upTo(value, 2)]) assert.equal(say(values[name]), said);
  }
});

test("any number reads as Python says it", () => {
  assert.ok(saidNumbers.length > 2000);
  for (const [value, digits, decimals, ...said] of saidNumbers) {
    const found = [number(value, digits), fixed(value, decimals), upTo(value, decimals), percent(Math.abs(value)), decimalsFor(value, digits)];
    assert.deepEqual(found, said, `${value}, ${digits} digits, ${decimals} decimals`);
  }
});

test("what float32 left of a number is not shown", () => {
  for (const value of [20.984, 0.1, 140.75, 6.359, 1020.123, 0.299, 76.245]) assert.equal(full(Math.fround(value)), full(value));
  assert.equal(full(20.983999252319336), "20.984");
});

test("whole units are spelled as the number that they are", () => {
  assert.deepEqual([spelled(123, 1), spelled(123n, 1), spelled(-5, 2), spelled(0, 3), spelled(5012, -6)], ["12.3", "12.3", "−0.05", "0.000", "5.012\u00a0×\u00a010⁹"]);
  assert.deepEqual([unitsOf(12.25, 1), unitsOf(-12.249999999999998, 1), unitsOf(-0, 3), unitsOf(1e-9, 3), unitsOf(0.0005, 3)], [123n, -123n, 0n, 0n, 1n]);
});

test("counts of things", () => {
  assert.deepEqual([many(1, "window"), many(0, "window"), many(61504, "place")], ["1 window", "0 windows", "61,504 places"]);
});

test("a span is clipped and its padding counted", () => {
  assert.deepEqual(insideOf({ first: -2, count: 5 }, 10), { first: 0, last: 2, padding: 2 });
  assert.deepEqual(insideOf({ first: 8, count: 5 }, 10), { first: 8, last: 9, padding: 3 });
  assert.deepEqual(insideOf({ first: 3, count: 2 }, 10), { first: 3, last: 4, padding: 0 });
  const none = insideOf({ first: -4, count: 3 }, 10);
  assert.ok(none.last < none.first && none.padding === 3);
});

test("positions count from 1, and what lies outside is padding", () => {
  const said = [
    [{ first: 2, count: 3 }, "rows 3 to 5"], [{ first: 2, count: 1 }, "row 3"], [{ first: 0, count: 10 }, "rows 1 to 10"],
    [{ first: -1, count: 3 }, "rows 1 to 2 and 1 of padding"], [{ first: -4, count: 5 }, "row 1 and 4 of padding"],
    [{ first: 8, count: 5 }, "rows 9 to 10 and 3 of padding"], [{ first: -2, count: 15 }, "rows 1 to 10 and 5 of padding"],
    [{ first: -4, count: 3 }, "only padding beyond the rows"], [{ first: 10, count: 2 }, "only padding beyond the rows"],
  ];
  for (const [span, text] of said) assert.equal(rangeText("row", insideOf(span, 10)), text);
  assert.equal(rangeText("column", insideOf({ first: 0, count: 2 }, 1)), "column 1 and 1 of padding");
});
