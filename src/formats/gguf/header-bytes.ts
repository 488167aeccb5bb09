import { sumOf } from "../../numbers/sum.ts";
import { textBytes, uint32, uint64Bytes, type GgufMetadata } from "./gguf-value.ts";

/** What the header of a GGUF file says of a tensor. */
export interface TensorToWrite {
  readonly name: string;
  /** In row-major order; the file gets the reverse. */
  readonly shape: readonly number[];
  /** The number of its format, a key of `BLOCK_FORMATS`. */
  readonly format: number;
  readonly bytes: number;
}

const VERSION = 3;
/** Tensors begin at multiples of this: the format's default. */
const ALIGNMENT = 32;

/** Zeros from the end of so many bytes to where the next tensor may begin. */
export function padding(bytes: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (bytes % ALIGNMENT)) % ALIGNMENT);
}

/**
 * Everything of a GGUF file before its numbers. Format: docs/gguf.md of ggml-org/ggml, version 3.
 *
 * @returns a multiple of the alignment; tensors follow in their order, each with its padding
 */
export function headerBytes(metadata: GgufMetadata, tensors: readonly TensorToWrite[]): Uint8Array {
  const parts: Uint8Array[] = [
    new TextEncoder().encode("GGUF"),
    uint32(VERSION).bytes,
    uint64Bytes(tensors.length),
    uint64Bytes(metadata.size),
  ];
  for (const [key, { type, bytes }] of metadata) parts.push(textBytes(key), uint32(type).bytes, bytes);
  let offset = 0;
  for (const { name, shape, format, bytes } of tensors) {
    parts.push(
      textBytes(name),
      uint32(shape.length).bytes,
      ...shape.toReversed().map(uint64Bytes),
      uint32(format).bytes,
      uint64Bytes(offset),
    );
    offset += bytes + padding(bytes).length;
  }
  return Buffer.concat([...parts, padding(sumOf(parts, (part) => part.length))]);
}
