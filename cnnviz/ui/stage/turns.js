// One frame loop for all maps that fill in: each frame has a slice of time for it, of which those in front take first.
const SLICE = 6; // milliseconds of a frame: for more of them the finger would wait

/** @type {Map<object, { rank: number, go: (began: number) => boolean }>} */
const turns = new Map();
let frame = 0;

/** When the slice of a frame ends that began then. @type {(began: number) => number} */
export const sliceEnd = (began) => began + SLICE;

// `go(began)` with each frame, in the order of `rank`, until it says that nothing is left.
export function takeTurns(who, rank, go) {
  turns.set(who, { rank, go });
  frame ||= requestAnimationFrame(round);
}

export const giveUp = (who) => turns.delete(who);

function round() {
  const began = performance.now();
  frame = 0;
  for (const [who, turn] of [...turns].sort(([, a], [, b]) => a.rank - b.rank)) {
    try {
      if (!turn.go(began) && turns.get(who) === turn) turns.delete(who);
    } catch (error) {
      turns.delete(who); // its own fault, and not the others'
      setTimeout(() => { throw error; });
    }
  }
  if (turns.size) frame ||= requestAnimationFrame(round);
}
