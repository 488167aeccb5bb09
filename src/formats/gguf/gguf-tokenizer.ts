import { CheckpointError, show } from "../../errors.ts";
import { wordTokenizerJson, type TokenizerJson } from "../../tokenizer/word-tokenizer.ts";
import { beginWith } from "../../tokenizer/begin-token.ts";
import { BYTE_LEVEL, BYTE_LEVEL_CUTS } from "./byte-level-cuts.ts";
import type { GgufHeader } from "./gguf-header.ts";
import { mergesByScore } from "./merges-by-score.ts";
import { TOKEN_KINDS, type GgufToken } from "./token-kinds.ts";
import { WHOLE_WORD, WORD_START } from "./word-pieces.ts";

/** What `loadTokenizer` takes. */
export interface TokenizerFiles {
  readonly json: TokenizerJson;
  readonly config: TokenizerJson;
}

/**
 * Several times what the longest tokens of known vocabularies have; SentencePiece's are cut at every place, which takes
 * its time.
 */
const MOST_CHARACTERS = 1024;
const MOST_PIECE_CHARACTERS = 128;

/**
 * The files of a tokenizer, rebuilt from a GGUF file's metadata: byte-level BPE (`gpt2`), SentencePiece's BPE
 * (`llama`), and whole words, which are a unigram model (`t5`) without parts of words.
 *
 * @throws CheckpointError for another kind of tokenizer, or a vocabulary that is damaged
 */
export function ggufTokenizer(header: GgufHeader, where: string): TokenizerFiles {
  const fail = (key: string, expected: string, came: unknown): never => {
    throw new CheckpointError(
      `Expected \`tokenizer.ggml.${key}\` in ${where} to be ${expected}, got ${show(came)}; use a file with a tokenizer that is supported.`,
    );
  };
  const get = (key: string): unknown => header.get(`tokenizer.ggml.${key}`);
  const tokens = readTokens(get, fail);
  const kind = get("model");
  const read =
    typeof kind === "string" && Object.hasOwn(MODELS, kind)
      ? MODELS[kind]!
      : fail("model", `one of ${Object.keys(MODELS).join(", ")}`, kind);
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(tokens),
    post_processor: null,
    ...read(tokens, get, fail),
  };
  const config = tokenizerConfig(header, tokens);
  const bos = tokens[Number(get("bos_token_id") ?? -1)];
  if (config["add_bos_token"] !== true || bos === undefined) return { json, config };
  return { json: { ...json, post_processor: beginWith(bos.text, bos.id) }, config };
}

type Get = (key: string) => unknown;
type Fail = (key: string, expected: string, came: unknown) => never;

function readTokens(get: Get, fail: Fail): GgufToken[] {
  const most = get("model") === "llama" ? MOST_PIECE_CHARACTERS : MOST_CHARACTERS;
  const texts = get("tokens");
  const kinds = get("token_type") ?? [];
  const scores = get("scores") ?? [];
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === "string"))
    return fail("tokens", "an array of texts", Array.isArray(texts) ? "others" : texts);
  const fits = (values: unknown): values is readonly number[] =>
    Array.isArray(values) &&
    (values.length === 0 || values.length === texts.length) &&
    values.every((value) => typeof value === "number");
  if (!fits(kinds)) return fail("token_type", `${texts.length} numbers`, "others");
  if (!fits(scores)) return fail("scores", `${texts.length} numbers`, "others");
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.has(text)) fail("tokens", "every token once", text);
    if (text.length > most) fail("tokens", `texts of at most ${most} characters`, text.length);
    seen.add(text);
  }
  return texts.map((text, id) => ({ id, text, kind: kinds[id] ?? TOKEN_KINDS.normal, score: scores[id] ?? 0 }));
}

/** Special tokens, and those that are cut out of any text. */
function addedTokens(tokens: readonly GgufToken[]): readonly object[] {
  const special = ({ kind }: GgufToken): boolean => kind === TOKEN_KINDS.control || kind === TOKEN_KINDS.unknown;
  return tokens
    .filter((token) => special(token) || token.kind === TOKEN_KINDS.userDefined)
    .map((token) => ({
      id: token.id,
      content: token.text,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: special(token),
    }));
}

function vocabularyOf(tokens: readonly GgufToken[]): Record<string, number> {
  return Object.fromEntries(tokens.filter(({ kind }) => kind !== TOKEN_KINDS.unused).map(({ text, id }) => [text, id]));
}

/** GPT-2's byte-level BPE. Radford et al. 2019. */
function byteLevel(tokens: readonly GgufToken[], get: Get, fail: Fail): TokenizerJson {
  const name = get("pre") ?? "gpt-2";
  const cut =
    typeof name === "string" && Object.hasOwn(BYTE_LEVEL_CUTS, name)
      ? BYTE_LEVEL_CUTS[name]!
      : fail("pre", `one of ${Object.keys(BYTE_LEVEL_CUTS).join(", ")}`, name);
  const merges = get("merges");
  if (!Array.isArray(merges) || !merges.every((merge) => typeof merge === "string" && /^\S+ \S+$/.test(merge)))
    return fail("merges", "an array of pairs", Array.isArray(merges) ? "others" : merges);
  return {
    normalizer: cut.normalizer ?? null,
    pre_tokenizer: cut.pre_tokenizer,
    decoder: { ...BYTE_LEVEL, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignore_merges ?? false,
      vocab: vocabularyOf(tokens),
      merges,
    },
  };
}

/** SentencePiece's BPE with bytes to fall back on: Llama 2 and its like. Kudo and Richardson 2018, arXiv:1808.06226. */
function sentencePiece(tokens: readonly GgufToken[], get: Get): TokenizerJson {
  const unknown = tokens[Number(get("unknown_token_id") ?? 0)]?.text ?? null;
  const prefix = get("add_space_prefix") === false ? [] : [{ type: "Prepend", prepend: "\u2581" }];
  return {
    normalizer: {
      type: "Sequence",
      normalizers: [...prefix, { type: "Replace", pattern: { String: " " }, content: "\u2581" }],
    },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "\u2581" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...(prefix.length > 0 ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
      ],
    },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: unknown,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: vocabularyOf(tokens),
      merges: mergesByScore(tokens),
    },
  };
}

/**
 * A word is a piece that begins with the space before it. With parts of words, the likeliest way to cut a text would
 * have to be found.
 */
function words(tokens: readonly GgufToken[], _get: Get, fail: Fail): TokenizerJson {
  const part = tokens.find(({ kind, text }) => kind === TOKEN_KINDS.normal && !WHOLE_WORD.test(text));
  if (part !== undefined) return fail("tokens", "whole words, as they are for the model t5", part.text);
  const known = tokens
    .filter(({ kind }) => kind !== TOKEN_KINDS.unused)
    .map(({ id, text, kind }) => [kind === TOKEN_KINDS.normal ? text.slice(WORD_START.length) : text, id] as const);
  const { added_tokens: _addedTokens, ...json } = wordTokenizerJson(new Map(known), []);
  return json;
}

/** By llama.cpp's name for the kind of tokenizer. */
const MODELS: Readonly<Record<string, (tokens: readonly GgufToken[], get: Get, fail: Fail) => TokenizerJson>> = {
  gpt2: byteLevel,
  llama: sentencePiece,
  t5: words,
};

function tokenizerConfig(header: GgufHeader, tokens: readonly GgufToken[]): TokenizerJson {
  const textOf = (key: string): string | undefined => {
    const id = header.get(`tokenizer.ggml.${key}`);
    return typeof id === "number" ? tokens[id]?.text : undefined;
  };
  const template = header.get("tokenizer.chat_template");
  // Where the file doesn't say, llama.cpp begins a text with BOS for these kinds.
  const beginsWithBos =
    header.get("tokenizer.ggml.model") === "llama" ||
    ["llama-bpe", "llama3"].includes(String(header.get("tokenizer.ggml.pre")));
  const [bos, eos, pad] = [textOf("bos_token_id"), textOf("eos_token_id"), textOf("padding_token_id")];
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    add_bos_token: (header.get("tokenizer.ggml.add_bos_token") ?? beginsWithBos) === true,
    ...(bos === undefined ? {} : { bos_token: bos }),
    ...(eos === undefined ? {} : { eos_token: eos }),
    ...(pad === undefined ? {} : { pad_token: pad }),
    ...(typeof template === "string" ? { chat_template: template } : {}),
  };
}
