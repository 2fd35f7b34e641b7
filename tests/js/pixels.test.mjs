// The pure half of ui/pixels: places, regions, the places of most, words, and where the planes of a volume lie.
import assert from "node:assert/strict";
import test from "node:test";
import { foundWords, gridFor, levelsAt, numberOf, pictureOf, placeOfMost, placeWords, regionAround, regionFollowing, regionFrom, volumeWords, within } from "../../cnnviz/ui/pixels/places.js";
import { RISE, SLAB, faceUnder, volumePlan } from "../../cnnviz/ui/pixels/volume.js";
import { eased } from "../../cnnviz/ui/drawing/numbers.js";
import { randomFrom } from "./traces.mjs";

// A picture of planes written as rows: [[[1, 2], [3, 4]]].
function picture(planes, divisor = 1) {
  const shape = [planes.length, planes[0].length, planes[0][0].length];
  return pictureOf({ levels: { data: Uint8Array.from(planes.flat(2)), shape }, divisor });
}

function random(seed, depth, height, width, most = 256) {
  const draw = randomFrom(seed);
  return picture(Array.from({ length: depth }, () => Array.from({ length: height }, () => Array.from({ length: width }, () => Math.floor(draw() * most)))));
}

const SMALL = [[[10, 20, 30], [40, 50, 60]], [[1, 2, 3], [4, 5, 6]], [[0, 0, 255], [0, 0, 0]]];

test("a place holds the level of each plane", () => {
  const found = picture(SMALL);
  assert.deepEqual([found.height, found.width, found.depth, found.planes], [2, 3, 3, ["red", "green", "blue"]]);
  assert.deepEqual(levelsAt(found, { row: 0, column: 2 }), [30, 3, 255]);
  assert.deepEqual(levelsAt(found, { row: 1, column: 0 }), [40, 4, 0]);
  assert.deepEqual(picture([[[7]]]).planes, ["grey"]);
});

test("levels as numbers, 0 to 255 or 0 to 1", () => {
  const whole = { divisor: 1 }, parts = { divisor: 255 };
  assert.deepEqual([0, 51, 255].map((level) => numberOf(whole, level, 2)), ["0", "51", "255"]);
  assert.deepEqual([0, 51, 203, 255].map((level) => numberOf(parts, level, 2)), ["0", "0.2", "0.8", "1"]);
  assert.equal(numberOf(parts, 203, 3), "0.796");
});

test("a place is read as rows and columns from 1, with each plane's number", () => {
  const shown = { levels: new Uint8Array(128 * 192 * 3), height: 128, width: 192, depth: 3, divisor: 1, planes: ["red", "green", "blue"] };
  [203, 120, 88].forEach((level, plane) => { shown.levels[(plane * 128 + 39) * 192 + 11] = level; });
  assert.equal(placeWords(shown, { row: 39, column: 11 }), "Row 40 of 128, column 12 of 192: red 203, green 120, blue 88.");
  assert.equal(placeWords(picture([[[51, 204]]], 255), { row: 0, column: 1 }), "Row 1 of 1, column 2 of 2: grey 0.8.");
  assert.equal(volumeWords(shown), "128 × 192 × 3 = 73,728 numbers");
  assert.equal(volumeWords(picture([[[5]]])), "1 × 1 × 1 = 1 number");
});

test("no place lies outside the picture", () => {
  const found = picture(SMALL);
  assert.deepEqual(within(found, { row: -1, column: 9 }), { row: 0, column: 2 });
  assert.deepEqual(within(found, { row: 7, column: -3 }), { row: 1, column: 0 });
});

test("a region holds what fits, and never more than the picture", () => {
  const large = { height: 128, width: 192 };
  assert.deepEqual(gridFor(large, { width: 360, height: 332 }, 33), { rows: 10, columns: 10, cell: 33.2 });
  assert.deepEqual(gridFor({ height: 5, width: 3 }, { width: 360, height: 300 }, 33), { rows: 5, columns: 3, cell: 60 });
  assert.deepEqual(gridFor({ height: 2, width: 2 }, { width: 360, height: 300 }, 33).cell, 64);
  assert.deepEqual(gridFor(large, { width: 10, height: 10 }, 33).rows, 1);
});

test("a region around a place holds it, in its middle away from the edges", () => {
  const large = { height: 20, width: 30 }, grid = { rows: 5, columns: 8 };
  assert.deepEqual(regionAround(large, grid, { row: 10, column: 15 }), { top: 8, left: 11, ...grid });
  assert.deepEqual(regionAround(large, grid, { row: 0, column: 29 }), { top: 0, left: 22, ...grid });
  assert.deepEqual(regionFrom(large, grid, 99, -4), { top: 15, left: 0, ...grid });
});

test("a region follows a place as little as needed, for every region and place", () => {
  const size = { height: 9, width: 13 }, grid = { rows: 4, columns: 5 };
  const away = (region, place) => Math.min(place.row - region.top, region.top + grid.rows - 1 - place.row, place.column - region.left, region.left + grid.columns - 1 - place.column);
  for (let top = 0; top <= 5; top += 1) {
    for (let left = 0; left <= 8; left += 1) {
      for (let pixel = 0; pixel < 9 * 13; pixel += 1) {
        const place = { row: Math.floor(pixel / 13), column: pixel % 13 };
        const isEdge = place.row === 0 || place.row === 8 || place.column === 0 || place.column === 12;
        const region = regionFollowing(size, { top, left, ...grid }, place);
        assert.ok(away(region, place) >= (isEdge ? 0 : 1), `${JSON.stringify(place)} in ${JSON.stringify(region)}`);
        if (away({ top, left }, place) >= 1) assert.deepEqual(region, { top, left, ...grid }, "it moved without need");
      }
    }
  }
  // A region of one cell has no margin to keep.
  assert.deepEqual(regionFollowing(size, { top: 0, left: 0, rows: 1, columns: 1 }, { row: 4, column: 6 }), { top: 4, left: 6, rows: 1, columns: 1 });
});

// Slow and obvious: a score for each place, and the first of the best.
function slowMost(shown, score) {
  const places = [];
  for (let row = 0; row < shown.height; row += 1) {
    for (let column = 0; column < shown.width; column += 1) places.push({ row, column, most: score(...levelsAt(shown, { row, column })) });
  }
  return places.reduce((best, place) => (place.most > best.most + 1e-9 ? place : best));
}

test("the reddest, greenest, bluest and brightest place are those of a slow search, ties in reading order", () => {
  const scores = {
    red: (r, g, b) => r - (g + b) / 2, green: (r, g, b) => g - (r + b) / 2, blue: (r, g, b) => b - (r + g) / 2,
    brightest: (r, g, b) => (r + g + b) / 3, darkest: (r, g, b) => -(r + g + b) / 3,
  };
  for (let seed = 1; seed <= 40; seed += 1) {
    const shown = random(seed, 3, 6, 9, seed % 2 ? 256 : 4);
    for (const [what, score] of Object.entries(scores)) {
      const { row, column, most } = slowMost(shown, score), found = placeOfMost(shown, what);
      assert.deepEqual([found.row, found.column], [row, column], `${what}, seed ${seed}`);
      assert.ok(Math.abs(found.most - (what === "darkest" ? -most : most)) < 1e-9, `${what}: ${found.most}, ${most}`);
    }
  }
});

test("of a grey picture the brightest and the darkest place", () => {
  const grey = picture([[[5, 9, 9], [2, 7, 2]]]);
  assert.deepEqual(placeOfMost(grey, "brightest"), { row: 0, column: 1, most: 9 });
  assert.deepEqual(placeOfMost(grey, "darkest"), { row: 1, column: 0, most: 2 });
  assert.equal(foundWords(grey, "darkest", placeOfMost(grey, "darkest")), "The darkest place of the picture.");
});

test("what was found is said with its number; where nothing is red, that is said", () => {
  const one = picture([[[0, 200]], [[0, 90]], [[0, 30]]]), half = picture([[[0, 200]], [[0, 90]], [[0, 30]]], 255);
  assert.equal(foundWords(one, "red", placeOfMost(one, "red")), "The reddest place: red is 140 above the mean of green and blue.");
  assert.equal(foundWords(half, "red", placeOfMost(half, "red")), "The reddest place: red is 0.549 above the mean of green and blue.");
  assert.equal(foundWords(one, "brightest", placeOfMost(one, "brightest")), "The brightest place: the mean of its three numbers is 107.");
  assert.match(foundWords(one, "blue", placeOfMost(one, "blue")), /^Nowhere is blue above the mean of red and green/);
});

test("together the planes lie on one another, behind each other; apart they do not touch, and all fit the room", () => {
  for (const size of [{ height: 128, width: 192, depth: 3 }, { height: 5, width: 5, depth: 3 }, { height: 700, width: 90, depth: 3 }, { height: 48, width: 64, depth: 1 }]) {
    for (const room of [{ width: 743, height: 236 }, { width: 342, height: 140 }]) {
      const together = volumePlan(size, room, 0), apart = volumePlan(size, room, 1);
      assert.ok(together.faces.every(({ x, y }, plane) => x === together.faces[0].x && y === together.faces[0].y && together.faces[plane].behind === plane * SLAB));
      apart.faces.slice(1).forEach(({ x, behind }, at) => {
        assert.equal(behind, 0);
        assert.ok(x >= apart.faces[at].x + apart.width + SLAB, "the slabs touch");
      });
      for (const plan of [together, volumePlan(size, room, 0.4), apart]) {
        const last = plan.faces.at(-1);
        assert.ok(plan.faces[0].x >= 0 && last.x + plan.width + last.behind + SLAB <= room.width, "it fits across");
        assert.ok(last.y - (last.behind + SLAB) * RISE >= 0 && last.y + plan.height <= room.height, "it fits down");
        assert.ok(Math.abs(plan.width / plan.height - size.width / size.height) < 1e-9, "it keeps its proportions");
        assert.ok(plan.scale < 1 || Number.isInteger(plan.scale), "pixels are enlarged by whole numbers");
      }
    }
  }
});

test("a point on any plane is a place of the picture", () => {
  const size = { height: 7, width: 11, depth: 3 }, plan = volumePlan(size, { width: 700, height: 230 }, 1);
  for (let plane = 0; plane < 3; plane += 1) {
    const { x, y } = plan.faces[plane];
    for (const [row, column] of [[0, 0], [3, 10], [6, 4]]) {
      const found = faceUnder(plan, x + (column + 0.5) * plan.scale, y + (row + 0.5) * plan.scale);
      assert.deepEqual(found, { plane, row, column });
    }
    assert.equal(faceUnder(plan, x - 1, y), null);
    assert.equal(faceUnder(plan, x, y + plan.height), null);
  }
});

test("sliding begins and ends at rest, and never turns back", () => {
  assert.deepEqual([eased(0), eased(0.5), eased(1)], [0, 0.5, 1]);
  for (let part = 0; part < 1; part += 0.05) assert.ok(eased(part + 0.05) > eased(part));
});
