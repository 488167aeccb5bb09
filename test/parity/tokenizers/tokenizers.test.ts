import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { loadTokenizer } from "../../../src/tokenizer/tokenizer.ts";

const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
const LINES = JSON.parse(gunzipSync(readFileSync(new URL("lines.json.gz", import.meta.url))).toString()) as string[];

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(text: string): number {
  let value = ~0;
  for (const byte of Buffer.from(text)) value = TABLE[(value ^ byte) & 255]! ^ (value >>> 8);
  return ~value >>> 0;
}

describe.each(["gpt2", "smollm", "llama3", "qwen2", "llama2"])(
  "%s against the Rust library (make_tokenizers.py)",
  (name) => {
    const tokenizer = loadTokenizer(read(`${name}.json`));
    const expected = read(`${name}.crc.json`) as { readonly ids: readonly number[]; readonly texts: readonly number[] };

    test("gives the same ids for 6,000 lines in many scripts, special tokens among them", () => {
      expect(expected.ids).toHaveLength(6000);
      const wrong = LINES.filter((line, i) => crc32(tokenizer.encode(line).join(" ")) !== expected.ids[i]);
      expect(wrong.slice(0, 3)).toEqual([]);
    });

    test("gives the same text for them", () => {
      const wrong = LINES.filter((line, i) => crc32(tokenizer.decode(tokenizer.encode(line))) !== expected.texts[i]);
      expect(wrong.slice(0, 3)).toEqual([]);
    });
  },
);
