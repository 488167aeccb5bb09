import { existsSync } from "node:fs";
import { join } from "node:path";
import { CheckpointError } from "../errors.ts";
import { modelFaceFiles } from "../formats/checkpoint.ts";
import { JsonFields } from "../host/json-fields.ts";
import { readJsonFile } from "../host/json-file.ts";
import { isJsonObject, showJson } from "../host/show-json.ts";
import { writeFolderAtomically, type FileContent } from "../host/write-folder.ts";
import type { ModelConfig } from "../model/model-config.ts";
import type { ServedCheckpoint } from "../policy/policy.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";

const FILE = "served.json";
const MOST_BYTES = 65_536;
const LONGEST_NAME = 1024;
const MOST_UPDATES = 2 ** 31;

/** Whether the checkpoint of a folder is a server's: it says where the weights are, and doesn't hold them. */
export function isServedCheckpoint(folder: string): boolean {
  return existsSync(join(folder, FILE));
}

/** @param model how it is asked, where the checkpoint is to hold that too */
export async function writeServedCheckpoint(
  folder: string,
  kept: ServedCheckpoint,
  model: { readonly config: ModelConfig; readonly tokenizer: Tokenizer } | null,
): Promise<void> {
  const files = new Map<string, FileContent>([
    ...(model === null ? [] : modelFaceFiles(model)),
    [FILE, `${JSON.stringify(kept, null, 2)}\n`],
  ]);
  await writeFolderAtomically(folder, files);
}

/** @throws CheckpointError for a file that is damaged or was edited */
export async function readServedCheckpoint(folder: string): Promise<ServedCheckpoint> {
  const where = join(folder, FILE);
  const json = await readJsonFile(where, MOST_BYTES);
  if (!isJsonObject(json))
    throw new CheckpointError(`Expected ${where} to hold a JSON object, got ${showJson(json)}; copy it again.`);
  const fields = new JsonFields(json, where);
  const text = (name: string): string => {
    const value = fields.get(name);
    const isText = typeof value === "string" && value !== "" && value.length <= LONGEST_NAME;
    return isText ? value : fields.fail(name, `a text of at most ${LONGEST_NAME} letters`);
  };
  return {
    engine: text("engine"),
    model: text("model"),
    rank: fields.integer("rank", 1, 65_536),
    weights: text("weights"),
    updates: fields.integer("updates", 0, MOST_UPDATES),
  };
}
