import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { StreamingDecoder } from "./streaming-decoder.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import { createWordTokenizer } from "./word-tokenizer.ts";

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../test/parity/tokenizers/${name}.json`, import.meta.url), "utf8"));
const BYTE_LEVEL = loadTokenizer(read("smollm"));
const BYTE_FALLBACK = loadTokenizer(read("llama2"));
const WORDS = loadTokenizer(createWordTokenizer(["1", "+", "é"], ["<eos>", "<think>"]));
const TOKENIZERS: readonly (readonly [name: string, tokenizer: Tokenizer])[] = [
  ["byte-level BPE", BYTE_LEVEL],
  ["byte-level BPE with clean-up", loadTokenizer(read("llama3"), { clean_up_tokenization_spaces: true })],
  ["BPE with bytes to fall back on", BYTE_FALLBACK],
  [
    "BPE with bytes to fall back on, and clean-up",
    loadTokenizer(read("llama2"), { clean_up_tokenization_spaces: true }),
  ],
  ["words", WORDS],
];

/** The pieces of a stream, the rest at its end included. */
function streamed(tokenizer: Tokenizer, ids: readonly number[]): string[] {
  const decoder = new StreamingDecoder(tokenizer);
  return [...ids.map((id) => decoder.push(id)), decoder.end()];
}

/** A surrogate without its other half. */
const HALF = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const replacements = (text: string): number => text.split("\ufffd").length - 1;

describe.each(TOKENIZERS)("%s", (_name, tokenizer) => {
  const anyIds = fc.array(fc.integer({ min: 0, max: tokenizer.vocabSize + 2 }), { maxLength: 250 });

  test("the pieces joined are the text of all tokens, whatever the tokens", () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        expect(streamed(tokenizer, ids).join("")).toBe(tokenizer.decode(ids));
      }),
      { numRuns: 500 },
    );
  });

  test("no piece holds a replacement character or half a character that the whole doesn't", () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const pieces = streamed(tokenizer, ids);
        expect(pieces.reduce((sum, piece) => sum + replacements(piece), 0)).toBe(replacements(tokenizer.decode(ids)));
        for (const piece of pieces) expect(piece).not.toMatch(HALF);
      }),
      { numRuns: 300 },
    );
  });
});

describe.each(TOKENIZERS.slice(0, 4))("%s", (_name, tokenizer) => {
  test("text of any script comes through whole", () => {
    const text = fc.oneof(
      fc.string({ unit: "grapheme", maxLength: 60 }),
      fc.string({ unit: "binary", maxLength: 60 }),
      fc
        .array(fc.constantFrom(" .", " n't", " '", "' ", "s", "n", " ,", "a", " ", "t"), { maxLength: 40 })
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(text, (written) => {
        const ids = tokenizer.encode(written);
        const pieces = streamed(tokenizer, ids);
        expect(pieces.join("")).toBe(tokenizer.decode(ids));
        if (!written.includes("\ufffd")) expect(pieces.join("")).not.toContain("\ufffd");
      }),
      { numRuns: 1000 },
    );
  });
});

test("a character of several tokens is held back until it is whole", () => {
  // No merges join the four bytes of this one in a vocabulary of 1,200 tokens.
  const ids = BYTE_LEVEL.encode("a𝄞b");
  expect(ids).toHaveLength(6);
  expect(streamed(BYTE_LEVEL, ids)).toEqual(["a", "", "", "", "𝄞", "b", ""]);
  expect(streamed(BYTE_LEVEL, ids.slice(0, 3))).toEqual(["a", "", "", "\ufffd"]);
});

test("bytes that are tokens of their own, too", () => {
  const bytes = ["<0xE2>", "<0x82>", "<0xAC>"].map((token) => BYTE_FALLBACK.tokenToId(token)!);
  expect(streamed(BYTE_FALLBACK, [...bytes, bytes[0]!, BYTE_FALLBACK.tokenToId("a")!])).toEqual([
    "",
    "",
    "€",
    "",
    "\ufffda",
    "",
  ]);
});

test("words come with the space before them, and an id without a token with nothing", () => {
  expect(streamed(WORDS, [1, 2, 99, 3, 4, 0])).toEqual(["<think>", " 1", "", " +", " é", " <eos>", ""]);
});

test("after the end a new text begins", () => {
  const decoder = new StreamingDecoder(WORDS);
  expect([decoder.push(2), decoder.push(3), decoder.end(), decoder.push(2)]).toEqual(["1", " +", "", "1"]);
});
