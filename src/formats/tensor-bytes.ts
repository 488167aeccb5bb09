import { CheckpointError } from "../errors.ts";
import { narrowFloats } from "./float-types.ts";
import type { TensorType } from "./safetensors-header.ts";

/** The exponent of an infinity, without sign. */
const INFINITIES: Readonly<Record<"F16" | "BF16", number>> = { F16: 0x7c00, BF16: 0x7f80 };

/**
 * The bytes of a tensor as a file has them.
 *
 * @param values finite
 * @throws CheckpointError naming the tensor where a number is too large for the type
 */
export function tensorBytes(name: string, values: Float32Array, type: TensorType): Uint8Array {
  const bytes = narrowFloats(type, values);
  if (type === "F32") return bytes;
  const narrowed = new Uint16Array(bytes.buffer, bytes.byteOffset, values.length);
  const at = narrowed.findIndex((bits) => (bits & 0x7fff) === INFINITIES[type]);
  if (at >= 0)
    throw new CheckpointError(
      `Expected numbers in ${name} that ${type} can hold, got ${values[at]!.toPrecision(3)}; write another type.`,
    );
  return bytes;
}
