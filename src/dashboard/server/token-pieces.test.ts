import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { loadTokenizer, type Tokenizer } from "../../tokenizer/tokenizer.ts";
import { createWordTokenizer } from "../../tokenizer/word-tokenizer.ts";
import { tokenPieces } from "./token-pieces.ts";

const read = (path: string): Tokenizer =>
  loadTokenizer(JSON.parse(readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8")));
const TOKENIZERS: readonly (readonly [name: string, tokenizer: Tokenizer])[] = [
  ["words", read("models/countdown-base/tokenizer.json")],
  ["byte-level BPE", read("test/parity/tokenizers/gpt2.json")],
  ["BPE with bytes to fall back on", read("test/parity/tokenizers/llama2.json")],
];

describe.each(TOKENIZERS)("pieces of %s", (_name, tokenizer) => {
  test("joined they are the text", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 3, max: tokenizer.vocabSize - 1 }), { maxLength: 60 }), (ids) => {
        const text = tokenizer.decode(ids);
        const pieces = tokenPieces(tokenizer, ids, text);
        expect(pieces).toHaveLength(ids.length);
        expect(pieces?.join("")).toBe(text);
      }),
      { numRuns: 100 },
    );
  });
});

test("words keep the space before them, and the end of the completion has no text", () => {
  const tokenizer = loadTokenizer(createWordTokenizer(["1", "+", "2"], ["<eos>", "<think>"]));
  const ids = [...tokenizer.encode("<think> 1 + 2"), tokenizer.tokenToId("<eos>")!];
  expect(tokenPieces(tokenizer, ids, "<think> 1 + 2")).toEqual(["<think>", " 1", " +", " 2", ""]);
});

test("a character in two tokens stands where it is whole", () => {
  const tokenizer = read("test/parity/tokenizers/gpt2.json");
  const ids = tokenizer.encode("a🙂b");
  const pieces = tokenPieces(tokenizer, ids, "a🙂b")!;
  expect(ids.length).toBeGreaterThan(3);
  expect(pieces.join("")).toBe("a🙂b");
  expect(pieces.filter((piece) => piece.includes("🙂"))).toHaveLength(1);
});

test("another text than the tokens' has no pieces", () => {
  const tokenizer = read("models/countdown-base/tokenizer.json");
  expect(tokenPieces(tokenizer, tokenizer.encode("1 + 2"), "1 + 3")).toBeNull();
});
