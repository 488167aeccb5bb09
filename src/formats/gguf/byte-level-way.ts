import { byteLevelCutName } from "./byte-level-cuts.ts";
import { textValue, texts } from "./gguf-value.ts";
import type { TokenizerWay } from "./tokenizer-way.ts";
import { mergePairs, modelOf, vocabularyTokens } from "./vocabulary-tokens.ts";

/** GPT-2's byte-level BPE, where llama.cpp has a name for how it cuts text. */
export const byteLevelWay: TokenizerWay = (json, config) => {
  const { type, continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = modelOf(json);
  const cut = byteLevelCutName(json);
  const merges = mergePairs(json);
  if (type !== "BPE" || Boolean(prefix) || Boolean(suffix) || cut === undefined || merges === undefined)
    return undefined;
  return {
    tokens: vocabularyTokens(json, config.vocabSize),
    fields: [
      ["model", textValue("gpt2")],
      ["pre", textValue(cut)],
      ["merges", texts(merges.map((pair) => pair.join(" ")))],
    ],
  };
};
