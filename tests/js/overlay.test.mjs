// The pure half of the overlay: where units lie on the photo, told against windows walked back one by one; the colours.
import assert from "node:assert/strict";
import test from "node:test";
import { arrowOf } from "../../cnnviz/ui/drawing/elements.js";
import { cellOf, edgeOf, fieldOf, moved, placeOf, readUnit, sightOf, squareBy, squareOf, unitAt, unitText } from "../../cnnviz/ui/overlay/places.js";
import { mapOf, sightWords, squareWords, stopOf, valueAt } from "../../cnnviz/ui/overlay/messages.js";

globalThis.PRGN = Array.from({ length: 255 }, (_, at) => (at < 127 ? [118, 42, 131] : at > 127 ? [27, 120, 55] : [255, 255, 255]));
const { SEQUENTIAL, colourOf, gradient, underlay } = await import("../../cnnviz/ui/overlay/ramp.js");

const SIDE = 61;
// Windows of a stack, kernel, stride and padding, first layer first; different down and across.
const STACKS = {
  rows: [{ k: 3, s: 2, p: 1 }, { k: 3, s: 2, p: 0 }, { k: 3, s: 1, p: 1 }],
  columns: [{ k: 5, s: 1, p: 2 }, { k: 2, s: 2, p: 0 }, { k: 1, s: 1, p: 0 }],
};

function walkedBack(windows, index) {
  let [first, last] = [index, index];
  for (const { k, s, p } of [...windows].reverse()) [first, last] = [first * s - p, last * s - p + k - 1];
  return [first, last];
}

function fieldBy(windows) {
  const [first, last] = walkedBack(windows, 0), [next] = walkedBack(windows, 1);
  return fieldOf([last - first + 1, next - first, first]);
}

const sizeBy = (windows) => windows.reduce((size, { k, s, p }) => Math.floor((size + 2 * p - k) / s) + 1, SIDE);
const MAP = { rows: fieldBy(STACKS.rows), columns: fieldBy(STACKS.columns), height: sizeBy(STACKS.rows), width: sizeBy(STACKS.columns) };

test("a unit's sight is what its windows reach on the photo", () => {
  for (let row = 0; row < MAP.height; row += 1) {
    for (let column = 0; column < MAP.width; column += 7) {
      const [top, bottom] = walkedBack(STACKS.rows, row), [left, right] = walkedBack(STACKS.columns, column);
      const { x, y, width, height } = sightOf(MAP, { row, column }, SIDE);
      assert.deepEqual([y, y + height - 1], [Math.max(0, top), Math.min(SIDE - 1, bottom)]);
      assert.deepEqual([x, x + width - 1], [Math.max(0, left), Math.min(SIDE - 1, right)]);
    }
  }
});

test("a unit's cell lies in the middle of what it sees, and the cells tile the map's place", () => {
  const place = placeOf(MAP);
  for (let row = 0; row < MAP.height; row += 1) {
    const [top, bottom] = walkedBack(STACKS.rows, row), cell = cellOf(MAP, { row, column: 0 });
    assert.equal(cell.y + cell.height / 2, (top + bottom + 1) / 2);
    assert.equal(cell.y, place.y + row * cell.height);
  }
  assert.equal(place.y + place.height, edgeOf(MAP.rows, MAP.height));
});

test("SqueezeNet's last maps begin 6.5 pixels in: 13 cells of 16 on 227", () => {
  const field = fieldOf([207, 16, -89]);
  assert.deepEqual(placeOf({ rows: field, columns: field, height: 13, width: 13 }), { x: 6.5, y: 6.5, width: 208, height: 208 });
});

test("the unit under a point is the one whose cell holds it, and beside the map the nearest", () => {
  for (let row = 0; row < MAP.height; row += 1) {
    for (let column = 0; column < MAP.width; column += 5) {
      const { x, y, width, height } = cellOf(MAP, { row, column });
      assert.deepEqual(unitAt(MAP, x + width * 0.1, y + height * 0.9), { row, column });
    }
  }
  assert.deepEqual(unitAt(MAP, -50, 1e6), { row: MAP.height - 1, column: 0 });
});

test("arrow keys go from unit to unit, never off the map; the browser's own shortcuts are left alone", () => {
  const map = { height: 3, width: 5 };
  assert.deepEqual(moved(map, { row: 1, column: 3 }, arrowOf({ key: "ArrowUp" })), { row: 0, column: 3 });
  assert.deepEqual(moved(map, { row: 2, column: 4 }, arrowOf({ key: "ArrowDown" })), { row: 2, column: 4 });
  assert.deepEqual(moved(map, { row: 2, column: 4 }, arrowOf({ key: "ArrowRight" })), { row: 2, column: 4 });
  assert.deepEqual(moved(map, { row: 1, column: 0 }, arrowOf({ key: "ArrowLeft" })), { row: 1, column: 0 });
  for (const event of [{ key: "a" }, { key: "ArrowLeft", altKey: true }]) assert.equal(arrowOf(event), null);
});

test("a unit as text, and back", () => {
  assert.deepEqual(readUnit(unitText({ stop: 20, channel: 285, row: 0, column: 12 })), { stop: 20, channel: 285, row: 0, column: 12 });
  assert.deepEqual(readUnit("3.7"), { stop: 2, channel: 6, row: null, column: null });
  for (const text of ["", "0.1", "1.2.3", "a.b", "1.2.3.4.5", undefined, "1.2.-3.4"]) assert.equal(readUnit(text), null);
});

const MODEL = {
  stops: [
    { at: 0, name: "conv1", channels: [4], peaks: [[0, 1]], fields: [[[3, 2, -1], [3, 2, -1]]], limits: [6], names: ["Map 5"], shorts: ["5"] },
    { at: 7, name: "fire4", channels: [2, 9], peaks: [[1, 0], [0, 0]], fields: [[[31, 8, -9], [31, 8, -9]], [[47, 8, -17], [47, 8, -16]]], limits: [0, 12], names: ["Map 3", "Map 10"], shorts: ["3", "10"] },
  ],
  "stop 0": { data: Float32Array.from([0, 1, 2, 3, 4, 6]), shape: [1, 2, 3] },
  "stop 7": { data: Float32Array.from([0, 0, 0, 0, 12, 5, 7, 8]), shape: [2, 2, 2] },
};

test("a map of a depth is found by its number, with its own field; none that was not sent", () => {
  const map = mapOf(MODEL, { stop: 7, channel: 9 });
  assert.deepEqual([[...map.numbers], map.peak], [[12, 5, 7, 8], [0, 0]]);
  assert.deepEqual([map.rows, map.columns], [{ size: 47, jump: 8, start: -17 }, { size: 47, jump: 8, start: -16 }]);
  assert.equal(mapOf(MODEL, { stop: 7, channel: 2 }).rows.size, 31);
  assert.equal(valueAt(map, { row: 1, column: 0 }), 7);
  assert.equal(stopOf(MODEL, 1), undefined);
  for (const unit of [null, { stop: 1, channel: 0 }, { stop: 7, channel: 3 }]) assert.equal(mapOf(MODEL, unit), null);
});

test("what a unit sees, in words, counted from 1", () => {
  assert.equal(sightWords(mapOf(MODEL, { stop: 0, channel: 4 }), { row: 1, column: 2 }, 227), "Row 2, column 3: 6.000. It can see 3 × 3 pixels: rows 2 to 4, columns 4 to 6.");
  assert.equal(sightWords(mapOf(MODEL, { stop: 7, channel: 9 }), { row: 0, column: 1 }, 20), "Row 1, column 2: 5.00. It can see the whole photo, 20 × 20 pixels.");
});

const luma = ([r, g, b, a], under) => (a / 255) * (0.2126 * r + 0.7152 * g + 0.0722 * b) + (1 - a / 255) * under;

test("over the dark photo more is brighter, whatever lies below, and nothing is laid where the number is 0", () => {
  assert.equal(SEQUENTIAL[0][3], 0);
  for (const level of [0, 128, 255]) {
    const under = underlay(level, level, level, false);
    const most = luma(SEQUENTIAL[255], under);
    assert.ok(most > under + 80, `the largest number stands out on ${level}`);
    for (let at = 65; at < 256; at += 1) assert.ok(luma(SEQUENTIAL[at], under) >= luma(SEQUENTIAL[at - 1], under) - 0.6, `${level}: ${at}`);
  }
});

test("signed numbers: zero is nothing, the signs have the palette's two ends, over a bleached photo", () => {
  assert.equal(colourOf(0, 5, true)[3], 0);
  assert.deepEqual(colourOf(-5, 5, true).slice(0, 3), PRGN[0]);
  assert.deepEqual(colourOf(99, 5, true).slice(0, 3), PRGN[254]);
  assert.equal(colourOf(-3, 5, false)[3], 0);
  assert.equal(colourOf(3, 0, true)[3], 0);
  assert.ok(underlay(0, 0, 0, true) > underlay(255, 255, 255, false));
  assert.equal(gradient(true).match(/rgba/g).length, 17);
});

test("the square is as large as the picture allows, and goes no further", () => {
  assert.deepEqual(squareOf([300, 451], 75), { side: 300, most: 151, isWide: true, start: 75, top: 0, left: 75 });
  assert.deepEqual(squareOf([451, 300], 75), { side: 300, most: 151, isWide: false, start: 75, top: 75, left: 0 });
  assert.equal(squareOf([300, 451], 999).left, 151);
  assert.equal(squareOf([300, 451], -4).left, 0);
  assert.deepEqual(squareOf([9, 9], 3), { side: 9, most: 0, isWide: false, start: 0, top: 0, left: 0 });
});

test("keys move the square by shares of it, at least by a pixel, to its ends at most", () => {
  const place = squareOf([300, 451], 75), to = (key, of = place) => squareBy({ key }, of);
  assert.deepEqual(["ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp"].map((key) => to(key)), [81, 69, 81, 69]);
  assert.deepEqual(["PageDown", "PageUp", "Home", "End"].map((key) => to(key)), [150, 0, 0, 151]);
  assert.equal(to("ArrowRight", squareOf([5, 9], 1)), 2);
  assert.equal(to("Tab"), null);
  assert.equal(squareBy({ key: "ArrowLeft", altKey: true }, place), null);
});

test("where the square lies is said from 1", () => {
  assert.equal(squareWords(squareOf([300, 451], 75)), "columns 76 to 375 of 451");
  assert.equal(squareWords(squareOf([1200, 300], 900)), "rows 901 to 1,200 of 1,200");
  assert.equal(squareWords(squareOf([1, 3], 1)), "column 2 of 3");
});
