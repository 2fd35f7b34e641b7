// Pure: what Python sent, and what a unit sees. A unit is { layer, channel, row, column }, counted from
// 0; layer −1 is the picture.
import { movedBy, reachOf } from "../drawing/axis.js";
import { placeIn, placeText } from "../drawing/address.js";
import { opened } from "../drawing/envelope.js";
import { clamp } from "../drawing/numbers.js";

const axisOf = ([size, jump, start]) => ({ size, jump, start });
const PIXEL = axisOf([1, 1, 0]); // the receptive field of a pixel: itself

// The envelope as { image, picture, step, group, selected, layers }, each layer with its maps.
/** @type {(bytes: Uint8Array) => Volumes} */
export function unpack(bytes) {
  const { image, step, group, selected, layers, flat = false, answer = null, scale = "", places = null, ...arrays } = opened(bytes);
  const [depth, height, width] = image;
  return {
    image: { depth, height, width, isVector: false, rows: PIXEL, columns: PIXEL, count: depth },
    picture: arrays.picture, step, group, flat, scale, selected: readUnit(selected), places: places ?? layers.map((_, at) => at),
    answer: answer && { ...answer, codes: arrays.codes ?? null },
    layers: linked(layers).map(({ shape, fields, ...told }, at) => {
      const [count, high = 1, wide = 1] = shape, maps = arrays[`maps ${at}`];
      return {
        ...told, count, height: high, width: wide, isVector: high === 1 && wide === 1, shape,
        rows: axisOf(fields[0]), columns: axisOf(fields[1]),
        data: maps.data, sent: maps.shape[0], drawnHeight: maps.shape[1], drawnWidth: maps.shape[2],
      };
    }),
  };
}

// Each layer with what it reads as `sources`: { at, groups, reads, rows, columns }, the passages from it back to that; where
// none are told, that is the layer before it alone, and its passages are what comes after those of its path.
function linked(layers) {
  const windowOf = ([kernel, stride, before, dilation, starts, counts]) => ({ kernel, stride, before, dilation, starts, counts });
  const passageOf = ([window, size, outside, offset, spacing]) => ({ window: windowOf(window), size: size ?? Infinity, outside, offset, spacing });
  let known = [true, true]; // whether the path of the layer before is told, down and across
  return layers.map(({ paths = [], sources = [], groups, reads, ...layer }, at) => {
    const back = [0, 1].map((axis) => (paths[axis] && known[axis] ? paths[axis].more.map(passageOf).reverse() : null));
    known = [0, 1].map((axis) => !!paths[axis]);
    const told = sources.map(({ rows, columns, ...source }) => ({ ...source, rows: rows?.map(passageOf) ?? null, columns: columns?.map(passageOf) ?? null }));
    return { ...layer, sources: told.length ? told : [{ at: at - 1, first: null, groups, reads, rows: back[0], columns: back[1] }] };
  });
}

/** "2.5.10.12", counted from 1, as links say it; "2.5" leaves the place open. @type {(text: string) => Unit} */
export function readUnit(text) {
  const [layer, channel, row = null, column = null] = placeIn(text);
  return { layer, channel, row, column };
}

/** How a unit is told to others, who count all layers of the network. @type {(model: Volumes, unit: Unit) => Unit} */
export const toldOf = ({ places }, unit) => ({ ...unit, layer: places[unit.layer] });

export const unitText = ({ layer, channel, row, column }) => placeText([layer, channel, row, column]);

// Of many maps only some are sent: the first, and as the `last` perhaps another. The place of a channel among them, −1
// where it was not sent; and the channel of such a place, counted round and round.
export const slotOf = ({ sent, last }, channel) => (channel === last ? sent - 1 : channel < sent - 1 ? channel : -1);
export const channelAt = ({ sent, last }, slot) => { const at = ((slot % sent) + sent) % sent; return at === sent - 1 ? last : at; };

// The channels of the maps that were sent.
export const channelsOf = (layer) => Array.from({ length: layer.sent }, (_, slot) => channelAt(layer, slot));

/** @type {(model: Volumes, at: number) => Maps} */
export const layerOf = (model, at) => (at < 0 ? model.image : model.layers[at]);

/** The nearest unit that there is: an open place becomes the middle of the map. @type {(model: Volumes, unit: Unit) => Unit} */
export function within(model, { layer, channel, row, column }) {
  const at = clamp(layer, 0, model.layers.length - 1), { count, height, width } = model.layers[at];
  const held = (value, most) => clamp(value ?? Math.floor(most / 2), 0, most - 1);
  return { layer: at, channel: held(channel, count), row: held(row, height), column: held(column, width) };
}

// What positions of a layer's axis see of a layer that it reads: { first, count }, padding included. Where the passages
// between them are not told, both fields lead back to the same pixels.
/** @type {(span: Span, passages: Passage[] | null, axis: UnitAxis, earlier: UnitAxis) => Span} */
export function spanOf({ first, count }, passages, axis, earlier) {
  if (!passages) {
    const start = axis.start + first * axis.jump, size = axis.size + (count - 1) * axis.jump;
    return { first: Math.round((start - earlier.start) / earlier.jump), count: Math.round((size - earlier.size) / earlier.jump) + 1 };
  }
  let [from, to] = [first, first + count - 1];
  for (const { window, offset, spacing } of passages) [from, to] = reachOf(movedBy(window, offset), from, to, spacing);
  return { first: from, count: to - from + 1 };
}

const everything = new Map(); // by count: all maps of a layer
function all(count) {
  if (!everything.has(count)) everything.set(count, new Set(Array(count).keys()));
  return everything.get(count);
}

/** Which maps of one that it reads, of `before` maps, these maps of a layer, of `count`, read between them. @type {(source: Branch, count: number, before: number, maps: Set<number>) => Set<number>} */
function readBy({ first, groups, reads }, count, before, maps) {
  if (typeof first === "number") return new Set([...maps].map((map) => map - first).filter((map) => map >= 0 && map < before));
  if (reads) return new Set([...maps].flatMap((map) => reads[map]));
  if (groups === 1) return all(before);
  const found = new Set(), size = before / groups;
  for (const group of new Set([...maps].map((map) => Math.floor(map / (count / groups))))) {
    for (let map = group * size; map < (group + 1) * size; map += 1) found.add(map);
  }
  return found;
}

// What `unit` sees of layer `at` (−1: the picture): spans of rows and columns, and which of its maps; undefined where no
// way leads back to it.
/** @type {(model: Volumes, unit: Unit, at: number) => Seen | undefined} */
export function seen(model, unit, at) {
  const key = unitText(unit);
  if (model.sight?.key !== key) model.sight = { key, found: sightOf(model, unit) };
  return model.sight.found[at + 1];
}

/** @type {(model: Volumes, unit: Unit) => Seen[]} */
function sightOf(model, unit) {
  const found = [];
  found[unit.layer + 1] = { rows: { first: unit.row, count: 1 }, columns: { first: unit.column, count: 1 }, maps: new Set([unit.channel]) };
  for (let at = unit.layer; at >= 0; at -= 1) {
    const own = found[at + 1], layer = model.layers[at];
    for (const source of own ? layer.sources : []) {
      const earlier = layerOf(model, source.at), maps = readBy(source, layer.count, earlier.count, own.maps);
      if (!maps.size) continue; // a branch that other maps come from
      const rows = spanOf(own.rows, source.rows, layer.rows, earlier.rows), columns = spanOf(own.columns, source.columns, layer.columns, earlier.columns);
      const before = found[source.at + 1];
      found[source.at + 1] = before ? { rows: around(before.rows, rows), columns: around(before.columns, columns), maps: new Set([...before.maps, ...maps]) } : { rows, columns, maps };
    }
  }
  if (found[0]) found[0].maps = all(model.image.count); // the picture is drawn with all its colours
  return found;
}

/** @type {(one: Span, other: Span) => Span} */
function around(one, other) {
  const first = Math.min(one.first, other.first);
  return { first, count: Math.max(one.first + one.count, other.first + other.count) - first };
}

/** The middle of the unit's window on the first layer that it reads: how a stage is told where to go. @param {Volumes} model @param {Unit} unit */
export function middleOf(model, unit) {
  const { at } = model.layers[unit.layer].sources.find((source) => seen(model, unit, source.at));
  const { rows, columns } = seen(model, unit, at);
  const middle = ({ first, count }) => first + (count - 1) / 2;
  return { y: middle(rows), x: middle(columns) };
}

/** What a map is drawn in full colour at: its layer's largest number, or its own. @param {Layer} layer */
export const limitOf = (layer, channel) => layer.limits?.[slotOf(layer, channel)] ?? layer.limit;

/** The number of a unit: { value, isExact }; null where its layer was not sent whole. @param {Volumes} model @param {Unit} unit */
export function valueOf(model, { layer, channel, row, column }) {
  const { data, exact, step, height, width } = model.layers[layer], slot = slotOf(model.layers[layer], channel);
  if (step > 1 || slot < 0) return null;
  const found = data[(slot * height + row) * width + column];
  return exact ? { value: found, isExact: true } : { value: ((found - 127) / 127) * limitOf(model.layers[layer], channel), isExact: false };
}

/** Whether a layer's numbers are the answer, each with a row of its own. @type {(model: Volumes, at: number) => boolean} */
export const isAnswer = (model, at) => !!model.answer && at === model.layers.length - 1;
