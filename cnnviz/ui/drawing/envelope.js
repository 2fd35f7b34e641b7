// One `bytes` envelope (cnnviz/envelope.py) -> its header, with each array as `{ data, shape }` under its own name.

const ARRAYS = { uint8: Uint8Array, float32: Float32Array, float64: Float64Array };

/** @type {(bytes: Uint8Array) => any} */
export function opened(bytes) {
  const { buffer } = new Uint8Array(bytes); // the bytes may begin at any address, so they are copied once
  const length = new DataView(buffer).getUint32(0, true);
  const found = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  for (const [name, { dtype, shape, offset }] of Object.entries(found.arrays)) {
    const size = shape.reduce((a, b) => a * b, 1);
    found[name] = { data: new ARRAYS[dtype](buffer, 4 + length + offset, size), shape };
  }
  return found;
}
