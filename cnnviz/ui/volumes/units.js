// Pure: what Python sent, and what a unit sees. A unit is { layer, channel, row, column }, counted from
// 0; layer −1 is the picture.
import { placeIn, placeText } from "../drawing/address.js";
import { opened } from "../drawing/envelope.js";
import { clamp } from "../drawing/numbers.js";

const axisOf = ([size, jump, start, path]) => ({ size, jump, start, path });
const PIXEL = axisOf([1, 1, 0, []]); // the receptive field of a pixel: itself

// The envelope as { image, picture, step, group, selected, layers }, each layer with its maps.
/** @type {(bytes: Uint8Array) => Volumes} */
export function unpack(bytes) {
  const { image, step, group, selected, layers, flat = false, answer = null, scale = "", ...arrays } = opened(bytes);
  const [depth, height, width] = image;
  return {
    image: { depth, height, width, isVector: false, rows: PIXEL, columns: PIXEL, count: depth },
    picture: arrays.picture, step, group, flat, scale, selected: readUnit(selected),
    answer: answer && { ...answer, codes: arrays.codes ?? null },
    layers: pathsIn(layers).map(({ shape, fields, ...told }, at) => {
      const [count, high = 1, wide = 1] = shape, maps = arrays[`maps ${at}`];
      return {
        ...told, count, height: high, width: wide, isVector: high === 1 && wide === 1, shape,
        rows: axisOf(fields[0]), columns: axisOf(fields[1]),
        data: maps.data, sent: maps.shape[0], drawnHeight: maps.shape[1], drawnWidth: maps.shape[2],
      };
    }),
  };
}

// Each field's path whole: it is told as what comes after so many passages of the layer before's. undefined: not told.
function pathsIn(layers) {
  let before = [[], []];
  const windowOf = ([kernel, stride, before, dilation]) => ({ kernel, stride, before, dilation });
  const passageOf = ([windows, size, outside]) => ({ windows: windows.map(windowOf), size: size ?? Infinity, outside });
  return layers.map(({ fields, paths = [], ...layer }) => {
    const found = fields.map((_, axis) => paths[axis] && [...before[axis].slice(0, paths[axis].same), ...paths[axis].more.map(passageOf)]);
    before = found.map((path) => path ?? []);
    return { ...layer, fields: fields.map((field, axis) => [...field, found[axis]]) };
  });
}

/** "2.5.10.12", counted from 1, as links say it; "2.5" leaves the place open. @type {(text: string) => Unit} */
export function readUnit(text) {
  const [layer, channel, row = null, column = null] = placeIn(text);
  return { layer, channel, row, column };
}

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

// What position `index` of a layer's axis sees of an earlier layer's: { first, count }, padding included. Both fields
// lead back to the same pixels, so the layers between them need not be asked.
/** @type {(index: number, axis: UnitAxis, earlier: UnitAxis) => { first: number, count: number }} */
export function spanOf(index, axis, earlier) {
  const start = axis.start + index * axis.jump;
  return {
    first: Math.round((start - earlier.start) / earlier.jump),
    count: Math.round((axis.size - earlier.size) / earlier.jump) + 1,
  };
}

const everything = new Map(); // by count: all maps of a layer
function all(count) {
  if (!everything.has(count)) everything.set(count, new Set(Array(count).keys()));
  return everything.get(count);
}

/** Which maps of the layer before, of `before` maps, these maps of a layer read between them. @param {Layer} layer */
function readBy({ count, groups, reads }, before, maps) {
  if (reads) return new Set([...maps].flatMap((map) => reads[map]));
  if (groups === 1) return all(before);
  const found = new Set(), size = before / groups;
  for (const group of new Set([...maps].map((map) => Math.floor(map / (count / groups))))) {
    for (let map = group * size; map < (group + 1) * size; map += 1) found.add(map);
  }
  return found;
}

// What `unit` sees of layer `at` (−1: the picture): spans of rows and columns, and which of its maps.
/** @param {Volumes} model @param {Unit} unit @param {number} at */
export function seen(model, unit, at) {
  const layer = model.layers[unit.layer], earlier = layerOf(model, at);
  let maps = new Set([unit.channel]);
  for (let through = unit.layer; through > at; through -= 1) maps = readBy(model.layers[through], layerOf(model, through - 1).count, maps);
  if (at < 0) maps = all(earlier.count); // the picture is drawn with all its colours
  return { rows: spanOf(unit.row, layer.rows, earlier.rows), columns: spanOf(unit.column, layer.columns, earlier.columns), maps };
}

/** The middle of the unit's window on the layer before: how a stage is told where to go. @param {Volumes} model @param {Unit} unit */
export function middleOf(model, unit) {
  const { rows, columns } = seen(model, unit, unit.layer - 1);
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
