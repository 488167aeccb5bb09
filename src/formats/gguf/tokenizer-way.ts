import type { ModelConfig } from "../../model/model-config.ts";
import type { TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import type { GgufValue } from "./gguf-value.ts";
import type { GgufToken } from "./token-kinds.ts";

/** A tokenizer as llama.cpp has it. */
export interface GgufTokenizer {
  readonly tokens: readonly GgufToken[];
  /** Metadata below `tokenizer.ggml.` that only this kind has. */
  readonly fields: readonly (readonly [string, GgufValue])[];
}

/** How one kind of `tokenizer.json` becomes a tokenizer of llama.cpp with the same ids; undefined for another kind. */
export type TokenizerWay = (json: TokenizerJson, config: ModelConfig) => GgufTokenizer | undefined;
