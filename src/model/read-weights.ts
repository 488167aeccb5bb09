import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../errors.ts";
import { widenFloats } from "./float-types.ts";
import type { ModelConfig } from "./model-config.ts";
import { parameterLayout, type ParameterInfo } from "./parameters.ts";
import { readBytes } from "./read-bytes.ts";
import { LENGTH_BYTES, parseSafetensorsHeader, safetensorsHeaderLength, type TensorEntry } from "./safetensors-header.ts";
import { transposeInto } from "./transpose.ts";
import type { WeightFiles } from "./weight-files.ts";

const TIED_COPY = "lm_head.weight";
/** Tables of rotary frequencies that older files carry; they follow from the config. */
const IGNORED = /\.rotary_emb\.inv_freq$/;

/** A tensor and the file that it is in. */
interface StoredTensor {
  readonly entry: TensorEntry;
  readonly file: FileHandle;
  readonly path: string;
}

/**
 * Reads a model's parameters out of safetensors files, one tensor at a time, into the flat internal layout.
 *
 * @param weights with every parameter of the layout, matrices of linear layers as [out, in]
 * @throws CheckpointError where a file is damaged, a tensor is missing, unexpected, in two files or of another shape, or a number isn't finite
 */
export async function readWeights(weights: WeightFiles, config: ModelConfig): Promise<Float32Array> {
  const opened: FileHandle[] = [];
  try {
    const stored = new Map<string, StoredTensor>();
    for (const path of weights.files) {
      const file = await open(path, "r");
      opened.push(file);
      for (const entry of await readEntries(file, path)) {
        const place = weights.places?.get(entry.name);
        if (stored.has(entry.name) || (weights.places !== null && place !== path)) throw new CheckpointError(`Expected ${show(entry.name)} in ${place ?? "no file"}, as ${weights.where} has it, got it in ${path}; copy the files again.`);
        stored.set(entry.name, { entry, file, path });
      }
    }
    return await readParameters(stored, config, weights.where);
  } finally {
    for (const file of opened) await file.close();
  }
}

async function readEntries(file: FileHandle, path: string): Promise<readonly TensorEntry[]> {
  const fileBytes = (await file.stat()).size;
  const start = await readBytes(file, 0, Math.min(LENGTH_BYTES, fileBytes), path);
  const headerBytes = safetensorsHeaderLength(start, fileBytes, path);
  return parseSafetensorsHeader(await readBytes(file, LENGTH_BYTES, headerBytes, path), fileBytes, path).entries;
}

async function readParameters(stored: ReadonlyMap<string, StoredTensor>, config: ModelConfig, where: string): Promise<Float32Array> {
  const layout = parameterLayout(config);
  checkNames(stored, layout, config, where);
  const matched = layout.map((info) => ({ info, tensor: checkShape(stored, info) }));
  const flat = new Float32Array(matched.reduce((total, { info }) => total + info.size, 0));
  for (const { info, tensor } of matched) {
    const values = await readTensor(tensor);
    const view = flat.subarray(info.offset, info.offset + info.size);
    if (info.transposed) transposeInto(values, tensor.entry.shape[0]!, tensor.entry.shape[1]!, view);
    else view.set(values);
  }
  if (config.tiedEmbeddings) await checkTiedCopy(stored.get(TIED_COPY), flat);
  checkFinite(flat, layout, where);
  return flat;
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

function checkNames(stored: ReadonlyMap<string, StoredTensor>, layout: readonly ParameterInfo[], config: ModelConfig, where: string): void {
  const expected = new Set(layout.map((info) => info.name));
  const list = (names: readonly string[]): string => names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  const missing = [...expected].filter((name) => !stored.has(name));
  if (missing.length > 0) throw new CheckpointError(`Expected ${where} to hold ${list(missing)}, got a file without; does config.json belong to it?`);
  const known = (name: string): boolean => expected.has(name) || IGNORED.test(name) || (config.tiedEmbeddings && name === TIED_COPY);
  const unexpected = [...stored.keys()].filter((name) => !known(name)).map(show);
  if (unexpected.length > 0) throw new CheckpointError(`Expected ${where} to hold the tensors of its config.json only, got also ${list(unexpected)}; is it another architecture?`);
}

function checkShape(stored: ReadonlyMap<string, StoredTensor>, info: ParameterInfo): StoredTensor {
  const tensor = stored.get(info.name)!;
  const { shape } = tensor.entry;
  const expected = info.transposed ? info.shape.toReversed() : info.shape;
  if (shape.length === expected.length && shape.every((length, axis) => length === expected[axis])) return tensor;
  throw new CheckpointError(`Expected ${info.name} in ${tensor.path} to have shape [${expected.join(", ")}], got [${shape.join(", ")}]; does config.json belong to it?`);
}

/** Some tied models store the output layer as well: fine where it is the embedding matrix. */
async function checkTiedCopy(copy: StoredTensor | undefined, flat: Float32Array): Promise<void> {
  if (copy === undefined) return;
  const values = await readTensor(copy);
  if (values.every((value, i) => value === flat[i])) return;
  throw new CheckpointError(`Expected ${TIED_COPY} in ${copy.path} to equal the embeddings that it is tied to, got others; set \`tie_word_embeddings\` to false in config.json.`);
}

async function readTensor({ entry, file, path }: StoredTensor): Promise<Float32Array> {
  return widenFloats(entry.type, await readBytes(file, entry.begin, entry.end - entry.begin, path));
}
