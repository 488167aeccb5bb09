import { existsSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "../errors.ts";
import { ADAPTER_CONFIG, adapterFiles, readAdapter } from "../formats/adapter-files.ts";
import { writeFolderAtomically } from "../host/write-folder.ts";
import { checkNewFolder } from "./check-out.ts";
import type { ExportTarget } from "./export-target.ts";

/** The adapter of a run that trained one, in PEFT's format, without the model below it. */
export const adapterTarget: ExportTarget = {
  async check({ run }, { out, type }) {
    const trained = run !== null && existsSync(join(run, "adapter", ADAPTER_CONFIG));
    if (!trained)
      throw new OptionError(
        `Expected a run trained with \`lora\`, got ${run === null ? "a model" : "one whose weights were all trained"}; use \`to: hf\`.`,
      );
    if (type !== "F32")
      throw new OptionError("Expected `type` to be f32 for `to: adapter`, got another; leave it out.");
    await checkNewFolder("adapter", out);
  },

  async write({ config }, { run }, { out }) {
    const adapter = await readAdapter(join(run!, "adapter"), config);
    const files = adapterFiles(config, adapter);
    await writeFolderAtomically(out, files);
    return { files: Array.from(files.keys(), (name) => join(out, name)), parameters: adapter.parameters.length };
  },
};
