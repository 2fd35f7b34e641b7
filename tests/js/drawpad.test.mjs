// The pure half of the drawing pad: how lines grow, where the pad is full, and what undo leads back to.
import assert from "node:assert/strict";
import test from "node:test";
import { Lines, PENS, drawingOf, penOf, pointsOf, textOf } from "../../cnnviz/ui/drawpad/lines.js";

const LIMITS = { points: 4000, strokes: 100 };
const EXAMPLE = { thickness: 0.07, strokes: [[[0.5, 0.1], [0.5, 0.9]], [[0.2, 0.3]]] };

function empty(limits = LIMITS) { return new Lines({ thickness: 0.075, strokes: [] }, limits); }

function drawn(lines, ...places) {
  assert.equal(lines.begin(...places[0]), true);
  for (const place of places.slice(1)) lines.extend(...place);
  assert.equal(lines.end(), true);
}

test("a line has each place that the pen went to, x before y, held on the pad and cut to four decimals", () => {
  const lines = empty();
  drawn(lines, [0.123456, 0.6], [0.25, -3], [7, 0.98765]);
  assert.deepEqual(lines.strokes, [[[0.1235, 0.6], [0.25, 0], [1, 0.9877]]]);
  assert.equal(pointsOf(lines.strokes), 3);
});

test("a step shorter than 0.006 of the pad adds no point, however many of them there are from the last that did", () => {
  const lines = empty();
  lines.begin(0.5, 0.5);
  assert.equal(lines.extend(0.504, 0.504), false); // 0.00566 long
  assert.equal(lines.extend(0.5, 0.507), true);
  assert.equal(lines.extend(0.5, 0.507), false);
  assert.equal(lines.extend(0.506, 0.507), true);
  lines.end();
  assert.deepEqual(lines.strokes, [[[0.5, 0.5], [0.5, 0.507], [0.506, 0.507]]]);
});

test("nothing grows or ends without a line under the pen, and a second begins none", () => {
  const lines = empty();
  assert.equal(lines.extend(0.5, 0.5), false);
  assert.equal(lines.end(), false);
  assert.equal(lines.begin(0.1, 0.1), true);
  assert.equal(lines.begin(0.9, 0.9), false);
  assert.equal(lines.isEmpty, false);
  assert.deepEqual(lines.strokes, []); // not before it ends
  assert.deepEqual(lines.all, [[[0.1, 0.1]]]);
  assert.equal(lines.undo(), false); // not while one draws
  lines.end();
  assert.deepEqual(lines.all, lines.strokes);
});

test("a full pad takes no more points and no more lines", () => {
  const few = empty({ points: 5, strokes: 100 });
  drawn(few, [0, 0], [0.1, 0], [0.2, 0]);
  assert.equal(few.isFull, false);
  drawn(few, [0, 0.5], [0.1, 0.5], [0.2, 0.5], [0.3, 0.5]);
  assert.deepEqual(few.strokes.map((line) => line.length), [3, 2]);
  assert.equal(few.isFull, true);
  assert.equal(few.begin(0.5, 0.5), false);
  few.undo();
  assert.equal(few.isFull, false);
  const two = empty({ points: 4000, strokes: 2 });
  drawn(two, [0.1, 0.1]);
  assert.equal(two.isFull, false);
  drawn(two, [0.2, 0.2]);
  assert.equal(two.isFull, true);
  assert.equal(two.begin(0.3, 0.3), false);
  two.clear();
  drawn(two, [0.3, 0.3]);
});

test("undo leads back line by line and over a clear, to where the pad was filled and no further", () => {
  const lines = empty();
  drawn(lines, [0.1, 0.1]);
  drawn(lines, [0.2, 0.2]);
  const both = structuredClone(lines.strokes);
  assert.equal(lines.clear(), true);
  assert.equal(lines.isEmpty, true);
  assert.equal(lines.clear(), false); // an empty pad has nothing to clear
  assert.equal(lines.undo(), true);
  assert.deepEqual(lines.strokes, both);
  lines.undo();
  assert.deepEqual(lines.strokes, [[[0.1, 0.1]]]);
  lines.undo();
  assert.equal(lines.undo(), false);
  drawn(lines, [0.4, 0.4]);
  lines.fill(EXAMPLE);
  assert.equal(lines.undo(), false);
  assert.equal(lines.thickness, 0.07);
});

test("a line under the pen is gone with a clear and with a filling", () => {
  for (const act of [(lines) => lines.clear(), (lines) => lines.fill(EXAMPLE)]) {
    const lines = empty();
    lines.begin(0.5, 0.5);
    act(lines);
    assert.equal(lines.end(), false);
    assert.equal(lines.begin(0.1, 0.1), true);
  }
});

test("an example gives way to one's first line, whole, and undo brings it back as an example", () => {
  const lines = new Lines(EXAMPLE, { points: 3, strokes: 2 }, true);
  assert.deepEqual(lines.all, EXAMPLE.strokes);
  assert.equal(lines.isFull, false); // its own points do not count
  lines.begin(0.3, 0.3);
  assert.deepEqual(lines.all, [[[0.3, 0.3]]]);
  lines.end();
  assert.deepEqual(lines.strokes, [[[0.3, 0.3]]]);
  drawn(lines, [0.6, 0.6]);
  assert.equal(lines.strokes.length, 2); // one's own stay
  lines.undo();
  lines.undo();
  assert.deepEqual(lines.all, EXAMPLE.strokes);
  drawn(lines, [0.7, 0.7]);
  assert.deepEqual(lines.strokes, [[[0.7, 0.7]]]);
  lines.fill(EXAMPLE, true);
  lines.clear();
  drawn(lines, [0.8, 0.8]);
  assert.deepEqual(lines.strokes, [[[0.8, 0.8]]]);
});

test("a drawing that is no example is drawn on", () => {
  const lines = new Lines(EXAMPLE, LIMITS);
  drawn(lines, [0.3, 0.3]);
  assert.deepEqual(lines.strokes, [...EXAMPLE.strokes, [[0.3, 0.3]]]);
});

test("the text has thickness and strokes alone, and comes back", () => {
  const lines = new Lines(EXAMPLE, LIMITS, true);
  assert.deepEqual(JSON.parse(textOf(lines)), EXAMPLE);
  assert.deepEqual(drawingOf(textOf(lines)), EXAMPLE);
  lines.begin(0.3, 0.3);
  assert.deepEqual(JSON.parse(textOf(lines)), EXAMPLE); // what is under the pen is not told yet
});

test("the nearest pen is the one that is pressed", () => {
  assert.deepEqual(PENS.map(({ thickness }) => penOf(thickness)), [0, 1, 2]);
  assert.deepEqual([0.01, 0.06, 0.07, 0.089, 0.091, 0.25].map(penOf), [0, 0, 1, 1, 2, 2]);
});
