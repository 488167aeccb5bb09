import { ELEMENT_BYTES, type TensorType } from "./safetensors-header.ts";

/**
 * Widens the stored numbers of a tensor to 32 bits; exact for every type, and bit for bit for F32.
 *
 * @param bytes little-endian, `ELEMENT_BYTES[type]` an element
 * @returns shape [bytes.length / ELEMENT_BYTES[type]], in memory of its own
 */
export function widenFloats(type: TensorType, bytes: Uint8Array): Float32Array {
  const size = bytes.length / ELEMENT_BYTES[type];
  const bits = new Uint32Array(size);
  if (type === "F32") {
    new Uint8Array(bits.buffer).set(bytes);
  } else {
    const widen = type === "BF16" ? widenBfloat16 : widenFloat16;
    for (let i = 0; i < size; i++) bits[i] = widen(bytes[2 * i]! | (bytes[2 * i + 1]! << 8));
  }
  return new Float32Array(bits.buffer);
}

let halves: Float32Array | undefined;

/** The number that 16 bits mean as IEEE 754 binary16. */
export function widenFloat16Number(half: number): number {
  halves ??= new Float32Array(Uint32Array.from({ length: 65_536 }, (_, bits) => widenFloat16(bits)).buffer);
  return halves[half]!;
}

/** A bfloat16 is the upper half of a float32. */
function widenBfloat16(half: number): number {
  return half << 16;
}

/** IEEE 754 binary16 to the bits of binary32: 5 bits of exponent become 8, 10 of fraction become 23. */
function widenFloat16(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal is fraction * 2^-24; its leading one becomes the implicit bit.
  const shift = Math.clz32(fraction) - 21;
  return sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13);
}
