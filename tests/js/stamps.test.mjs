// added.js of the stamps: what so many stamps add up to, against every product by itself.
import assert from "node:assert/strict";
import test from "node:test";
import { adding } from "../../cnnviz/ui/stamps/added.js";

test("so many stamps, forwards and back, are so many products", () => {
  const [high, wide, kernel, divisor] = [3, 4, 3, 2];
  for (const [stride, cut, dilation] of [[1, 0, 1], [2, 1, 1], [4, 2, 1], [2, 0, 2]]) {
    const extent = dilation * (kernel - 1) + 1, shape = [(high - 1) * stride + extent, (wide - 1) * stride + extent];
    const input = { data: Float32Array.from({ length: high * wide }, (_, at) => at - 5), shape: [high, wide] };
    const weight = { data: Float64Array.from({ length: kernel * kernel }, (_, at) => at / 4 - 1), shape: [kernel, kernel] };
    const axis = { kernel, stride, before: cut, after: cut, dilation };
    const adder = adding({ input, weight, rows: axis, columns: axis, divisor, whole: { data: new Float32Array(shape[0] * shape[1]), shape } });
    for (const count of [0, 1, 5, high * wide, 3]) {
      const sums = new Float64Array(shape[0] * shape[1]), counts = new Float64Array(sums.length);
      for (let at = 0; at < count; at += 1) {
        for (let j = 0; j < kernel; j += 1) for (let k = 0; k < kernel; k += 1) {
          const place = (Math.floor(at / wide) * stride + j * dilation) * shape[1] + (at % wide) * stride + k * dilation;
          sums[place] += (input.data[at] / divisor) * weight.data[j * kernel + k];
          counts[place] += 1;
        }
      }
      const found = adder.upTo(count);
      assert.deepEqual(found.counts, counts);
      assert.deepEqual(found.sums, sums);
    }
  }
});
