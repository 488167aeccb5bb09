import { saveGguf } from "../formats/gguf/save-gguf.ts";
import { checkNewFile } from "./check-out.ts";
import type { ExportTarget } from "./export-target.ts";

/** One GGUF file: llama.cpp, Ollama and aha itself load it. An adapter is written into the weights. */
export const ggufTarget: ExportTarget = {
  check: (_source, { out }) => checkNewFile("gguf", ".gguf", out),

  async write({ config, parameters, tokenizer }, { name }, { out, type }) {
    await saveGguf(out, { config, parameters, tokenizer, type, name });
    return { files: [out], parameters: parameters.length };
  },
};
