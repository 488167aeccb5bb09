/** Writes test/parity/tokenizer.json, the 61 words of the fixtures: `npx tsx test/parity/make-tokenizer.ts`. */
import { writeFileSync } from "node:fs";
import { createWordTokenizer } from "../../src/tokenizer/word-tokenizer.ts";

const numbers = Array.from({ length: 50 }, (_, i) => String(i));
const tokenizer = createWordTokenizer(
  [...numbers, "+", "-", "*", "/", "=", "(", ")"],
  ["<pad>", "<eos>", "<think>", "</think>"],
);
writeFileSync(new URL("tokenizer.json", import.meta.url), `${JSON.stringify(tokenizer, null, 1)}\n`);
