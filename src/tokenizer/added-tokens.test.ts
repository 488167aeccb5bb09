import { expect, test } from "vitest";
import { withAddedTokens } from "./added-tokens.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import type { TokenizerJson } from "./word-tokenizer.ts";

const token = (id: number, content: string, more: object = {}): TokenizerJson => ({
  id,
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
  ...more,
});
const bytes = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
/** A byte-level tokenizer whose vocabulary may hold tokens that its `added_tokens` lack. */
const tokenizer = (added: readonly TokenizerJson[], inVocabulary: readonly string[] = []): TokenizerJson => ({
  added_tokens: added,
  normalizer: null,
  pre_tokenizer: bytes,
  post_processor: null,
  decoder: bytes,
  model: {
    type: "BPE",
    dropout: null,
    unk_token: null,
    continuing_subword_prefix: "",
    end_of_word_suffix: "",
    fuse_unk: false,
    byte_fallback: false,
    vocab: Object.fromEntries(["a", "b", "<", ">", "/", "\u0120", ...inVocabulary].map((text, id) => [text, id])),
    merges: [],
  },
});

const loaded = (
  json: TokenizerJson,
  config: TokenizerJson,
  more: { addedTokens?: object; rows?: number } = {},
): Tokenizer =>
  loadTokenizer(
    withAddedTokens(json, { config, addedTokens: (more.addedTokens ?? {}) as TokenizerJson, rows: more.rows ?? 100 }),
    config,
  );

const INSIDE = tokenizer([token(6, "<a>")], ["<a>", "<b>", "</a>"]);
const OUTSIDE = tokenizer([token(6, "<a>")]);

// What transformers 5.23 (tokenizers 0.23.3) encodes with the same files.
test.each<readonly [string, TokenizerJson, TokenizerJson, object, number[]]>([
  ["none says more", INSIDE, {}, {}, [0, 2, 1, 3, 1]],
  ["the end's name", INSIDE, { eos_token: "<b>" }, {}, [0, 7, 1]],
  ["the end's name, as an object", INSIDE, { eos_token: { __type: "AddedToken", content: "<b>" } }, {}, [0, 7, 1]],
  ["added_tokens_decoder", INSIDE, { added_tokens_decoder: { 7: token(7, "<b>") } }, {}, [0, 7, 1]],
  ["additional_special_tokens", INSIDE, { additional_special_tokens: ["<b>"] }, {}, [0, 7, 1]],
  ["extra_special_tokens", INSIDE, { extra_special_tokens: ["<b>"] }, {}, [0, 7, 1]],
  ["added_tokens.json", INSIDE, {}, { "<b>": 7 }, [0, 7, 1]],
  [
    "added_tokens.json, where the config lists its own",
    INSIDE,
    { added_tokens_decoder: {} },
    { "<b>": 7 },
    [0, 2, 1, 3, 1],
  ],
  ["a new token, with the next id", OUTSIDE, { eos_token: "<b>" }, {}, [0, 7, 1]],
  ["a new token of added_tokens.json", OUTSIDE, {}, { "<b>": 7 }, [0, 7, 1]],
  ["two new ones", OUTSIDE, { pad_token: "[p]", eos_token: "<b>" }, {}, [0, 7, 1]],
])("a token is cut out whole by %s", (...row) => {
  const [, json, config, addedTokens, expected] = row;
  expect(loaded(json, config, { addedTokens }).encode("a<b>b")).toEqual(expected);
});

test("what a list of tokens says of one counts, and what is only named keeps it", () => {
  const wide = { 6: token(6, "<a>", { rstrip: true }) };
  expect(loaded(OUTSIDE, { added_tokens_decoder: wide }).encode("<a> b")).toEqual([6, 1]);
  expect(loaded(tokenizer([token(6, "<a>", { rstrip: true })]), { eos_token: "<a>" }).encode("<a> b")).toEqual([6, 1]);
  expect(loaded(OUTSIDE, {}).encode("<a> b")).toEqual([6, 5, 1]);
});

test("what is named as a special token is left out with them", () => {
  const plain = tokenizer([token(6, "<a>", { special: false })]);
  expect(loaded(plain, {}).decode([0, 6, 1], { skipSpecial: true })).toBe("a<a>b");
  expect(loaded(plain, { eos_token: "<a>" }).decode([0, 6, 1], { skipSpecial: true })).toBe("ab");
});

test("a token that the model has no row for is left out", () => {
  expect(loaded(OUTSIDE, { pad_token: "[PAD]" }, { rows: 7 }).vocabSize).toBe(7);
  expect(loaded(OUTSIDE, { pad_token: "[PAD]" }, { rows: 8 }).vocabSize).toBe(8);
});

test.each<readonly [string, TokenizerJson, object]>([
  ["a decoder that is none", { added_tokens_decoder: [3] }, {}],
  ["tokens that are none", { added_tokens_decoder: { 7: 3, x: { content: 4 } } }, {}],
  ["names that are none", { eos_token: 7, additional_special_tokens: [1, null, ""] }, {}],
  ["an empty token", { eos_token: "" }, { "": 9 }],
])("%s changes nothing", (_what, config, addedTokens) => {
  expect(
    withAddedTokens(OUTSIDE, { config, addedTokens: addedTokens as TokenizerJson, rows: 100 })["added_tokens"],
  ).toEqual(OUTSIDE["added_tokens"]);
});
