import { endTokenIds } from "../../model/model-config.ts";
import { isJsonObject } from "../../host/show-json.ts";
import { flag, float32s, textValue, uint32 } from "./gguf-value.ts";
import { TOKEN_KINDS } from "./token-kinds.ts";
import type { TokenizerWay } from "./tokenizer-way.ts";
import { modelOf, vocabularyTokens } from "./vocabulary-tokens.ts";
import { WHOLE_WORD, WORD_START } from "./word-pieces.ts";

/**
 * Whole words between white space. llama.cpp has no such tokenizer, but its unigram model finds the same tokens where
 * every piece is a word with the space before it: no other way to cut a text is left.
 */
export const wordWay: TokenizerWay = (json, config) => {
  const { type, unk_token: unknown } = modelOf(json);
  const splits = json["pre_tokenizer"];
  if (
    type !== "WordLevel" ||
    !isJsonObject(splits) ||
    splits["type"] !== "WhitespaceSplit" ||
    (json["normalizer"] ?? null) !== null
  )
    return undefined;
  const tokens = vocabularyTokens(json, config.vocabSize).map((token) =>
    token.kind === TOKEN_KINDS.normal ? { ...token, text: WORD_START + token.text, score: -1 } : token,
  );
  // A word that is unknown as a whole has no token here; there its beginning might.
  const hasUnknown = tokens.some(({ text: token }) => token === unknown || token === `${WORD_START}${String(unknown)}`);
  if (hasUnknown || !tokens.every(({ kind, text: token }) => kind !== TOKEN_KINDS.normal || WHOLE_WORD.test(token)))
    return undefined;
  return {
    tokens,
    fields: [
      ["model", textValue("t5")],
      ["pre", textValue("default")],
      ["scores", float32s(tokens.map(({ score }) => score))],
      ["add_space_prefix", flag(true)],
      ["remove_extra_whitespaces", flag(true)],
      // What llama.cpp reads unknown words as; by itself it takes the third token.
      ["unknown_token_id", uint32(config.padTokenId ?? endTokenIds(config)[0] ?? 0)],
    ],
  };
};
