import { createHash, type Hash } from "node:crypto";
import { open, readFile } from "node:fs/promises";
import { basename } from "node:path";
import { findModel } from "../formats/find-model.ts";
import { modelFiles } from "../formats/model-files.ts";
import { TOKENIZER } from "../formats/tokenizer-files.ts";
import { isJsonObject } from "../host/show-json.ts";
import { TAG_TOKENS } from "../prompts/index.ts";
import { foreignJson } from "../text/foreign-json.ts";
import { isOwnTokenizer } from "../tokenizer/word-tokenizer.ts";
import type { Source } from "./stage-runner.ts";

/**
 * A model of any form that was there before, named by the hash of its files: the same weights have the same name
 * wherever they lie.
 *
 * @throws CheckpointError for what is no model, or a run that has no trained model yet
 */
export async function givenModel(modelOrRun: string): Promise<Source> {
  const { model } = findModel(modelOrRun);
  const { main, others, isPlain } = await modelFiles(model);
  const hash = createHash("sha256");
  // Plain folders are named by their main files alone, as they always were: what was made from them is found again.
  for (const file of isPlain ? main : [...main, ...others]) await addFile(hash, file);
  return { name: "model", key: hash.digest("hex"), folder: model };
}

/**
 * A tokenizer as models are named by it: tokenizers made here had their tags as special tokens once, which changes
 * nothing of what is computed, and what was made from such a model is found again.
 */
function namingText(bytes: Buffer): Buffer {
  const text = bytes.toString();
  const json = foreignJson(text).value;
  if (!isJsonObject(json) || !isOwnTokenizer(json)) return bytes;
  return Buffer.from(text.replace(SHOWN_TAG, "$1true"));
}

/** `"content": "<think>", ... "special": false` of one token. */
const SHOWN_TAG = new RegExp(`("content":\\s*"(?:${TAG_TOKENS.join("|")})"[^{}]*"special":\\s*)false`, "g");

/** In pieces: the weights needn't fit in memory. */
async function addFile(hash: Hash, path: string): Promise<void> {
  if (basename(path) === TOKENIZER) return void hash.update(namingText(await readFile(path)));
  const file = await open(path, "r");
  try {
    const bytes = Buffer.alloc(2 ** 20);
    for (;;) {
      const { bytesRead } = await file.read(bytes);
      if (bytesRead === 0) return;
      hash.update(bytes.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
