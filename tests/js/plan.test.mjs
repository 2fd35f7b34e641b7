// Where the operands stand: whatever the step and the panel, each number can be gone to and read.
import assert from "node:assert/strict";
import test from "node:test";
import { tiling } from "../../cnnviz/ui/stage/bitmaps.js";
import { LEGIBLE } from "../../cnnviz/ui/drawing/paper.js";
import { FIRST, digitsIn, partAfter, partAround, partWithin, planFor, tapsOfPart } from "../../cnnviz/ui/stage/plan.js";

// The middle panel at 390, 720, 1024, 1280 and 1440 pixels, on a whole screen, and in two of the lower stages.
const ROOMS = [[342, 238], [342, 220], [400, 226], [430, 262], [365, 272], [425, 272], [700, 620], [336, 540], [425, 204]]
  .map(([width, height]) => ({ width, height }));
const KINDS = [
  ["product", 3, 2.2], ["value", 1, 2.2], ["squared difference", 3, 3],
];

function shapes() {
  const found = [];
  for (const [, blocks] of KINDS) {
    for (const channels of [1, 2, 3, 4, 6, 16, 84, 512]) {
      for (const kernel of [[1, 1], [2, 2], [3, 3], [5, 5], [7, 7], [12, 12], [15, 15], [1, 9], [11, 1], [28, 28]]) {
        if (channels * kernel[0] * kernel[1] > 8000) continue;
        const isNamed = channels === 2 || channels === 3;
        found.push({ channels, kernel, blocks, isNamed, isSummed: isNamed && blocks > 1 });
      }
    }
  }
  return found;
}

const EMS = [{ cells: [1.5, 1, 2], sum: 2.5, name: 0.6 }, { cells: [2.3, 2.8, 3], sum: 3.2, name: 1.5 }, { cells: [3.5, 3.8, 4.2], sum: 4, name: 1.5 }];
const emsFor = (shape, ems) => ({ ...ems, cells: ems.cells.slice(0, shape.blocks) });

function each(check) {
  let at = 0;
  for (const room of ROOMS) for (const shape of shapes()) {
    const ems = emsFor(shape, EMS[(at += 1) % EMS.length]), plan = planFor(room, shape, ems);
    check(plan, room, shape, ems, `${JSON.stringify(shape)} in ${room.width} × ${room.height} with ${ems.cells}`);
  }
}

const partsOf = (plan, shape) => {
  if (plan.kind === "blocks") return [null];
  const parts = [FIRST];
  for (let at = 1; at < plan.pages; at += 1) parts.push(partAfter(plan, shape, parts.at(-1), 1));
  return parts;
};

test("a text in its cell is never smaller than can be read", () => {
  each((plan, _room, shape, ems, what) => {
    const cells = plan.kind === "blocks" ? plan.widths.map((_, block) => plan.cellAt(block, 0)) : plan.at(0).slice(0, shape.blocks === 3 ? 2 : 1);
    cells.forEach(({ width, height }, block) => {
      assert.ok(height >= 17, `${what}: a cell is ${height} high`);
      assert.ok(width >= ems.cells[block] * digitsIn(height) + 3, `${what}: block ${block} is ${width} wide`);
    });
    assert.ok(digitsIn(plan.cell) >= LEGIBLE);
    if (plan.digits !== undefined) assert.ok(plan.digits >= LEGIBLE, what);
  });
});

test("everything that shows lies in the panel, and nothing on anything else", () => {
  each((plan, room, shape, ems, what) => {
    const boxes = [];
    if (plan.kind === "blocks") {
      for (let block = 0; block < shape.blocks; block += 1) for (let tap = 0; tap < shape.channels * shape.kernel[0] * shape.kernel[1]; tap += 1) boxes.push(plan.cellAt(block, tap));
      if (plan.sums === "right") {
        const end = plan.starts.at(-1) + plan.blocks.at(-1);
        assert.ok(end + 6 + (ems.sum + 1) * 13 <= room.width + 0.01, `${what}: the sums beside`);
      }
      if (plan.sums === "below") assert.ok(plan.cellAt(0, shape.channels * shape.kernel[0] * shape.kernel[1] - 1).y + plan.cell + 17 <= room.height + 0.01, `${what}: the sums below`);
    } else {
      for (let slot = 0; slot < plan.nx * plan.ny; slot += 1) {
        const [value, weight] = plan.at(slot);
        if (shape.blocks === 1) boxes.push(value);
        else {
          const middle = (value.x + weight.x + weight.width) / 2, half = Math.max((weight.x + weight.width - value.x) / 2, ((ems.cells[2] + 1) * plan.box.digits) / 2);
          boxes.push({ x: middle - half, y: value.y, width: 2 * half, height: plan.cell + 17 });
        }
      }
      const over = plan.overview ? plan.overview.top + plan.overview.height : 0;
      for (const { y, height } of boxes) assert.ok(y >= over && y + height <= room.height - (plan.caption ?? 0) + 1, `${what}: ${y} + ${height}, below ${over}`);
    }
    for (const { x, y, width, height } of boxes) assert.ok(x >= 0 && y >= 0 && x + width <= room.width + 0.01 && y + height <= room.height + 1, `${what}: ${[x, y, width, height]}`);
    if (boxes.length > 400) return;
    boxes.forEach((a, at) => boxes.slice(at + 1).forEach((b) => assert.ok(
      a.x + a.width <= b.x + 0.01 || b.x + b.width <= a.x + 0.01 || a.y + a.height <= b.y + 0.01 || b.y + b.height <= a.y + 0.01, `${what}: two lie on each other`,
    )));
  });
});

test("going from part to part shows every term, and each can be gone to", () => {
  each((plan, _room, shape, _ems, what) => {
    if (plan.kind === "blocks") return;
    const count = shape.channels * shape.kernel[0] * shape.kernel[1], seen = new Set();
    for (const part of partsOf(plan, shape)) for (const tap of tapsOfPart(plan, shape, part)) { assert.ok(tap < count, what); seen.add(tap); }
    assert.equal(seen.size, count, `${what}: ${plan.pages} parts`);
    for (let tap = 0; tap < count; tap += Math.max(1, Math.floor(count / 37))) {
      assert.ok(tapsOfPart(plan, shape, partAround(plan, shape, tap)).includes(tap), `${what}: ${tap}`);
    }
    const parts = partsOf(plan, shape);
    assert.deepEqual(partAfter(plan, shape, parts.at(-1), 1), FIRST, `${what}: round and round`);
    assert.deepEqual(partAfter(plan, shape, FIRST, -1), parts.at(-1), what);
    // What showed in another plan is still a part of this one.
    const kept = partWithin(plan, shape, { channel: 99, row: 99, column: 99 });
    assert.equal(tapsOfPart(plan, shape, kept).every((tap) => tap < count), true, what);
  });
});

test("all terms of a small step show at once", () => {
  const rgb = { channels: 3, kernel: [3, 3], blocks: 3, isNamed: true, isSummed: true };
  for (const room of [{ width: 430, height: 262 }, { width: 425, height: 272 }, { width: 342, height: 240 }]) {
    assert.equal(planFor(room, rgb, { cells: [1.5, 1.8, 2], sum: 2.5, name: 0.7 }).kind, "blocks");
  }
  const grey = { channels: 1, kernel: [3, 3], blocks: 3, isNamed: false, isSummed: false };
  assert.equal(planFor({ width: 425, height: 272 }, grey, { cells: [1.5, 1, 1.5], sum: 1, name: 1 }).pages, 1);
  assert.equal(planFor({ width: 425, height: 272 }, grey, { cells: [1.5, 1, 1.5], sum: 1, name: 1 }).kind, "written");
});

test("three channels are one picture in colours, and three tiles where they are frames or maps", () => {
  const axis = { kernel: 3, stride: 1, before: 1, after: 1, dilation: 1 };
  const tiles = (channels, inputLimit = 0) => tiling({
    depth: 3, channels: [0, 1, 2], height: 8, width: 9, rows: axis, columns: axis, inputRange: [0, 255], inputLimit, names: channels ? { channels } : {},
  }).tiles;
  assert.deepEqual([tiles(["red", "green", "blue"]), tiles(), tiles(["frame 2", "frame 3", "frame 4"]), tiles(["red", "green", "blue"], 255)], [1, 1, 3, 3]);
});
