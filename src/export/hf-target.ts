import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { saveCheckpoint } from "../formats/checkpoint.ts";
import { OptionError } from "../errors.ts";
import type { TensorType } from "../formats/safetensors-header.ts";
import { trainedSampling } from "./trained-sampling.ts";
import { checkNewFolder } from "./check-out.ts";
import type { ExportTarget } from "./export-target.ts";

/**
 * A folder in Hugging Face's layout: transformers, vLLM and aha itself load it. An adapter is written into the weights.
 */
export const hfTarget: ExportTarget = {
  async check(_source, { out, type }) {
    if (type === "Q8_0")
      throw new OptionError(
        "Expected `type` to be f32, f16 or bf16 for a folder of `to` hf, got q8_0; write `to` gguf or ollama.",
      );
    await checkNewFolder("hf", out);
  },

  async write({ config, parameters, tokenizer }, { run }, { out, type }) {
    const generation = trainedSampling(run);
    await saveCheckpoint(out, { config, parameters, tokenizer, generation, type: type as TensorType });
    return { files: (await readdir(out)).map((name) => join(out, name)), parameters: parameters.length };
  },
};
