import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { BLOCK_FORMATS, dequantize } from "../../../src/formats/gguf/dequantize.ts";

interface Blocks {
  readonly name: string;
  readonly type: number;
  readonly bytes: string;
  readonly numbers: string;
}

const FORMATS = JSON.parse(readFileSync(new URL("blocks.json", import.meta.url), "utf8")) as Blocks[];

test("every format that is read is compared", () => {
  expect([...BLOCK_FORMATS].map(([type, { name }]) => `${type} ${name}`).toSorted()).toEqual(
    FORMATS.map(({ type, name }) => `${type} ${name}`).toSorted(),
  );
});

test.each(FORMATS)("$name gives gguf's own numbers, bit for bit (make_blocks.py)", ({ type, bytes, numbers }) => {
  const found = dequantize(BLOCK_FORMATS.get(type)!, Buffer.from(bytes, "base64"));
  expect(Buffer.from(found.buffer).toString("base64")).toBe(numbers);
});
