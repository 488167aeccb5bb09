import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import { checkNewFolder } from "./check-out.ts";
import type { ExportTarget } from "./export-target.ts";

/**
 * A folder in Hugging Face's layout: transformers, vLLM and aha itself load it. An adapter is written into the weights.
 */
export const hfTarget: ExportTarget = {
  check: (_source, { out }) => checkNewFolder("hf", out),

  async write({ config, parameters, tokenizer }, _source, { out, type }) {
    await saveCheckpoint(out, { config, parameters, tokenizer, type });
    return { files: (await readdir(out)).map((name) => join(out, name)), parameters: parameters.length };
  },
};
