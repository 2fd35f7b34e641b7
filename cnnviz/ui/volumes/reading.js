// Pure: what a unit really reads of the layers before it, position by position: a stride larger than its window, or a
// dilation, leaves some out of the span that it sees.
import { readBy } from "../drawing/axis.js";
import { layerOf, unitText } from "./units.js";

/** The positions that these units read through one layer, by any of its windows. @param {Passage} passage */
const back = ({ windows, size, outside }, units) => new Set(windows.flatMap((window) => [...readBy(window, units, size, outside)]));

// Of every layer before a unit's, and of the picture as the first: { rows, columns }, each the Set of the positions that
// it reads. Empty where it is not told through what the layers read.
/** @type {(model: Volumes, unit: Unit) => Reading[]} */
export function readingOf(model, unit) {
  const key = unitText(unit);
  if (model.read?.key !== key) model.read = { key, found: traced(model, unit) };
  return model.read.found;
}

/** @type {(model: Volumes, unit: Unit) => Reading[]} */
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
