import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../errors.ts";
import { widenFloatsInto } from "./float-types.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { parameterLayout, type ParameterInfo } from "../model/parameters.ts";
import { readBytes } from "../host/read-bytes.ts";
import { readParameters } from "./read-parameters.ts";
import { RowReader, type StoredMatrix } from "./row-reader.ts";
import {
  ELEMENT_BYTES,
  LENGTH_BYTES,
  parseSafetensorsHeader,
  safetensorsHeaderLength,
  type TensorEntry,
} from "./safetensors-header.ts";
import type { WeightFiles } from "./weight-files.ts";

const TIED_COPY = "lm_head.weight";
/** Tables of rotary frequencies that older files carry; they follow from the config. */
const IGNORED = /\.rotary_emb\.inv_freq$/;

/**
 * A tensor's name as transformers saves it: without what a compiled, parallel or wrapped model puts before it, or
 * inside of it, and with the `model.` that the bare decoder leaves out.
 */
function plainName(name: string): string {
  const plain = name
    .replaceAll("_orig_mod.", "")
    .replace(/^module\./, "")
    .replace(/^base_model\.model\./, "")
    .replace(".base_layer.", ".");
  return /^(layers\.\d|embed_tokens\.|norm\.weight$)/.test(plain) ? `model.${plain}` : plain;
}

/** A tensor and the file that it is in. */
interface StoredTensor {
  readonly entry: TensorEntry;
  readonly file: FileHandle;
  readonly path: string;
}

/**
 * Reads a model's parameters out of safetensors files into the flat internal layout.
 *
 * @param weights with every parameter of the layout, matrices of linear layers as [out, in]
 * @throws CheckpointError where a file is damaged, a tensor is missing, unexpected, in two files or of another shape,
 *   or a number isn't finite
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
        const name = plainName(entry.name);
        if (stored.has(name) || (weights.places !== null && place !== path))
          throw new CheckpointError(
            `Expected ${show(entry.name)} in ${place ?? "no file"}, as ${weights.where} has it, got it in ${path}; copy the files again.`,
          );
        stored.set(name, { entry, file, path });
      }
    }
    return await readMatching(stored, config, weights.where);
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

async function readMatching(
  stored: ReadonlyMap<string, StoredTensor>,
  config: ModelConfig,
  where: string,
): Promise<Float32Array> {
  const layout = parameterLayout(config);
  checkNames(stored, layout, config, where);
  const parameters = layout.map((info) => ({ info, matrix: matrixOf(checkShape(stored, info)) }));
  // Some tied models store the output layer as well.
  const copy =
    config.tiedEmbeddings && stored.has(TIED_COPY) ? checkShape(stored, { ...layout[0]!, name: TIED_COPY }) : undefined;
  const flat = await readParameters(parameters, where);
  if (copy !== undefined) await checkTiedCopy(copy, flat);
  return flat;
}

function checkNames(
  stored: ReadonlyMap<string, StoredTensor>,
  layout: readonly ParameterInfo[],
  config: ModelConfig,
  where: string,
): void {
  const expected = new Set(layout.map((info) => info.name));
  const adapter = [...stored.keys()].find((name) => /\.lora_[AB]\./.test(name));
  if (adapter !== undefined)
    throw new CheckpointError(
      `Expected ${where} to hold a whole model, got also ${show(adapter)}, an adapter beside the weights that it changes; merge it with PEFT's merge_and_unload and save it again.`,
    );
  const list = (names: readonly string[]): string =>
    names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  const missing = [...expected].filter((name) => !stored.has(name));
  if (missing.length > 0)
    throw new CheckpointError(
      `Expected ${where} to hold ${list(missing)}, got a file without; does config.json belong to it?`,
    );
  const known = (name: string): boolean =>
    expected.has(name) || IGNORED.test(name) || (config.tiedEmbeddings && name === TIED_COPY);
  const unexpected = [...stored.keys()].filter((name) => !known(name)).map(show);
  if (unexpected.length > 0)
    throw new CheckpointError(
      `Expected ${where} to hold the tensors of its config.json only, got also ${list(unexpected)}; is it another architecture?`,
    );
}

function checkShape(stored: ReadonlyMap<string, StoredTensor>, info: ParameterInfo): StoredTensor {
  const tensor = stored.get(info.name)!;
  const { shape } = tensor.entry;
  const expected = info.transposed ? info.shape.toReversed() : info.shape;
  if (shape.length === expected.length && shape.every((length, axis) => length === expected[axis])) return tensor;
  throw new CheckpointError(
    `Expected ${info.name} in ${tensor.path} to have shape [${expected.join(", ")}], got [${shape.join(", ")}]; does config.json belong to it?`,
  );
}

/** A copy is fine where it is the embedding matrix, which the flat array begins with. */
async function checkTiedCopy(copy: StoredTensor, flat: Float32Array): Promise<void> {
  const matrix = matrixOf(copy);
  let equal = true;
  await new RowReader().read(matrix, (values, row) => {
    const first = row * matrix.columns;
    equal &&= values.every((value, i) => value === flat[first + i]);
  });
  if (!equal)
    throw new CheckpointError(
      `Expected ${TIED_COPY} in ${copy.path} to equal the embeddings that it is tied to, got others; set \`tie_word_embeddings\` to false in config.json.`,
    );
}

function matrixOf({ entry: { type, shape, size, begin }, file, path }: StoredTensor): StoredMatrix {
  const columns = shape.at(-1) ?? 1;
  return {
    file,
    path,
    begin,
    rows: size / columns,
    columns,
    rowBytes: columns * ELEMENT_BYTES[type],
    unit: 1,
    widen: (bytes, out) => widenFloatsInto(type, bytes, out),
  };
}
