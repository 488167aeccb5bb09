import { CheckpointError, show } from "../../errors.ts";
import type { TokenizerJson } from "../word-tokenizer.ts";
import type { GgufHeader } from "./gguf-header.ts";

/** What `loadTokenizer` takes. */
export interface TokenizerFiles {
  readonly json: TokenizerJson;
  readonly config: TokenizerJson;
}

/** Kinds of tokens by their number in the file (llama.cpp, llama_token_attr). */
const CONTROL = 3;
const USER_DEFINED = 4;
const UNUSED = 5;
const BYTE = 6;

/** Several times what the longest tokens of known vocabularies have; SentencePiece's are cut at every place, which takes its time. */
const MOST_CHARACTERS = 1024;
const MOST_PIECE_CHARACTERS = 128;

interface Token {
  readonly id: number;
  readonly text: string;
  readonly kind: number;
  readonly score: number;
}

const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
/** Words with up to `digits` digits in a row, as Llama 3 and Qwen2 cut them. */
const cutLike = (digits: string): Record<string, unknown> => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+` }, behavior: "Isolated", invert: false },
    { ...BYTE_LEVEL, use_regex: false },
  ],
});
const GPT2 = { pre_tokenizer: { ...BYTE_LEVEL, use_regex: true } };
const LLAMA3 = { pre_tokenizer: cutLike("{1,3}"), ignore_merges: true };
const QWEN2 = { pre_tokenizer: cutLike(""), normalizer: { type: "NFC" } };
const SMOLLM = { pre_tokenizer: { type: "Sequence", pretokenizers: [{ type: "Digits", individual_digits: true }, { ...BYTE_LEVEL, use_regex: true }] } };

/** How text is cut before pairs are merged, by llama.cpp's name for it. */
const CUTS: Readonly<Record<string, { readonly pre_tokenizer: object; readonly normalizer?: object; readonly ignore_merges?: boolean }>> = {
  "gpt-2": GPT2,
  "llama-bpe": LLAMA3,
  "llama3": LLAMA3,
  "qwen2": QWEN2,
  "deepseek-r1-qwen": QWEN2,
  "smollm": SMOLLM,
};

/**
 * The files of a tokenizer, rebuilt from a GGUF file's metadata: byte-level BPE (`gpt2`) and SentencePiece's BPE (`llama`).
 *
 * @throws CheckpointError for another kind of tokenizer, or a vocabulary that is damaged
 */
export function ggufTokenizer(header: GgufHeader, where: string): TokenizerFiles {
  const fail = (key: string, expected: string, came: unknown): never => {
    throw new CheckpointError(`Expected \`tokenizer.ggml.${key}\` in ${where} to be ${expected}, got ${show(came)}; use a file with a tokenizer that is supported.`);
  };
  const get = (key: string): unknown => header.get(`tokenizer.ggml.${key}`);
  const tokens = readTokens(get, fail);
  const kind = get("model");
  const model = kind === "gpt2" ? byteLevel(tokens, get, fail) : kind === "llama" ? sentencePiece(tokens, get) : fail("model", "gpt2 or llama", kind);
  const added = tokens.filter((token) => token.kind === CONTROL || token.kind === USER_DEFINED);
  const json = {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: added.map(({ id, text, kind: of }) => ({ id, content: text, single_word: false, lstrip: false, rstrip: false, normalized: false, special: of === CONTROL })),
    post_processor: null,
    ...model,
  };
  return { json, config: tokenizerConfig(header, tokens) };
}

type Get = (key: string) => unknown;
type Fail = (key: string, expected: string, came: unknown) => never;

function readTokens(get: Get, fail: Fail): Token[] {
  const most = get("model") === "llama" ? MOST_PIECE_CHARACTERS : MOST_CHARACTERS;
  const texts = get("tokens");
  const kinds = get("token_type") ?? [];
  const scores = get("scores") ?? [];
  if (!Array.isArray(texts) || texts.length === 0 || !texts.every((text) => typeof text === "string")) return fail("tokens", "an array of texts", Array.isArray(texts) ? "others" : texts);
  const fits = (values: unknown): values is readonly number[] => Array.isArray(values) && (values.length === 0 || values.length === texts.length) && values.every((value) => typeof value === "number");
  if (!fits(kinds)) return fail("token_type", `${texts.length} numbers`, "others");
  if (!fits(scores)) return fail("scores", `${texts.length} numbers`, "others");
  const seen = new Set<string>();
  for (const text of texts) {
    if (seen.has(text)) fail("tokens", "every token once", text);
    if (text.length > most) fail("tokens", `texts of at most ${most} characters`, text.length);
    seen.add(text);
  }
  return texts.map((text, id) => ({ id, text, kind: kinds[id] ?? 1, score: scores[id] ?? 0 }));
}

function vocabularyOf(tokens: readonly Token[]): Record<string, number> {
  return Object.fromEntries(tokens.filter(({ kind }) => kind !== UNUSED).map(({ text, id }) => [text, id]));
}

/** GPT-2's byte-level BPE. Radford et al. 2019. */
function byteLevel(tokens: readonly Token[], get: Get, fail: Fail): TokenizerJson {
  const name = get("pre") ?? "gpt-2";
  const cut = typeof name === "string" && Object.hasOwn(CUTS, name) ? CUTS[name]! : fail("pre", `one of ${Object.keys(CUTS).join(", ")}`, name);
  const merges = get("merges");
  if (!Array.isArray(merges) || !merges.every((merge) => typeof merge === "string" && /^\S+ \S+$/.test(merge))) return fail("merges", "an array of pairs", Array.isArray(merges) ? "others" : merges);
  return {
    normalizer: cut.normalizer ?? null,
    pre_tokenizer: cut.pre_tokenizer,
    decoder: { ...BYTE_LEVEL, use_regex: true },
    model: { type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: false, byte_fallback: false, ignore_merges: cut.ignore_merges ?? false, vocab: vocabularyOf(tokens), merges },
  };
}

/** SentencePiece's BPE with bytes to fall back on: Llama 2 and its like. Kudo and Richardson 2018, arXiv:1808.06226. */
function sentencePiece(tokens: readonly Token[], get: Get): TokenizerJson {
  const unknown = tokens[Number(get("unknown_token_id") ?? 0)]?.text ?? null;
  const prefix = get("add_space_prefix") === false ? [] : [{ type: "Prepend", prepend: "\u2581" }];
  return {
    normalizer: { type: "Sequence", normalizers: [...prefix, { type: "Replace", pattern: { String: " " }, content: "\u2581" }] },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [{ type: "Replace", pattern: { String: "\u2581" }, content: " " }, { type: "ByteFallback" }, { type: "Fuse" }, ...(prefix.length > 0 ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : [])],
    },
    model: { type: "BPE", dropout: null, unk_token: unknown, continuing_subword_prefix: null, end_of_word_suffix: null, fuse_unk: true, byte_fallback: true, ignore_merges: false, vocab: vocabularyOf(tokens), merges: mergesByScore(tokens) },
  };
}

/** SentencePiece merges the pair whose whole has the best score: every way to cut a token in two is a merge, the best tokens first. */
function mergesByScore(tokens: readonly Token[]): [string, string][] {
  const pieces = new Map(tokens.filter(({ kind }) => kind !== CONTROL && kind !== BYTE && kind !== UNUSED).map((token) => [token.text, token]));
  const merges = [...pieces.values()].flatMap(({ text, score }) => {
    const cuts: { readonly left: Token; readonly right: Token; readonly score: number }[] = [];
    for (let at = 1; at < text.length; at++) {
      const [left, right] = [pieces.get(text.slice(0, at)), pieces.get(text.slice(at))];
      if (left !== undefined && right !== undefined) cuts.push({ left, right, score });
    }
    return cuts.toSorted((a, b) => a.left.id - b.left.id || a.right.id - b.right.id);
  });
  return merges.toSorted((a, b) => b.score - a.score).map(({ left, right }) => [left.text, right.text]);
}

function tokenizerConfig(header: GgufHeader, tokens: readonly Token[]): TokenizerJson {
  const textOf = (key: string): string | undefined => {
    const id = header.get(`tokenizer.ggml.${key}`);
    return typeof id === "number" ? tokens[id]?.text : undefined;
  };
  const template = header.get("tokenizer.chat_template");
  // Where the file doesn't say, llama.cpp begins a text with BOS for these kinds.
  const beginsWithBos = header.get("tokenizer.ggml.model") === "llama" || ["llama-bpe", "llama3"].includes(String(header.get("tokenizer.ggml.pre")));
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
