import { TokenizerError, show } from "../../errors.ts";
import { beginToken } from "../../tokenizer/begin-token.ts";
import { chatTemplateOf } from "../../tokenizer/chat-template.ts";
import { endTokenIds, type ModelConfig } from "../../model/model-config.ts";
import type { Tokenizer } from "../../tokenizer/tokenizer.ts";
import type { TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import { BYTE_LEVEL_CUTS } from "./byte-level-cuts.ts";
import { byteLevelWay } from "./byte-level-way.ts";
import { flag, int32s, textValue, texts, uint32, type GgufMetadata, type GgufValue } from "./gguf-value.ts";
import { sentencePieceWay } from "./sentence-piece-way.ts";
import type { GgufTokenizer, TokenizerWay } from "./tokenizer-way.ts";
import { modelOf } from "./vocabulary-tokens.ts";
import { wordWay } from "./word-way.ts";

const WAYS: readonly TokenizerWay[] = [byteLevelWay, sentencePieceWay, wordWay];
/** The tokens at which llama.cpp ends a text, in the order in which they are read. */
export const END_KEYS: readonly string[] = ["eos_token_id", "eot_token_id", "eom_token_id"];

/**
 * A tokenizer as GGUF metadata; `ggufTokenizer` reads it back.
 *
 * @throws TokenizerError for a tokenizer that llama.cpp has no like of, or ends of text that a file can't name
 */
export function tokenizerMetadata(tokenizer: Tokenizer, config: ModelConfig, where: string): GgufMetadata {
  const { tokens, fields } = writtenTokenizer(tokenizer.json, config, where);
  const all: readonly (readonly [string, GgufValue])[] = [
    ...fields,
    ["tokens", texts(tokens.map((token) => token.text))],
    ["token_type", int32s(tokens.map(({ kind }) => kind))],
    ...endFields(config, where),
    ...beginFields(tokenizer, config),
    ...(config.padTokenId === null ? [] : [["padding_token_id", uint32(config.padTokenId)] as const]),
  ];
  const template = chatTemplateOf(tokenizer)?.text;
  return new Map([
    ...all.map(([name, value]) => [`tokenizer.ggml.${name}`, value] as const),
    ...(template === undefined ? [] : [["tokenizer.chat_template", textValue(template)] as const]),
  ]);
}

function writtenTokenizer(json: TokenizerJson, config: ModelConfig, where: string): GgufTokenizer {
  for (const way of WAYS) {
    const written = way(json, config);
    if (written !== undefined) return written;
  }
  const known = `byte-level BPE cut like ${Object.keys(BYTE_LEVEL_CUTS).join(", ")}, SentencePiece's BPE, or whole words`;
  throw new TokenizerError(
    `Expected a tokenizer that llama.cpp has the like of to write ${where} (${known}), got ${show(modelOf(json)["type"])} of another kind; use \`to: hf\`.`,
  );
}

/** Without one, llama.cpp would end texts at a token of its own choice. */
function endFields(config: ModelConfig, where: string): readonly (readonly [string, GgufValue])[] {
  const { eosTokenIds } = config;
  const ends = endTokenIds(config);
  if (ends.length === 0 || eosTokenIds.length > END_KEYS.length) {
    throw new TokenizerError(
      `Expected 1 to ${END_KEYS.length} end-of-sequence tokens in the config to write ${where}, got ${eosTokenIds.length}; use \`to: hf\`.`,
    );
  }
  return ends.slice(0, END_KEYS.length).map((id, i) => [END_KEYS[i]!, uint32(id)] as const);
}

/** llama.cpp has one token of beginning: the one that every text begins with, or what the model's config calls so. */
function beginFields(tokenizer: Tokenizer, { bosTokenId }: ModelConfig): readonly (readonly [string, GgufValue])[] {
  const begin = tokenizer.tokenToId(beginToken(tokenizer));
  const id = begin ?? bosTokenId;
  return [
    ...(id === null ? [] : [["bos_token_id", uint32(id)] as const]),
    ["add_bos_token", flag(begin !== undefined)],
    ["add_eos_token", flag(tokenizer.config["add_eos_token"] === true)],
  ];
}
