// units.js and layout.js of the volumes: what a unit sees, told against a walk back through every window, and where
// things stand.
import assert from "node:assert/strict";
import test from "node:test";
import { flatPlanOf, mapOf } from "../../cnnviz/ui/volumes/flat.js";
import { HIGH, cellOf, channelOf, cornerOf, planOf, planeOf, underPoint } from "../../cnnviz/ui/volumes/layout.js";
import { missingIn, reachOf, readBy } from "../../cnnviz/ui/drawing/axis.js";
import { readingOf } from "../../cnnviz/ui/volumes/reading.js";
import {
  channelAt, middleOf, readUnit, seen, slotOf, unitText, unpack, valueOf, within,
} from "../../cnnviz/ui/volumes/units.js";
import { leftOut, narrate, sightText, sizeText } from "../../cnnviz/ui/volumes/words.js";

const PIXEL = { size: 1, jump: 1, start: 0 };
const axis = (kernel, stride = 1, before = 0, after = 0, dilation = 1) => ({ kernel, stride, before, after, dilation });
const through = ({ size, jump, start }, w) => ({ size: size + (w.kernel - 1) * w.dilation * jump, jump: jump * w.stride, start: start - w.before * jump });
const outOf = (size, w) => Math.floor((size + w.before + w.after - w.dilation * (w.kernel - 1) - 1) / w.stride) + 1;

const passage = ({ kernel, stride, before, dilation }, size) => ({ window: { kernel, stride, before, dilation }, size, outside: "zeros", offset: 0 });

// A model of layers that are told by their windows: { rows, columns, count, groups }.
function modelOf(image, windows) {
  const model = { image: { ...image, count: image.depth, rows: PIXEL, columns: PIXEL }, layers: [], places: windows.map((_, at) => at), windows };
  let before = model.image;
  for (const { rows, columns, count, groups = 1 } of windows) {
    const height = outOf(before.height, rows), width = outOf(before.width, columns);
    before = {
      count, groups, sources: [{ at: model.layers.length - 1, groups, reads: null, rows: null, columns: null }], height, width, isVector: height === 1 && width === 1, rows: through(before.rows, rows), columns: through(before.columns, columns),
      limit: 2, step: 1, exact: true, sent: Math.min(64, count), last: Math.min(64, count) - 1, shape: [count, height, width],
      data: Float32Array.from({ length: count * height * width }, (_, at) => at / 100 - 1),
    };
    model.layers.push(before);
  }
  return model;
}

const CASES = [
  modelOf({ depth: 3, height: 23, width: 31 }, [
    { rows: axis(3, 2, 1, 0), columns: axis(4, 1, 2, 1), count: 6 },
    { rows: axis(2, 2), columns: axis(2, 2), count: 6, groups: 6 },
    { rows: axis(3, 1, 2, 2, 2), columns: axis(1, 1, 0, 0), count: 8, groups: 2 },
    { rows: axis(2, 1), columns: axis(3, 3, 1, 1), count: 4, groups: 4 },
  ]),
  modelOf({ depth: 1, height: 12, width: 9 }, [
    { rows: axis(5, 1, 4, 4), columns: axis(2, 2, 0, 1), count: 80 },
    { rows: axis(16), columns: axis(5), count: 10 },
    { rows: axis(1), columns: axis(1), count: 5 },
  ]),
];

// Every position of layer `at` that a unit reads on one axis, by walking back tap by tap.
function walked(model, name, index, from, at) {
  let reached = new Set([index]);
  for (let layer = from; layer > at; layer -= 1) {
    const w = model.windows[layer][name], next = new Set();
    for (const position of reached) for (let tap = 0; tap < w.kernel; tap += 1) next.add(position * w.stride - w.before + tap * w.dilation);
    reached = next;
  }
  return reached;
}

function walkedChannels(model, channel, from, at) {
  let reached = new Set([channel]);
  for (let layer = from; layer > at; layer -= 1) {
    const { count, groups } = model.layers[layer], before = layer ? model.layers[layer - 1].count : model.image.count, next = new Set();
    for (const own of reached) for (let read = 0; read < before; read += 1) if (Math.floor(own / (count / groups)) === Math.floor(read / (before / groups))) next.add(read);
    reached = next;
  }
  return reached;
}

test("what a unit sees of every layer before it is what a walk back through the windows reaches", () => {
  for (const model of CASES) {
    for (const [from, layer] of model.layers.entries()) {
      for (let channel = 0; channel < layer.count; channel += 1) {
        for (const [row, column] of [[0, 0], [layer.height - 1, layer.width - 1], [Math.floor(layer.height / 2), Math.floor(layer.width / 3)]]) {
          for (let at = from - 1; at >= -1; at -= 1) {
            const found = seen(model, { layer: from, channel, row, column }, at);
            for (const [name, index] of [["rows", row], ["columns", column]]) {
              const reached = [...walked(model, name, index, from, at)];
              assert.equal(found[name].first, Math.min(...reached));
              assert.equal(found[name].first + found[name].count - 1, Math.max(...reached));
            }
            const channels = [...walkedChannels(model, channel, from, at)];
            const expected = at < 0 ? [...Array(model.image.depth).keys()] : channels.sort((a, b) => a - b);
            assert.deepEqual([...found.maps], expected);
          }
        }
      }
    }
  }
});

test("what a unit really reads is what a walk back reaches, padding left out, and it is said where it is not all", () => {
  const windows = [
    { rows: axis(3, 2, 1, 0, 2), columns: axis(2, 3, 2, 1), count: 2 }, { rows: axis(2, 3), columns: axis(3, 1, 2, 2, 2), count: 2 },
    { rows: axis(1, 2), columns: axis(2, 2, 1, 1), count: 2 },
  ];
  const model = modelOf({ depth: 1, height: 61, width: 70 }, windows);
  let before = model.image;
  model.layers.forEach((layer, at) => {
    for (const [name, side] of [["rows", "height"], ["columns", "width"]]) layer.sources[0][name] = [passage(windows[at][name], before[side])];
    before = layer;
  });
  for (const [from, layer] of model.layers.entries()) {
    for (let row = 0; row < layer.height; row += 1) {
      const unit = { layer: from, channel: 0, row, column: Math.min(row, layer.width - 1) }, read = readingOf(model, unit);
      for (const [name, side] of [["rows", "height"], ["columns", "width"]]) {
        let reached = new Set([name === "rows" ? unit.row : unit.column]);
        for (let at = from; at >= 0; at -= 1) {
          const size = at ? model.layers[at - 1][side] : model.image[side];
          reached = new Set([...reached].flatMap((one) => [...walked(model, name, one, at, at - 1)]).filter((one) => one >= 0 && one < size));
          assert.deepEqual([...read[at][name]].sort((a, b) => a - b), [...reached].sort((a, b) => a - b));
        }
      }
    }
  }
  assert.equal(
    sightText(model, { layer: 0, channel: 0, row: 3, column: 2 }),
    "spans 5 × 2 pixels: rows 6 to 10, columns 5 to 6, and reads 3 of these 5 rows and every column",
  );
  model.layers[0].sources[0].rows = null; // not told: then nothing is said of it
  model.read = null;
  assert.ok(sightText(model, { layer: 0, channel: 0, row: 3, column: 2 }).startsWith("sees 5 × 2 pixels"));
  assert.deepEqual(missingIn(new Set([2, 5, 6, 9]), 2, 10), [[3, 5], [7, 9]]);
});

test("a table says which maps are read, and what those read in turn", () => {
  const model = modelOf({ depth: 1, height: 20, width: 20 }, [
    { rows: axis(5), columns: axis(5), count: 4 }, { rows: axis(2, 2), columns: axis(2, 2), count: 4, groups: 4 },
    { rows: axis(3), columns: axis(3), count: 3 }, { rows: axis(6), columns: axis(6), count: 2 },
  ]);
  model.layers[2].sources[0].reads = [[0, 3], [2], [1, 2, 3]];
  const maps = (layer, channel, at) => [...seen(model, { layer, channel, row: 0, column: 0 }, at).maps].sort();
  assert.deepEqual([maps(2, 0, 1), maps(2, 0, 0), maps(2, 1, 1), maps(2, 2, 0)], [[0, 3], [0, 3], [2], [1, 2, 3]]);
  assert.deepEqual([maps(3, 1, 2), maps(3, 1, 1), maps(2, 1, -1)], [[0, 1, 2], [0, 1, 2, 3], [0]]);
});

// conv; [conv | same] add; [max | conv dilated] concat: what leads back where, by every way.
function branched() {
  const one = axis(1), wide = axis(3, 1, 1, 1), model = modelOf({ depth: 3, height: 12, width: 11 }, [
    { rows: wide, columns: wide, count: 4 }, { rows: wide, columns: axis(5, 1, 2, 2), count: 4 }, { rows: one, columns: one, count: 4 },
    { rows: one, columns: one, count: 4 }, { rows: axis(2, 2), columns: axis(2, 2), count: 4 }, { rows: axis(3, 2, 2, 2, 2), columns: axis(3, 2, 1, 1), count: 2 },
    { rows: one, columns: one, count: 6 },
  ]);
  const link = (at, reads, rows, columns) => {
    const { height, width } = at < 0 ? model.image : model.layers[at];
    return { at, reads, groups: 1, rows: [passage(rows, height)], columns: [passage(columns, width)] };
  };
  const of = (groups, ...parts) => ({ ...link(...parts), reads: null, groups });
  const sources = [
    [of(1, -1, null, wide, wide)], [of(1, 0, null, wide, axis(5, 1, 2, 2))], [of(4, 0, null, one, one)], [of(4, 1, null, one, one), of(4, 2, null, one, one)],
    [of(4, 3, null, axis(2, 2), axis(2, 2))], [of(1, 3, null, axis(3, 2, 2, 2, 2), axis(3, 2, 1, 1))],
    [link(4, [[0], [1], [2], [3], [], []], one, one), link(5, [[], [], [], [], [0], [1]], one, one)],
  ];
  model.layers.forEach((layer, at) => { layer.sources = sources[at]; });
  return model;
}

test("with branches a unit sees and reads what every way leads back to, and no more", () => {
  const model = branched();
  for (const [unit, layer] of [[{ layer: 3, channel: 2, row: 5, column: 4 }, 3], [{ layer: 6, channel: 1, row: 2, column: 3 }, 4], [{ layer: 6, channel: 5, row: 2, column: 3 }, 5]]) {
    const begun = (row, column) => ({ rows: new Set(row), columns: new Set(column), maps: new Set() }); // of spans, then of what is inside
    const own = begun([unit.row], [unit.column]), reached = new Map([[unit.layer, { ...own, maps: new Set([unit.channel]), inside: begun([unit.row], [unit.column]) }]]);
    for (let at = unit.layer; at >= 0; at -= 1) {
      for (const source of reached.has(at) ? model.layers[at].sources : []) {
        const own = reached.get(at), before = source.at < 0 ? 3 : model.layers[source.at].count;
        const maps = [...own.maps].flatMap((map) => (source.reads ? source.reads[map] : source.groups === 1 ? [...Array(before).keys()] : [map]));
        if (!maps.length) continue;
        const to = reached.get(source.at) ?? { ...begun(), inside: begun() };
        for (const map of maps) to.maps.add(map);
        for (const name of ["rows", "columns"]) {
          const { window: { kernel, stride, before: ahead, dilation }, size } = source[name][0];
          const walk = (from, into, isIn) => { for (const index of from) for (let tap = 0; tap < kernel; tap += 1) { const at = index * stride - ahead + tap * dilation; if (isIn(at)) into.add(at); } };
          walk(own[name], to[name], () => true);
          walk(own.inside[name], to.inside[name], (position) => position >= 0 && position < size);
        }
        reached.set(source.at, to);
      }
    }
    const read = readingOf(model, unit);
    for (let at = -1; at < unit.layer; at += 1) {
      const found = seen(model, unit, at), walkedTo = reached.get(at);
      assert.equal(found === undefined, walkedTo === undefined, `${unit.layer} ${at}`);
      if (!found) { assert.equal(read[at + 1], undefined); continue; }
      for (const name of ["rows", "columns"]) {
        assert.equal(found[name].first, Math.min(...walkedTo[name]));
        assert.equal(found[name].first + found[name].count - 1, Math.max(...walkedTo[name]));
        assert.deepEqual([...read[at + 1][name]].sort((a, b) => a - b), [...walkedTo.inside[name]].sort((a, b) => a - b));
      }
      if (at >= 0) assert.deepEqual([...found.maps].sort(), [...walkedTo.maps].sort());
    }
    assert.ok(seen(model, unit, layer === 3 ? 2 : layer), "the way that its map came by");
  }
  const plan = planOf(model, 1200), plain = planOf(CASES[0], 1200);
  assert.equal(plan.arcs.length, 4); // to "same" over the first branch, from that one to the sum; likewise to the second branch, and on
  assert.equal(plain.arcs.length, 0);
  for (const { from, to, over } of plan.arcs) assert.ok(from[0] < to[0] && over >= 0 && over < Math.min(from[1], to[1]));
  for (const column of plan.columns) assert.ok(column.y >= 34 && column.y + column.height <= plan.height);
});

// LeNet-5 side by side: its columns, F6 as a bitmap of 7 in a row, the answer last.
function lenet() {
  const model = modelOf({ depth: 1, height: 32, width: 32 }, [
    { rows: axis(5), columns: axis(5), count: 6 }, { rows: axis(2, 2), columns: axis(2, 2), count: 6, groups: 6 },
    { rows: axis(5), columns: axis(5), count: 16 }, { rows: axis(2, 2), columns: axis(2, 2), count: 16, groups: 16 },
    { rows: axis(5), columns: axis(5), count: 120 }, { rows: axis(1), columns: axis(1), count: 84 }, { rows: axis(1), columns: axis(1), count: 10 },
  ]);
  for (const layer of model.layers) Object.assign(layer, { sent: layer.count, last: layer.count - 1 });
  model.layers[5].across = 7;
  return { ...model, flat: true, answer: { codes: {} } };
}

test("side by side every cell of every map is found where it is drawn, and nothing between maps", () => {
  for (const room of [1080, 736, 330]) {
    const model = lenet(), plan = flatPlanOf(model, room), taken = [];
    if (room > 700) assert.ok(plan.width <= room, `${plan.width} in ${room}`);
    model.layers.forEach((layer, at) => {
      const column = plan.columns[at + 1];
      for (let channel = 0; channel < layer.count; channel += 1) {
        const map = mapOf(column, channel);
        assert.ok(map.x >= column.left && map.x + map.width <= column.left + column.whole && map.y >= 0 && map.y + map.height <= plan.height);
        taken.push(map);
        for (const [row, across] of [[0, 0], [layer.height - 1, layer.width - 1], [Math.floor(layer.height / 2), 0]]) {
          const unit = { layer: at, channel, row, column: across }, { x, y, width, height } = cellOf(column, unit);
          assert.deepEqual(underPoint(model, plan, [], x + width / 2, y + height / 2), unit);
          assert.ok(layer.isVector ? width >= 6 : width > 1, `${width} px in a room of ${room}`);
        }
      }
    });
    const apart = (a, b) => a.x + a.width <= b.x + 1e-9 || b.x + b.width <= a.x + 1e-9 || a.y + a.height <= b.y + 1e-9 || b.y + b.height <= a.y + 1e-9;
    for (const [at, a] of taken.entries()) for (const b of taken.slice(at + 1)) assert.ok(apart(a, b));
    const first = mapOf(plan.columns[1], 0);
    assert.equal(underPoint(model, plan, [], first.x + 3, first.y + first.height + 1.5), null);
    const [{ x, y, cell }] = plan.columns;
    assert.deepEqual(underPoint(model, plan, [], x + 5.5 * cell, y + 2.5 * cell), { layer: -1, channel: 0, row: 2, column: 5 });
  }
  const [start, sixth, seventh] = [0, 6, 7].map((number) => mapOf(flatPlanOf(lenet(), 1080).columns[6], number));
  assert.ok(sixth.x > start.x && sixth.y === start.y && seventh.x === start.x && seventh.y > start.y);
});

test("maps of one size stand in one size and as far apart, so that a row of maps is level with what it reads", () => {
  const models = [[1, 2], [2, 3], [3, 4]].map(([stride, across]) => {
    const places = Math.floor((6 - 3) / stride) + 1, same = axis(3, 1, 1, 1);
    const model = modelOf({ depth: 1, height: 24, width: 40 }, [
      { rows: same, columns: same, count: 6 }, { rows: same, columns: same, count: places * across },
    ]);
    for (const layer of model.layers) Object.assign(layer, { sent: layer.count, last: layer.count - 1 });
    Object.assign(model.layers[0], { across: 1, stacked: true });
    model.layers[1].across = across;
    return [{ ...model, flat: true, answer: null }, places, across];
  });
  for (const [model, places, across] of models) {
    for (const room of [1080, 690, 340]) {
      const [, channels, maps] = flatPlanOf(model, room).columns;
      assert.deepEqual([channels.across, maps.across, maps.cell, maps.pitch[1]], [1, across, channels.cell, channels.pitch[1]]);
      assert.ok(channels.mapHeight < channels.pitch[1] && channels.mapWidth <= 96);
      const middle = ({ y, height }) => y + height / 2;
      const [first, last] = [0, places * across - 1].map((map) => middle(mapOf(maps, map))), six = [0, 5].map((map) => middle(mapOf(channels, map)));
      assert.ok(Math.abs(first + last - six[0] - six[1]) <= 2); // both around the same height
      if (across === 2) assert.ok(Math.abs(first - middle(mapOf(channels, 1))) <= 2); // a window of three, one further each: the first around the second
    }
  }
});

test("the middle of a window on the layer before", () => {
  const [model] = CASES;
  // Layer 1: K = 3 x 4, S = 2 x 1, one row of padding above, two columns on the left.
  assert.deepEqual(middleOf(model, { layer: 0, channel: 0, row: 2, column: 5 }), { y: 4, x: 4.5 });
  // Layer 3 reads every second row of five, from two above.
  assert.deepEqual(middleOf(model, { layer: 2, channel: 0, row: 0, column: 7 }), { y: 0, x: 7 });
});

test("words count from 1, tell the padding apart and name the layer's own value", () => {
  const [model, other] = CASES;
  const unit = { layer: 0, channel: 1, row: 0, column: 0 };
  const value = model.layers[0].data[1 * 11 * 31];
  assert.equal(narrate(model, unit), `Layer 1, map 2 of 6, row 1, column 1: ${value.toFixed(3)}; sees 3 × 4 pixels: rows 1 to 2 and 1 of padding, columns 1 to 2 and 2 of padding.`);
  assert.match(narrate(other, { layer: 2, channel: 3, row: 0, column: 0 }), /^Layer 3, number 4 of 5: .*; sees the whole picture\.$/);
  assert.equal(sightText(other, { layer: 0, channel: 0, row: 0, column: 3 }), "sees 5 × 2 pixels: row 1 and 4 of padding, columns 7 to 8");
  assert.equal(sizeText(model.layers[0]), "11 × 31 × 6");
  assert.equal(sizeText({ shape: [10], count: 10, height: 1, width: 1 }), "10");
});

test("a unit in a link, and the nearest that there is", () => {
  assert.deepEqual(readUnit("2.5.10.12"), { layer: 1, channel: 4, row: 9, column: 11 });
  assert.deepEqual(readUnit("2.5"), { layer: 1, channel: 4, row: null, column: null });
  assert.equal(unitText({ layer: 1, channel: 4, row: 9, column: 11 }), "2.5.10.12");
  const [model] = CASES, { height, width } = model.layers[3];
  assert.deepEqual(within(model, { layer: 9, channel: 9, row: 99, column: 99 }), { layer: 3, channel: 3, row: height - 1, column: width - 1 });
  assert.deepEqual(within(model, { layer: 0, channel: 0, row: null, column: null }), { layer: 0, channel: 0, row: 5, column: 15 });
});

test("an envelope is read, and numbers that came as colours are told as about right", () => {
  const header = {
    image: [1, 2, 3], step: 1, group: "g", selected: "2.2", layers: [
      { name: "a", detail: "", shape: [2, 1, 2], groups: 1, fields: [[2, 1, 0], [2, 1, 0]], limit: 4, step: 1, exact: true, last: 1 },
      { name: "b", detail: "", shape: [3], groups: 1, fields: [[2, 1, 0], [3, 1, 0]], limit: 8, step: 1, exact: false, last: 2 },
    ],
    arrays: {
      picture: { dtype: "uint8", shape: [1, 2, 3], offset: 0 }, "maps 0": { dtype: "float32", shape: [2, 1, 2], offset: 8 },
      "maps 1": { dtype: "uint8", shape: [3, 1, 1], offset: 24 },
    },
  };
  let text = JSON.stringify(header);
  text += " ".repeat((8 - ((4 + text.length) % 8)) % 8);
  const bytes = new Uint8Array(4 + text.length + 32), view = new DataView(bytes.buffer);
  view.setUint32(0, text.length, true);
  bytes.set(new TextEncoder().encode(text), 4);
  [1.5, -4, 0.25, 3].forEach((value, at) => view.setFloat32(4 + text.length + 8 + 4 * at, value, true));
  bytes.set([0, 127, 191], 4 + text.length + 24);
  const model = unpack(bytes);
  assert.deepEqual(model.selected, { layer: 1, channel: 1, row: null, column: null });
  assert.deepEqual(valueOf(model, { layer: 0, channel: 1, row: 0, column: 1 }), { value: 3, isExact: true });
  assert.deepEqual([0, 1].map((channel) => valueOf(model, { layer: 1, channel, row: 0, column: 0 }).value), [-8, 0]);
  assert.ok(Math.abs(valueOf(model, { layer: 1, channel: 2, row: 0, column: 0 }).value - 4) < 8 / 127);
  assert.match(narrate(model, { layer: 1, channel: 2, row: 0, column: 0 }), /number 3 of 3: about 4;/);
  model.layers[0].step = 2;
  assert.equal(valueOf(model, { layer: 0, channel: 0, row: 0, column: 0 }), null);
  assert.match(narrate(model, { layer: 0, channel: 0, row: 0, column: 0 }), /its number is on the stage/);
});

test("what is left out is said", () => {
  assert.equal(leftOut({ count: 6, sent: 6, last: 5, step: 1 }), "");
  assert.equal(leftOut({ count: 512, sent: 64, last: 63, step: 2 }), "drawn: the first 64 of 512 maps, 1 row and column in 2");
  assert.equal(leftOut({ count: 512, sent: 64, last: 99, step: 1 }), "drawn: the first 63 of 512 maps and map 100");
  assert.equal(leftOut({ count: 9216, sent: 4096, last: 9000, step: 1, isVector: true }), "drawn: the first 4095 of 9,216 numbers and number 9001");
});

// ---- where things stand ----

const ROOMS = [330, 1000, 1280];

test("columns follow each other without touching, and all that is drawn lies within them", () => {
  for (const model of CASES) {
    for (const room of ROOMS) {
      const plan = planOf(model, room);
      plan.columns.forEach((column, at) => {
        assert.ok(column.x >= column.left - 0.5 && column.x + column.width + (column.planes - 1) * 4 <= column.left + column.whole + 0.5);
        const [, top] = cornerOf(column, column.planes - 1);
        assert.ok(top >= 0 && column.y + column.height <= HIGH + 0.5);
        if (at) assert.ok(column.left >= plan.columns[at - 1].left + plan.columns[at - 1].whole + 20);
      });
      const last = plan.columns.at(-1);
      assert.equal(plan.width, last.left + last.whole);
      assert.ok(plan.columns[0].whole <= Math.max(0.37 * room, 125));
    }
  }
});

test("a larger map is never drawn smaller, a small one is still seen, and proportions are kept", () => {
  const sides = [224, 112, 56, 28, 14, 7];
  const model = modelOf({ depth: 3, height: 224, width: 224 }, sides.slice(1).map(() => ({ rows: axis(2, 2), columns: axis(2, 2), count: 64, groups: 1 })));
  const widths = planOf(model, 1280).columns.map(({ width }) => width);
  for (let at = 1; at < widths.length; at += 1) assert.ok(widths[at] < widths[at - 1]);
  assert.ok(widths.at(-1) > 20);
  const { columns } = planOf(CASES[0], 1280);
  CASES[0].layers.forEach(({ height, width, isVector }, at) => { if (!isVector) assert.ok(Math.abs(columns[at + 1].width / columns[at + 1].height - width / height) < 1e-9); });
});

test("what lies under the middle of a cell is that cell", () => {
  for (const model of CASES) {
    const plan = planOf(model, 1280), fronts = model.layers.map(({ sent }) => sent - 1);
    model.layers.forEach((layer, at) => {
      const column = plan.columns[at + 1];
      const units = layer.isVector ? Array.from({ length: layer.sent }, (_, channel) => ({ layer: at, channel, row: 0, column: 0 }))
        : [[0, 0], [layer.height - 1, 0], [layer.height - 1, layer.width - 1]].map(([row, across]) => ({ layer: at, channel: fronts[at], row, column: across }));
      for (const unit of units) {
        const box = cellOf(column, unit);
        assert.deepEqual(underPoint(model, plan, fronts, box.x + box.width / 2, box.y + box.height / 2), unit);
      }
      if (column.planes < 2) return;
      const [x, y] = cornerOf(column, column.planes - 1);
      assert.deepEqual(underPoint(model, plan, fronts, x + column.width - 1, y + 1), { layer: at, behind: channelOf(layer, fronts[at], column.planes - 1) });
    });
    assert.equal(underPoint(model, plan, fronts, plan.columns[1].left - 10, 3), null);
  }
});

test("behind the front map come those that follow it, round and round", () => {
  const layer = { sent: 6, last: 5 };
  assert.deepEqual([0, 1, 2, 5].map((plane) => channelOf(layer, 4, plane)), [4, 5, 0, 3]);
  for (let channel = 0; channel < 6; channel += 1) assert.equal(channelOf(layer, 4, planeOf(layer, 4, channel)), channel);
});

test("a map from far behind stands in the last place, with its own numbers", () => {
  const layer = { sent: 4, last: 99 };
  assert.deepEqual([0, 1, 2, 3, 98, 99, 100].map((channel) => slotOf(layer, channel)), [0, 1, 2, -1, -1, 3, -1]);
  assert.deepEqual([-1, 0, 2, 3, 4].map((slot) => channelAt(layer, slot)), [99, 0, 2, 99, 0]);
  assert.deepEqual([0, 1, 2, 3].map((plane) => channelOf(layer, 99, plane)), [99, 0, 1, 2]);
  assert.deepEqual([99, 0, 2].map((channel) => planeOf(layer, 99, channel)), [0, 1, 3]);
  const wide = modelOf({ depth: 1, height: 2, width: 3 }, [{ rows: axis(1), columns: axis(1), count: 128 }, { rows: axis(2), columns: axis(3), count: 128 }]);
  for (const layer of wide.layers) layer.last = 99;
  for (const at of [0, 1]) {
    const { height, width, data } = wide.layers[at], slot = 63 * height * width;
    assert.equal(valueOf(wide, { layer: at, channel: 99, row: 0, column: 0 }).value, data[slot]);
    assert.equal(valueOf(wide, { layer: at, channel: 63, row: 0, column: 0 }), null);
  }
  const plan = planOf(wide, 1280), unit = { layer: 1, channel: 99, row: 0, column: 0 }, box = cellOf(plan.columns[2], unit);
  assert.deepEqual(underPoint(wide, plan, [0, 0], box.x + 1, box.y + 1), unit);
});

test("a vector of any length finds room", () => {
  for (const count of [1, 2, 10, 13, 14, 84, 120, 1000, 4096]) {
    const model = modelOf({ depth: 1, height: 5, width: 5 }, [{ rows: axis(5), columns: axis(5), count }]);
    model.layers[0].sent = count;
    const column = planOf(model, 1000).columns[1];
    assert.ok(column.height <= HIGH && column.cell >= 3 && column.width <= 210, `${count}: ${column.width} wide`);
    assert.ok(column.perColumn * column.columns >= count);
    if (count <= 13) assert.equal(column.columns, 1);
  }
});

test("through zeros put between, what a unit reads and spans is what stamps reach it", () => {
  for (const [kernel, spacing, cut, dilation] of [[3, 2, 1, 1], [4, 2, 1, 1], [2, 3, 0, 1], [3, 3, 2, 2], [1, 2, 0, 1], [5, 2, 1, 1]]) {
    const size = 6, window = axis(kernel, 1, dilation * (kernel - 1) - cut, 0, dilation);
    for (let unit = 0; unit < 12; unit += 1) {
      const stamped = [...Array(size).keys()].filter((at) => {
        const tap = (unit + cut - at * spacing) / dilation;
        return Number.isInteger(tap) && tap >= 0 && tap < kernel;
      });
      assert.deepEqual([...readBy(window, [unit], size, "zeros", spacing)].sort(), stamped);
      const [from, to] = reachOf(window, unit, unit, spacing);
      assert.ok(from <= to && stamped.every((at) => at >= from && at <= to));
      const inside = stamped.length ? [Math.max(0, from), Math.min(size - 1, to)] : [];
      if (dilation === 1) assert.deepEqual(inside, stamped.length ? [stamped[0], stamped.at(-1)] : []);
    }
  }
});
