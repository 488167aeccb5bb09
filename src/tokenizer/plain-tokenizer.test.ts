import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { BYTE_LEVEL_CUTS } from "../formats/gguf/byte-level-cuts.ts";
import { KNOWN_PATTERNS } from "./known-patterns.ts";
import { isPlainTokenizer } from "./plain-tokenizer.ts";
import { createWordTokenizer, type TokenizerJson } from "./word-tokenizer.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const read = (path: string): TokenizerJson => JSON.parse(readFileSync(join(root, path), "utf8")) as TokenizerJson;
const WORDS = createWordTokenizer(["a"], []);

const OURS = readdirSync(join(root, "models")).map((name) => `models/${name}/tokenizer.json`);
const FAMILIES = ["gpt2", "llama2", "llama3", "qwen2", "smollm"].map((name) => `test/parity/tokenizers/${name}.json`);

test.each([...OURS, ...FAMILIES])("%s runs at full speed", (path) => {
  expect(isPlainTokenizer(read(path))).toBe(true);
});

test.each(Object.entries(BYTE_LEVEL_CUTS))(
  "so does %s, out of a GGUF file",
  (_name, { pre_tokenizer, normalizer = null }) => {
    expect(isPlainTokenizer({ ...WORDS, pre_tokenizer, normalizer })).toBe(true);
  },
);

const split = (Regex: unknown): object => ({ type: "Split", pattern: { Regex }, behavior: "Isolated", invert: false });
const replace = (pattern: unknown, content: unknown = ""): object => ({ type: "Replace", pattern, content });

test.each<readonly [string, object]>([
  ["a known pattern with one more character", { pre_tokenizer: split("\\s+ ") }],
  ["a pattern in a list", { pre_tokenizer: split(["\\s+"]) }],
  ["both kinds of pattern", { decoder: replace({ String: "a", Regex: "(a+)+$" }) }],
  [
    "a pattern deep in sequences",
    {
      normalizer: {
        type: "Sequence",
        normalizers: [{ type: "Sequence", normalizers: [replace({ Regex: "(a+)+$" })] }],
      },
    },
  ],
  [
    "sequences under a name of another section",
    { decoder: { type: "Sequence", normalizers: [replace({ Regex: "(a+)+$" })] } },
  ],
  ["a kind that is unknown", { decoder: { type: "Regex" } }],
  ["a kind of the prototype", { decoder: { type: "constructor" } }],
  ["a kind that is no text", { decoder: { type: ["Fuse"] } }],
  ["a sequence that is no list", { decoder: { type: "Sequence", decoders: { 0: replace({ Regex: "(a+)+$" }) } } }],
  ["a long replacement", { decoder: replace({ String: "a" }, "b".repeat(65)) }],
  [
    "words of any length in WordPiece",
    {
      model: {
        type: "WordPiece",
        vocab: { a: 0 },
        unk_token: "a",
        continuing_subword_prefix: "",
        max_input_chars_per_word: 1e9,
      },
    },
  ],
  ["pieces of any length", { model: { type: "Unigram", vocab: [["a".repeat(1001), 0]], unk_id: 0 } }],
  [
    "a text that grows a hundred times",
    {
      decoder: {
        type: "Sequence",
        decoders: [replace({ String: "a" }, "b".repeat(10)), replace({ String: "b" }, "c".repeat(10))],
      },
    },
  ],
  [
    "a hundred steps and one",
    { normalizer: { type: "Sequence", normalizers: Array.from({ length: 100 }, () => ({ type: "NFC" })) } },
  ],
  ["a model that is none", { model: 7 }],
])("%s: in a thread", (_what, parts) => {
  expect(isPlainTokenizer({ ...WORDS, ...parts })).toBe(false);
});

test("what isn't asked for isn't looked at", () => {
  const json = { ...WORDS, pre_tokenizer: split("(a+)+$") };
  expect([isPlainTokenizer(json, ["decoder"]), isPlainTokenizer(json)]).toEqual([true, false]);
});

describe("every known pattern is fast on what patterns are slow on", () => {
  const parts = ["a", "A", " ", "1", "\n", "!", "'", "é", "字", "a ", " \n", "a1", "Aa", "!a", "\u0301", "a\u0301"];
  test.each([...KNOWN_PATTERNS])("%j", (pattern) => {
    const { pre_tokenizer: cut } = new Tokenizer({ ...WORDS, pre_tokenizer: split(pattern) }, {}) as unknown as {
      readonly pre_tokenizer: (text: string) => string[];
    };
    for (const part of parts) {
      for (const end of ["", "\u0000", "!", "\n", "a"]) {
        const text = part.repeat(10_000) + end;
        const started = performance.now();
        expect(cut(text).join("")).toBe(text);
        expect(performance.now() - started).toBeLessThan(1000);
      }
    }
  });
});
