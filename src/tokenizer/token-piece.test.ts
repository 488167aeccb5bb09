import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { isSpecialToken, tokenPiece } from "./token-piece.ts";
import { loadTokenizer, type Tokenizer } from "./tokenizer.ts";
import { createWordTokenizer } from "./word-tokenizer.ts";

const read = (name: string): Tokenizer =>
  loadTokenizer(
    JSON.parse(readFileSync(new URL(`../../test/parity/tokenizers/${name}.json`, import.meta.url), "utf8")),
  );
const pieces = (tokenizer: Tokenizer, text: string): (string | undefined)[] =>
  tokenizer.encode(text).map((id) => tokenPiece(tokenizer, id));

test("byte-level tokens with their spaces; parts of a character as bytes", () => {
  const tokenizer = read("smollm");
  expect(pieces(tokenizer, "<|im_start|>a b\n1𝄞é")).toEqual([
    "<|im_start|>",
    "a",
    " b",
    "\n",
    "1",
    "\\xF0",
    "\\x9D",
    "\\x84",
    "\\x9E",
    "é",
  ]);
  expect(pieces(tokenizer, " \u007f\u00a0")).toEqual([" ", "\u007f", "\u00a0"]);
});

test("SentencePiece's tokens, and its bytes", () => {
  const tokenizer = read("llama2");
  expect(tokenPiece(tokenizer, tokenizer.tokenToId("▁")!)).toBe(" ");
  expect(["<0x41>", "<0x0A>", "<0xE2>"].map((token) => tokenPiece(tokenizer, tokenizer.tokenToId(token)!))).toEqual([
    "A",
    "\n",
    "\\xE2",
  ]);
});

test("words as they are, special tokens among them; an id without a token has none", () => {
  const tokenizer = loadTokenizer(createWordTokenizer(["1", "é"], ["<eos>"]));
  expect([0, 1, 2, 3].map((id) => tokenPiece(tokenizer, id))).toEqual(["<eos>", "1", "é", undefined]);
  expect([0, 1, 3].map((id) => isSpecialToken(tokenizer, id))).toEqual([true, false, false]);
});
