import fc from "fast-check";
import { expect, it } from "vitest";
import { CheckpointError } from "../errors.ts";
import { parseJson } from "./parse-json.ts";

const parse = (text: string): unknown => parseJson(Buffer.from(text), "it");

it("gives what JSON.parse gives, whatever stands in texts", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), (text) => {
      expect(parse(text)).toEqual(JSON.parse(text));
    }),
  );
  const brackets = { '[[\\"': [']}"', "\\", '\\\\"['.repeat(100)] };
  expect(parse(JSON.stringify(brackets))).toEqual(brackets);
});

it("refuses what nests deep or holds millions of objects before it is parsed", () => {
  const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
  expect(parse(deep(64))).toEqual(JSON.parse(deep(64)));
  expect(() => parse(deep(65))).toThrow(/it to hold JSON of at most 64 levels and 1048576 objects, got 65 and 65/);
  // Never closed: 4 MB of text that would be 200 MB of memory.
  expect(() => parse("[".repeat(2 ** 22))).toThrow(/got 4194304 and 4194304/);
  expect(() => parse(`[${"{},".repeat(2 ** 20)}{}]`)).toThrow(/got 2 and 1048578/);
});

it.each(["", "[", "{a:1}", '"', '"\\', '["]', "\u0000"])("refuses %j", (text) =>
  expect(() => parse(text)).toThrow(CheckpointError),
);

it("refuses what isn't UTF-8", () => {
  expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22), "it")).toThrow(
    "Expected it to hold JSON in UTF-8, got something else; copy it again.",
  );
});
