import { narrowFloats, widenFloats } from "../float-types.ts";

/** Numbers that share a scale. */
export const Q8_BLOCK = 32;
/** A scale in 16 bits, then the numbers in 8. */
export const Q8_BLOCK_BYTES = 34;

/**
 * Numbers as llama.cpp's Q8_0: in blocks of 32 a scale, the largest magnitude / 127, and each number as a multiple of
 * it (ggml-quants.c, quantize_row_q8_0_ref).
 *
 * @param values finite; a multiple of 32 of them
 */
export function quantizeQ8(values: Float32Array): Uint8Array {
  const blocks = values.length / Q8_BLOCK;
  const bytes = new Uint8Array(blocks * Q8_BLOCK_BYTES);
  const numbers = new Int8Array(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const part = values.subarray(block * Q8_BLOCK, (block + 1) * Q8_BLOCK);
    const scale = Math.fround(part.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 127);
    const inverse = scale === 0 ? 0 : Math.fround(1 / scale);
    const at = block * Q8_BLOCK_BYTES;
    bytes.set(narrowFloats("F16", Float32Array.of(scale)), at);
    part.forEach((value, i) => {
      const multiple = Math.fround(value * inverse);
      numbers[at + 2 + i] = Math.sign(multiple) * Math.floor(Math.abs(multiple) + 0.5);
    });
  }
  return bytes;
}

/** Whether every scale of a tensor can be written in 16 bits. */
export function fitsQ8(values: Float32Array): boolean {
  const most = values.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  const [scale = 0] = widenFloats("F16", narrowFloats("F16", Float32Array.of(most / 127)));
  return Number.isFinite(scale);
}
