// Where the parts of the view stand, by the room that there is. Pure: tested without a browser.
//
//     filters   the first layer's filters, before and now      move    what the next batch does to one of them
//     loss      accuracy   the curves                          answers ten held-out digits
//     own       the visitor's digit, one map of it, its probabilities

import { clamp } from "../drawing/numbers.js";

const GAP = 26;

/** @returns {Record<string, any>} */
export function layoutOf(width) {
  const row = (y, height, shares, names) => {
    const room = width - GAP * (names.length - 1);
    let x = 0;
    return Object.fromEntries(names.map((name, at) => {
      const place = { x, y, width: room * shares[at], height };
      x += place.width + GAP;
      return [name, place];
    }));
  };
  if (width >= 860) {
    return {
      height: 538,
      ...row(0, 256, [0.63, 0.37], ["filters", "move"]),
      ...row(278, 260, [0.2, 0.2, 0.31, 0.29], ["loss", "accuracy", "answers", "own"]),
    };
  }
  if (width >= 540) {
    return {
      height: 752,
      ...row(0, 224, [1], ["filters"]),
      ...row(246, 256, [0.52, 0.48], ["move", "own"]),
      ...row(520, 232, [0.42, 0.29, 0.29], ["answers", "loss", "accuracy"]),
    };
  }
  const small = tilesOf(6, width - 58, 52).side; // as many filters as LeNet-5 has leave no room below
  const heights = { filters: 72 + Math.round(1.68 * small), own: 210, answers: 226, loss: 220, accuracy: 220, move: 280 };
  const found = {};
  let y = 0;
  for (const [name, height] of Object.entries(heights)) {
    found[name] = { x: 0, y, width, height };
    y += height + GAP;
  }
  return { height: y - GAP, ...found };
}

// How `count` filters of equal width stand in `width`: the side of one now and of one before, and the gap between them.
export function tilesOf(count, width, most) {
  const gap = clamp(width * 0.02, 6, 16);
  const side = Math.floor(Math.min(most, (width - gap * (count - 1)) / count));
  return { side, gap, earlier: Math.round(side * 0.68) };
}

// Round steps of an axis from 0 to `most`: at most `ticks` of them.
export function ticksOf(most, ticks = 4) {
  if (!(most > 0)) return [0];
  const rough = most / ticks, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((part) => part * power).find((part) => part >= rough * 0.999);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, at) => Number((at * step).toPrecision(6)));
}
