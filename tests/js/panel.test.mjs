// The pure half of a panel: what a typed number means, what Python has not heard of yet; and how settings are told.
import assert from "node:assert/strict";
import test from "node:test";
import { Acts, nearest, numberIn } from "../../cnnviz/ui/panel/acts.js";
import { hearSettings, tellSetting } from "../../cnnviz/ui/drawing/setting.js";

test("a number is read as people type it", () => {
  const read = { 7: 7, " 7 ": 7, "2.7": 2.7, "2,7": 2.7, "1e3": 1000, "1,000": 1000, "-4": -4, "−4": -4, "+3": 3, ".5": 0.5, "12,345,678": 12345678 };
  for (const [text, number] of Object.entries(read)) assert.equal(numberIn(text), number, text);
  for (const text of ["", "  ", "abc", "7 px", "1e999", "NaN", "1,2,3", "--1"]) assert.equal(numberIn(text), null, text);
  assert.equal(numberIn("0,125"), 0.125, "no thousand begins with a nought");
});

test("the nearest whole number in the range stands for what cannot be", () => {
  const typed = [[40, 15], [-3, 1], [2.7, 3], [2.5, 3], [2.4, 2], [0.2, 1], [7, 7]];
  for (const [told, stands] of typed) assert.equal(nearest(told, [1, 15]), stands);
  assert.equal(nearest(-0.5, [-10, 10]), 0, "halves go up, as in Python");
});

test("an answer counts that knows of the last act, and no other", () => {
  const acts = new Acts();
  assert.ok(acts.hear(0));
  assert.deepEqual(acts.add("k", 5, 100), [[100, "k", 5]]);
  assert.ok(!acts.hear(0));
  assert.deepEqual(acts.add("k", 7, 200), [[200, "k", 7]], "of what was set only the last counts");
  assert.ok(!acts.hear(100), "of before");
  assert.ok(acts.hear(200));
  assert.ok(acts.hear(200), "and whatever comes after it");
});

test("a message has all that is not heard of, in the order in which it was done", () => {
  const acts = new Acts();
  acts.add("p", 3, 1);
  acts.add("p", null, 2);
  acts.add("flip", true, 3);
  assert.deepEqual(acts.add("p", 4, 4), [[1, "p", 3], [2, "p", null], [3, "flip", true], [4, "p", 4]]);
  acts.hear(3);
  assert.deepEqual(acts.add("p", "abc", 5), [[5, "p", "abc"]]);
});

test("what a button was pressed for stands upon all that was set before it, whatever control that is of", () => {
  const acts = new Acts();
  acts.add("k", 5, 1);
  acts.add("p", null, 2);
  acts.add("k", 7, 3);
  assert.deepEqual(acts.add("k", 9, 4), [[1, "k", 5], [2, "p", null], [4, "k", 9]]);
});

test("acts of one moment are told apart, also those after a clock was put back, and from those of a mounting before", () => {
  const acts = new Acts();
  acts.hear(50);
  acts.add("p", null, 9);
  assert.deepEqual(acts.add("p", null, 9), [[51, "p", null], [52, "p", null]]);
});

test("a session that has heard of less is another one, and its answer counts", () => {
  const acts = new Acts();
  acts.hear(100);
  acts.add("k", 5, 200);
  assert.ok(acts.hear(0));
  assert.deepEqual(acts.add("k", 6, 300), [[300, "k", 6]]);
});

test("what is told of a setting is heard, until hearing stops", () => {
  globalThis.window = /** @type {any} */ (new EventTarget());
  const heard = [], change = { name: "k", value: 5, isLive: true, from: {} };
  const stop = hearSettings((told) => heard.push(told));
  tellSetting(change);
  stop();
  tellSetting({ ...change, value: 6 });
  assert.deepEqual(heard, [change]);
  assert.equal(heard[0].from, change.from);
});
