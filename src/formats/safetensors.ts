import { sumOf } from "../numbers/sum.ts";
import { CheckpointError } from "../errors.ts";
import { widenFloats } from "./float-types.ts";
import {
  ELEMENT_BYTES,
  LENGTH_BYTES,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
  type TensorType,
} from "./safetensors-header.ts";
import { tensorBytes } from "./tensor-bytes.ts";

/** A named tensor with its numbers in row-major order; `data.length` is the product of `shape`. */
export interface NamedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A tensor to write whose numbers are made when its turn comes, so that a large model isn't held twice. */
export interface TensorSource {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: () => Float32Array;
}

export interface SafetensorsContent {
  readonly tensors: ReadonlyMap<string, NamedTensor>;
  readonly metadata: ReadonlyMap<string, string>;
}

/**
 * Reads a whole safetensors file; F16 and BF16 are widened to 32 bits.
 *
 * @param where the file's name, for messages
 * @throws CheckpointError where the file breaks the format, before anything of the sizes it claims is allocated
 */
export function readSafetensors(bytes: Uint8Array, where: string): SafetensorsContent {
  const length = safetensorsHeaderLength(bytes.subarray(0, LENGTH_BYTES), bytes.length, where);
  const header = parseSafetensorsHeader(bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + length), bytes.length, where);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, type, shape, begin, end } of header.entries) {
    tensors.set(name, { name, shape, data: widenFloats(type, bytes.subarray(begin, end)) });
  }
  return { tensors, metadata: header.metadata };
}

/**
 * The bytes of a safetensors file in F32: the same for the same tensors and metadata, in whatever order they come.
 *
 * @throws CheckpointError for two tensors of one name or data that doesn't fill its shape
 */
export function writeSafetensors(
  tensors: Iterable<NamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const sources = Array.from(tensors, ({ name, shape, data }) => ({ name, shape, data: () => data }));
  const chunks = [...safetensorsChunks(sources, metadata)];
  const bytes = new Uint8Array(sumOf(chunks, (chunk) => chunk.length));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * The same bytes piece by piece: the header, then one tensor at a time, sorted by name; in F32 or narrowed.
 *
 * @throws CheckpointError as `writeSafetensors`, or for a number that is too large for the type
 */
export function* safetensorsChunks(
  sources: readonly TensorSource[],
  metadata: Readonly<Record<string, string>> = {},
  type: TensorType = "F32",
): Generator<Uint8Array> {
  const sorted = sources.toSorted(byName);
  yield headerBytes(sorted, metadata, type);
  for (const { name, shape, data } of sorted) {
    const values = data();
    if (values.length !== elementCount(shape)) {
      throw new CheckpointError(
        `Expected tensor ${name} to have ${elementCount(shape)} elements for its shape [${shape.join(", ")}], got ${values.length}.`,
      );
    }
    yield tensorBytes(name, values, type);
  }
}

function headerBytes(
  sorted: readonly TensorSource[],
  metadata: Readonly<Record<string, string>>,
  type: TensorType,
): Uint8Array {
  // Joined by hand: an object would move names that look like numbers to the front.
  const fields = [`"__metadata__":${JSON.stringify({ format: "pt", ...sortedFields(metadata) })}`];
  let offset = 0;
  let before: string | undefined;
  for (const { name, shape } of sorted) {
    if (name === before || name === "__metadata__")
      throw new CheckpointError(`Expected every tensor to have a name of its own, got ${name} again; rename one.`);
    before = name;
    const end = offset + ELEMENT_BYTES[type] * elementCount(shape);
    fields.push(`${JSON.stringify(name)}:${JSON.stringify({ dtype: type, shape, data_offsets: [offset, end] })}`);
    offset = end;
  }
  const text = new TextEncoder().encode(`{${fields.join(",")}}`);
  // Padded with spaces, so that the data begins at a multiple of 8.
  const bytes = new Uint8Array(LENGTH_BYTES + Math.ceil(text.length / 8) * 8).fill(0x20);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - LENGTH_BYTES), true);
  bytes.set(text, LENGTH_BYTES);
  return bytes;
}

function sortedFields(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function byName(a: TensorSource, b: TensorSource): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}
