// Pure: what a unit really reads of the layers before it, position by position: a stride larger than its window, or a
// dilation, leaves some out of the span that it sees.
import { origin } from "../drawing/axis.js";
import { layerOf, unitText } from "./units.js";

// The positions that these units read through one layer: its windows as [kernel, stride, before, dilation].
function back({ windows, size, outside }, units) {
  const found = new Set();
  for (const [kernel, stride, before, dilation] of windows) {
    for (const unit of units) {
      for (let tap = 0; tap < kernel; tap += 1) {
        const position = origin(unit * stride - before + tap * dilation, size, outside);
        if (position >= 0) found.add(position);
      }
    }
  }
  return found;
}

// Of every layer before a unit's, and of the picture as the first: { rows, columns }, each the Set of the positions that
// it reads. Empty where it is not told through what the layers read.
export function readingOf(model, unit) {
  const key = unitText(unit);
  if (model.read?.key !== key) model.read = { key, found: traced(model, unit) };
  return model.read.found;
}

function traced(model, unit) {
  const found = [];
  const reached = { rows: new Set([unit.row]), columns: new Set([unit.column]) };
  for (let at = unit.layer; at >= 0; at -= 1) {
    for (const name of ["rows", "columns"]) {
      const { path } = model.layers[at][name], done = layerOf(model, at - 1)[name].path;
      if (!path || !done) return [];
      for (const passage of path.slice(done.length).reverse()) reached[name] = back(passage, reached[name]);
    }
    found[at] = { ...reached };
  }
  return found;
}

// The parts of a span, cut off at the edges of an axis, that are not read: [from, to), one behind the other.
export function leftOutOf({ first, last }, read) {
  const runs = [];
  for (let position = first; position <= last; position += 1) {
    if (read.has(position)) continue;
    if (runs.length && runs.at(-1)[1] === position) runs.at(-1)[1] += 1;
    else runs.push([position, position + 1]);
  }
  return runs;
}
