import { readSafetensors, safetensorsChunks } from "./safetensors.ts";

/** Flat tensors and text by name: the state of an optimizer or of a training run. */
export interface SavedTensors {
  readonly tensors: ReadonlyMap<string, Float32Array>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The bytes of a safetensors file with each tensor in one dimension, piece by piece; equal input gives equal bytes. */
export function savedTensorsChunks(
  tensors: ReadonlyMap<string, Float32Array>,
  metadata: Readonly<Record<string, string>> = {},
): Iterable<Uint8Array> {
  return safetensorsChunks(
    Array.from(tensors, ([name, data]) => ({ name, shape: [data.length], data: () => data })),
    metadata,
  );
}

/**
 * Reads what `savedTensorsChunks` wrote, bit for bit.
 *
 * @param where the file's name, for messages
 * @throws CheckpointError for a damaged file
 */
export function readTensors(bytes: Uint8Array, where: string): SavedTensors {
  const { tensors, metadata } = readSafetensors(bytes, where);
  return { tensors: new Map(Array.from(tensors.values(), ({ name, data }) => [name, data])), metadata };
}
