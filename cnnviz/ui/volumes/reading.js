// Pure: what a unit really reads of the layers before it, position by position: a stride larger than its window, or a
// dilation, leaves some out of the span that it sees.
import { movedBy, readBy } from "../drawing/axis.js";
import { seen, unitText } from "./units.js";

/** The positions that these units read through one passage. @type {(units: Set<number>, passage: Passage) => Set<number>} */
const back = (units, { window, size, outside, offset, spacing }) => readBy(movedBy(window, offset), units, size, outside, spacing);

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
  found[unit.layer + 1] = { rows: new Set([unit.row]), columns: new Set([unit.column]) };
  for (let at = unit.layer; at >= 0; at -= 1) {
    for (const source of found[at + 1] ? model.layers[at].sources : []) {
      if (!source.rows || !source.columns) return [];
      if (!seen(model, unit, source.at)) continue;
      const to = (found[source.at + 1] ??= { rows: new Set(), columns: new Set() });
      for (const position of source.rows.reduce(back, found[at + 1].rows)) to.rows.add(position);
      for (const position of source.columns.reduce(back, found[at + 1].columns)) to.columns.add(position);
    }
  }
  return found;
}
