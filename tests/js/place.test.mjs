// Where a stage stands, as the link says it.
import assert from "node:assert/strict";
import test from "node:test";
import { inLink, withInLink } from "../../cnnviz/ui/drawing/address.js";
import { linkText, placeOf } from "../../cnnviz/ui/stage/place.js";

const map = (unit) => ({ outHeight: 5, outWidth: 7, count: 35, options: { unit } });

test("a place comes back from its text", () => {
  for (const unit of [undefined, [2, 11]]) {
    for (let index = 0; index < 35; index += 1) assert.equal(placeOf(map(unit), linkText(map(unit), index)), index);
  }
  assert.equal(linkText(map(), 8), "2.2");
  assert.equal(linkText(map([2, 11]), 8), "3.12.2.2");
});

test("what lies beyond the map means its nearest output; what means none, none", () => {
  assert.equal(placeOf(map(), "99.99"), 34);
  for (const text of [null, "", "3", "0.1", "x.y", "1.1.1", "-1.2", "1.1.1.1.1"]) assert.equal(placeOf(map(), text), null);
  assert.equal(placeOf(map([2, 11]), "3.12"), null);
  assert.equal(placeOf(map([2, 11]), "3.11.1.1"), null, "another map");
});

test("a link keeps what else it says, letter by letter", () => {
  assert.equal(withInLink("?sample=A+b%2C+c&k=5", "at", "3.4"), "?sample=A+b%2C+c&k=5&at=3.4");
  assert.equal(withInLink("?at=1.1&k=5", "at", "3.4"), "?at=3.4&k=5");
  assert.equal(withInLink("", "at", "3.4"), "?at=3.4");
  assert.equal(inLink("?k=5&at=3.4", "at"), "3.4");
  assert.equal(inLink("?k=5", "at"), null);
});
