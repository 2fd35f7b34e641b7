// Pure: what the first so many stamps add up to, and how many of them each cell got.
import { cellOf, startOf, tapsOf } from "../drawing/axis.js";

// `input` (H, W) and `weight` (K, K) are { data, shape }; rows and columns are those of the output that a number is
// stamped into, whose cells count with what is cut off. `upTo(count)` goes on from where it was, or begins again.
/** @param {StampsMessage} message */
export function adding({ input, weight, rows, columns, divisor, whole }) {
  const [, across] = input.shape, [, width] = whole.shape, down = tapsOf(rows), right = tapsOf(columns);
  const sums = new Float64Array(whole.data.length), counts = new Float64Array(whole.data.length);
  let done = 0;
  return {
    sums, counts,
    upTo(count) {
      if (count < done) { sums.fill(0); counts.fill(0); done = 0; }
      for (; done < count; done += 1) {
        const value = input.data[done] / divisor;
        const top = cellOf(rows, startOf(rows, Math.floor(done / across))), left = cellOf(columns, startOf(columns, done % across));
        down.forEach((y, j) => right.forEach((x, k) => {
          const at = (top + y) * width + left + x;
          sums[at] += value * weight.data[j * right.length + k];
          counts[at] += 1;
        }));
      }
      return this;
    },
  };
}
