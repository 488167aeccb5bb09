import { narrowFloat16 } from "../numbers/float16.ts";
import { ELEMENT_BYTES, type TensorType } from "./safetensors-header.ts";

/**
 * Widens the stored numbers of a tensor to 32 bits; exact for every type, and bit for bit for F32.
 *
 * @param bytes little-endian, `ELEMENT_BYTES[type]` an element
 * @returns shape [bytes.length / ELEMENT_BYTES[type]], in memory of its own
 */
export function widenFloats(type: TensorType, bytes: Uint8Array): Float32Array {
  const out = new Float32Array(bytes.length / ELEMENT_BYTES[type]);
  widenFloatsInto(type, bytes, out);
  return out;
}

/** The same into memory that is there, shape [bytes.length / ELEMENT_BYTES[type]]. */
export function widenFloatsInto(type: TensorType, bytes: Uint8Array, out: Float32Array): void {
  if (type === "F32") {
    new Uint8Array(out.buffer, out.byteOffset, out.byteLength).set(bytes);
    return;
  }
  const bits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  const halves = asHalves(bytes);
  if (type === "BF16") {
    // A bfloat16 is the upper half of a float32.
    for (let i = 0; i < halves.length; i++) bits[i] = halves[i]! << 16;
  } else {
    const widened = widenedHalves();
    for (let i = 0; i < halves.length; i++) bits[i] = widened[halves[i]!]!;
  }
}

/**
 * Narrows numbers to the type that they are stored in: to the nearest, ties to even. What is too large becomes an
 * infinity.
 *
 * @returns little-endian, `ELEMENT_BYTES[type]` an element; for F32 a window on the same memory
 */
export function narrowFloats(type: TensorType, values: Float32Array): Uint8Array {
  if (type === "F32") return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const narrow = type === "BF16" ? narrowBfloat16 : narrowFloat16;
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const narrowed = new Uint16Array(values.length);
  for (let i = 0; i < narrowed.length; i++) narrowed[i] = narrow(bits[i]!);
  return new Uint8Array(narrowed.buffer);
}

/** A view of 16-bit words needs an even beginning. */
function asHalves(bytes: Uint8Array): Uint16Array {
  const { buffer, byteOffset } = bytes.byteOffset % 2 === 0 ? bytes : bytes.slice();
  return new Uint16Array(buffer, byteOffset, bytes.length / 2);
}

let table: Uint32Array | undefined;
let numbers: Float32Array | undefined;

/** The bits of binary32 for each of the 65,536 binary16. */
function widenedHalves(): Uint32Array {
  return (table ??= Uint32Array.from({ length: 65_536 }, (_, half) => widenFloat16(half)));
}

/** The number that each 16 bits mean as IEEE 754 binary16. */
export function float16Numbers(): Float32Array {
  return (numbers ??= new Float32Array(widenedHalves().buffer));
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

function narrowBfloat16(bits: number): number {
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}
