import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { bytesOfFile } from "../host/check-file.ts";
import { readJsonFile } from "../host/json-file.ts";
import { MOST_BYTES, MOST_SHARDS } from "./model-file-limits.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";

export const WEIGHTS = "model.safetensors";
export const WEIGHTS_INDEX: string = `${WEIGHTS}.index.json`;

/** Where a model's weights stand: one file, or several and which tensor is in which. */
export interface WeightFiles {
  /** Paths. */
  readonly files: readonly string[];
  /** By tensor the path of its file; null where one file holds all. */
  readonly places: ReadonlyMap<string, string> | null;
  /** What messages call them. */
  readonly where: string;
}

/**
 * Finds the weights of a model folder: `model.safetensors`, or the shards that its index names.
 *
 * @throws CheckpointError where there are none, a shard is missing, or the index is damaged or names files elsewhere
 */
export async function findWeightFiles(folder: string): Promise<WeightFiles> {
  const single = join(folder, WEIGHTS);
  if ((await bytesOfFile(single)) !== null) return { files: [single], places: null, where: single };
  const index = join(folder, WEIGHTS_INDEX);
  if ((await bytesOfFile(index)) === null) {
    const instead = await otherWeights(folder);
    if (instead !== undefined) throw new CheckpointError(`Expected weights in safetensors, ${single}, got ${instead}.`);
    throw new CheckpointError(
      `Expected a readable file ${single}, or ${WEIGHTS_INDEX} beside its shards, got neither; is this a model folder?`,
    );
  }
  const places = await readIndex(index, folder);
  const files = [...new Set(places.values())].toSorted();
  if (files.length > MOST_SHARDS)
    throw new CheckpointError(
      `Expected ${index} to name at most ${MOST_SHARDS} files, got ${files.length}; copy it again.`,
    );
  for (const file of files) {
    if ((await bytesOfFile(file)) === null)
      throw new CheckpointError(
        `Expected ${file}, one of ${files.length} files with weights that ${WEIGHTS_INDEX} names, got no such file; copy it too.`,
      );
  }
  return { files, places, where: index };
}

/** Weights in another form, named for what they are, with the way out. */
async function otherWeights(folder: string): Promise<string | undefined> {
  const names = await readdir(folder);
  const has = (pattern: RegExp): string | undefined => names.find((name) => pattern.test(name));
  const pickled = has(/^(pytorch_model.*\.bin(\.index\.json)?|.*\.(pth|pt|ckpt))$/);
  if (pickled !== undefined)
    return `${show(pickled)}, a file of PyTorch that is run to be read; convert it with Python: transformers' AutoModelForCausalLM.from_pretrained(${show(folder)}).save_pretrained(${show(folder)})`;
  const foreign = has(/^(tf_model\.h5|flax_model\.msgpack|model\.onnx)$/);
  if (foreign !== undefined) return `${show(foreign)}, weights of another library; export them to safetensors there`;
  const gguf = has(/\.gguf$/);
  return gguf === undefined ? undefined : `${show(gguf)}, a model in one file; name the file, ${join(folder, gguf)}`;
}

async function readIndex(path: string, folder: string): Promise<Map<string, string>> {
  const fail = (expected: string, came: string): never => {
    throw new CheckpointError(`Expected ${path} to hold ${expected}, got ${came}; copy it again.`);
  };
  const json = await readJsonFile(path, MOST_BYTES.index);
  const map = isJsonObject(json) && Object.hasOwn(json, "weight_map") ? json["weight_map"] : undefined;
  if (!isJsonObject(map)) return fail("a `weight_map`", showJson(map));
  return new Map(
    Object.entries(map).map(([name, file]) => {
      // A plain name: nothing outside of the folder is opened.
      if (typeof file !== "string" || !/^[\w-][\w.-]*\.safetensors$/.test(file))
        return fail("plain names of .safetensors files", show(file));
      return [name, join(folder, file)];
    }),
  );
}
