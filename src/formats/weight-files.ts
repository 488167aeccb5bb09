import { join } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { bytesOfFile } from "../host/check-file.ts";
import { readJsonFile } from "../host/json-file.ts";
import { MOST_BYTES, MOST_SHARDS } from "./model-file-limits.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";

export const WEIGHTS = "model.safetensors";
const INDEX = `${WEIGHTS}.index.json`;

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
  const index = join(folder, INDEX);
  if ((await bytesOfFile(index)) === null)
    throw new CheckpointError(
      `Expected a readable file ${single}, or ${INDEX} beside its shards, got neither; is this a model folder?`,
    );
  const places = await readIndex(index, folder);
  const files = [...new Set(places.values())].toSorted();
  if (files.length > MOST_SHARDS)
    throw new CheckpointError(
      `Expected ${index} to name at most ${MOST_SHARDS} files, got ${files.length}; copy it again.`,
    );
  for (const file of files) {
    if ((await bytesOfFile(file)) === null)
      throw new CheckpointError(
        `Expected ${file}, one of ${files.length} files with weights that ${INDEX} names, got no such file; copy it too.`,
      );
  }
  return { files, places, where: index };
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
