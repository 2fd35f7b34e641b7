// The view of the Learning page: where its parts stand, and the round numbers of an axis.
import assert from "node:assert/strict";
import { test } from "node:test";

import { layoutOf, ticksOf, tilesOf } from "../../cnnviz/ui/learning/layout.js";

const PARTS = ["filters", "move", "loss", "accuracy", "answers", "own"];

test("the parts lie inside, and none on another, on every screen", () => {
  for (let width = 280; width <= 1500; width += 1) {
    const layout = layoutOf(width);
    for (const name of PARTS) {
      const place = layout[name];
      assert.ok(place.x >= 0 && place.x + place.width <= width + 1e-6 && place.y >= 0 && place.y + place.height <= layout.height, `${name} at ${width}`);
      assert.ok(place.width >= 140, `${name} at ${width} is ${place.width} wide`);
      for (const other of PARTS.filter((each) => each > name).map((each) => layout[each])) {
        const apart = place.x + place.width <= other.x || other.x + other.width <= place.x || place.y + place.height <= other.y || other.y + other.height <= place.y;
        assert.ok(apart, `${name} at ${width}`);
      }
    }
  }
});

test("filters fit beside each other, those before no larger than those now", () => {
  for (const count of [1, 3, 6, 8]) {
    for (const width of [180, 300, 640, 900]) {
      const { side, gap, earlier } = tilesOf(count, width, 100);
      assert.ok(count * side + (count - 1) * gap <= width && side <= 100 && earlier < side && side > 0);
    }
  }
});

test("an axis has round numbers from 0 on", () => {
  assert.deepEqual(ticksOf(2.5), [0, 1, 2]);
  assert.deepEqual(ticksOf(1), [0, 0.5, 1]);
  assert.deepEqual(ticksOf(400), [0, 100, 200, 300, 400]);
  assert.deepEqual(ticksOf(0), [0]);
  for (const most of [0.003, 0.7, 3.1, 17, 999, 123456]) {
    const ticks = ticksOf(most);
    assert.ok(ticks.length <= 5 && ticks.length >= 2 && ticks.at(-1) <= most);
  }
});
