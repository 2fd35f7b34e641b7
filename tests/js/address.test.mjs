// One act of the visitor, one entry in the browser's history: which changes of the link begin one.
import assert from "node:assert/strict";
import test from "node:test";
import { acts } from "../../cnnviz/ui/state/address.js";

function at(clock) {
  const told = acts(() => clock.now);
  return { press: (control) => told.begin(control, true), key: (control) => told.begin(control, false), change: () => told.isFirst() };
}

test("what changes on arrival, before any act, makes no entry", () => {
  assert.equal(at({ now: 0 }).change(), false);
});

test("a press is an act, however soon it comes after another", () => {
  const one = at({ now: 0 });
  one.press("a");
  assert.equal(one.change(), true);
  assert.equal(one.change(), false, "a second run of the same act");
  one.press("a");
  assert.equal(one.change(), true);
});

test("keys on one control with less than a second between them are one act", () => {
  const clock = { now: 0 }, one = at(clock);
  one.key("slider");
  assert.equal(one.change(), true);
  for (let time = 900; time < 5000; time += 900) {
    clock.now = time;
    one.key("slider");
    assert.equal(one.change(), false, `${time}`);
  }
  clock.now += 1000;
  one.key("slider");
  assert.equal(one.change(), true);
  one.key("another slider");
  assert.equal(one.change(), true);
});
