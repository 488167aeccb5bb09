import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../errors.ts";
import { widenFloats } from "./float-types.ts";
import type { ModelConfig } from "./model-config.ts";
import { parameterLayout, type ParameterInfo } from "./parameters.ts";
import { LENGTH_BYTES, parseSafetensorsHeader, safetensorsHeaderLength, type TensorEntry } from "./safetensors-header.ts";
import { transposeInto } from "./transpose.ts";

const TIED_COPY = "lm_head.weight";
/** Tables of rotary frequencies that older files carry; they follow from the config. */
const IGNORED = /\.rotary_emb\.inv_freq$/;
const MOST_BYTES_A_READ = 2 ** 30;

/**
 * Reads a model's parameters out of a safetensors file, one tensor at a time, into the flat internal layout.
 *
 * @param file with every parameter of the layout, matrices of linear layers as [out, in]
 * @throws CheckpointError where the file is damaged, a tensor is missing, unexpected or of another shape, or a number isn't finite
 */
export async function readWeights(path: string, config: ModelConfig): Promise<Float32Array> {
  const file = await open(path, "r");
  try {
    const fileBytes = (await file.stat()).size;
    const start = await readBytes(file, 0, Math.min(LENGTH_BYTES, fileBytes), path);
    const headerBytes = safetensorsHeaderLength(start, fileBytes, path);
    const header = parseSafetensorsHeader(await readBytes(file, LENGTH_BYTES, headerBytes, path), fileBytes, path);
    const entries = new Map(header.entries.map((entry) => [entry.name, entry]));
    const layout = parameterLayout(config);
    checkNames(entries, layout, config, path);
    const matched = layout.map((info) => ({ info, entry: checkShape(entries, info, path) }));
    const flat = new Float32Array(matched.reduce((total, { info }) => total + info.size, 0));
    for (const { info, entry } of matched) {
      const values = await readTensor(file, entry, path);
      const view = flat.subarray(info.offset, info.offset + info.size);
      if (info.transposed) transposeInto(values, entry.shape[0]!, entry.shape[1]!, view);
      else view.set(values);
    }
    if (config.tiedEmbeddings) await checkTiedCopy(file, entries.get(TIED_COPY), flat, path);
    checkFinite(flat, layout, path);
    return flat;
  } finally {
    await file.close();
  }
}

/** @throws CheckpointError naming the first parameter with NaN or infinite numbers, and how many there are */
export function checkFinite(flat: Float32Array, layout: readonly ParameterInfo[], where: string): void {
  for (const { name, offset, size } of layout) {
    let broken = 0;
    for (let i = offset; i < offset + size; i++) if (!Number.isFinite(flat[i]!)) broken++;
    if (broken > 0) {
      throw new CheckpointError(`Expected finite numbers in ${name} of ${where}, got ${broken} of ${size} that are NaN or infinite; use an earlier checkpoint.`);
    }
  }
}

function checkNames(entries: ReadonlyMap<string, TensorEntry>, layout: readonly ParameterInfo[], config: ModelConfig, path: string): void {
  const expected = new Set(layout.map((info) => info.name));
  const list = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  const missing = [...expected].filter((name) => !entries.has(name));
  if (missing.length > 0) throw new CheckpointError(`Expected ${path} to hold ${list(missing)}, got a file without; does config.json belong to it?`);
  const known = (name: string): boolean => expected.has(name) || IGNORED.test(name) || (config.tiedEmbeddings && name === TIED_COPY);
  const unexpected = [...entries.keys()].filter((name) => !known(name)).map(show);
  if (unexpected.length > 0) throw new CheckpointError(`Expected ${path} to hold the tensors of its config.json only, got also ${list(unexpected)}; is it another architecture?`);
}

function checkShape(entries: ReadonlyMap<string, TensorEntry>, info: ParameterInfo, path: string): TensorEntry {
  const entry = entries.get(info.name)!;
  const expected = info.transposed ? info.shape.toReversed() : info.shape;
  if (entry.shape.length === expected.length && entry.shape.every((length, axis) => length === expected[axis])) return entry;
  throw new CheckpointError(
    `Expected ${info.name} in ${path} to have shape [${expected.join(", ")}], got [${entry.shape.join(", ")}]; does config.json belong to it?`,
  );
}

/** Some tied models store the output layer as well: fine where it is the embedding matrix. */
async function checkTiedCopy(file: FileHandle, copy: TensorEntry | undefined, flat: Float32Array, path: string): Promise<void> {
  if (copy === undefined) return;
  const values = await readTensor(file, copy, path);
  if (values.every((value, i) => value === flat[i])) return;
  throw new CheckpointError(`Expected ${TIED_COPY} in ${path} to equal the embeddings that it is tied to, got others; set \`tie_word_embeddings\` to false in config.json.`);
}

async function readTensor(file: FileHandle, entry: TensorEntry, path: string): Promise<Float32Array> {
  return widenFloats(entry.type, await readBytes(file, entry.begin, entry.end - entry.begin, path));
}

/** Reads a range that is known to lie within the file. */
async function readBytes(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await file.read(bytes, at, Math.min(length - at, MOST_BYTES_A_READ), position + at);
    if (bytesRead === 0) throw new CheckpointError(`Expected ${path} to have ${position + length} bytes, got ${position + at}; it changed while it was read, try again.`);
    at += bytesRead;
  }
  return bytes;
}
