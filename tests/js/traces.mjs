// What the tests share: the traces that tests/traces.py wrote, with what Python says of them, and traces made here.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { unpack } from "../../cnnviz/ui/stage/arithmetic.js";

const folder = process.env.TRACES;
if (!folder) throw new Error("Run these tests through pytest tests/test_javascript.py: it writes the traces.");
const written = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8"));

export const erfs = written.erf;
export const saidNumbers = written.numbers;
export const cases = written.traces.map((said) => ({ ...said, bytes: readFileSync(join(folder, said.file)) }));

// null, as JSON has it, is NaN here: a tap that takes no part.
export const numbers = (list) => list.map((number) => number ?? NaN);

// Random numbers that are the same in every run (G. Marsaglia, "Xorshift RNGs", 2003, page 4).
export function randomFrom(seed) {
  let state = (seed * 2654435761 + 1) >>> 0 || 1;
  const next = () => {
    state ^= state << 13; state >>>= 0; state ^= state >>> 17; state ^= state << 5; state >>>= 0;
    return state / 2 ** 32;
  };
  for (let warm = 0; warm < 8; warm += 1) next();
  return next;
}

const ARRAYS = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };
const axisOf = (kernel, more = {}) => ({ kernel, stride: 1, before: 0, after: 0, dilation: 1, ...more });

// An envelope, packed by hand: `input` [depth, height, width] and its numbers, the same for weight and output.
export function traceOf({ input, shape, weight = null, output, outShape = [1, 1], kernel, dtype = "float32", ...more }) {
  const arrays = [["input", dtype, shape, input], ["output", "float32", outShape, output]];
  if (weight) arrays.push(["weight", "float64", [shape[0], ...kernel], weight]);
  const header = {
    rows: axisOf(kernel[0]), columns: axisOf(kernel[1]), channels: [...Array(shape[0]).keys()], divisor: 1, term: "product",
    reduction: "sum", scale: 1, bias: 0, function: "identity", outside: "zeros", factor: [1, 1], names: {}, options: {},
    limit: Math.max(...output.map(Math.abs)), ...more, arrays: {},
  };
  let offset = 0;
  const parts = arrays.map(([name, type, size, list]) => {
    const bytes = new Uint8Array(new ARRAYS[type](list).buffer);
    header.arrays[name] = { dtype: type, shape: size, offset };
    const padded = new Uint8Array(Math.ceil(bytes.length / 8) * 8);
    padded.set(bytes);
    offset += padded.length;
    return padded;
  });
  const text = new TextEncoder().encode(JSON.stringify(header));
  const start = Math.ceil((4 + text.length) / 8) * 8;
  const envelope = new Uint8Array(start + offset).fill(32, 0, start);
  new DataView(envelope.buffer).setUint32(0, start - 4, true);
  envelope.set(text, 4);
  let at = start;
  for (const part of parts) { envelope.set(part, at); at += part.length; }
  return unpack(envelope);
}
