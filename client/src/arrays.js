// Raw arrays as messages carry them, and typed arrays as pictures read them.

const TYPES = { f8: Float64Array, f4: Float32Array, i4: Int32Array, u1: Uint8Array };

/**
 * The arrays of a message, by name.
 * @param {{name: string, dtype: string, shape: number[]}[]} described what `header.arrays` says
 * @param {(ArrayBuffer|ArrayBufferView)[]} buffers their bytes, in that order
 * @returns {Object<string, {data: TypedArray, shape: number[]}>}
 */
export function decode(described = [], buffers = []) {
  const arrays = {};
  described.forEach(({ name, dtype, shape }, i) => {
    const bytes = bytesOf(buffers[i]);
    if (dtype === "raw") {
      arrays[name] = { data: bytes, shape };
      return;
    }
    const Type = TYPES[dtype];
    const size = Type.BYTES_PER_ELEMENT;
    const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
    arrays[name] = { data: new Type(aligned.buffer, aligned.byteOffset, bytes.byteLength / size), shape };
  });
  return arrays;
}

/** How an array is told of in a header. */
export function described(name, data, shape = [data.length]) {
  const dtype = Object.keys(TYPES).find((key) => data instanceof TYPES[key]) ?? "raw";
  return { name, dtype, shape };
}

function bytesOf(buffer) {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
