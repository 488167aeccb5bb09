const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);
const INFINITE_HALF = 0x7c00;

/** The bits of IEEE 754 binary32 to binary16: to the nearest, ties to even. What is too large becomes an infinity. */
export function narrowFloat16(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  // From 2^16 up nothing is left to round.
  if (magnitude >= 0x47800000) return sign | INFINITE_HALF;
  if (magnitude >= 0x38800000) return sign | ((magnitude + 0xfff + ((magnitude >>> 13) & 1) - 0x38000000) >>> 13);
  // Below 2^-14 the result counts units of 2^-24, which is what the last bit of a number beside 0.5 stands for.
  scratchBits[0] = magnitude;
  scratch[0] = scratch[0]! + 0.5;
  return sign | (scratchBits[0]! - 0x3f000000);
}

/**
 * Numbers as binary16, in memory of their own.
 *
 * @returns undefined where one of them is too large for it (from 65,520 up), or isn't a number
 */
export function toFloat16(values: Float32Array): Uint16Array | undefined {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  let isFinite = true;
  for (let i = 0; i < halves.length; i++) {
    const half = narrowFloat16(bits[i]!);
    halves[i] = half;
    if ((half & INFINITE_HALF) === INFINITE_HALF) isFinite = false;
  }
  return isFinite ? halves : undefined;
}
