import fc from "fast-check";
import { expect, test } from "vitest";
import { printable, printableLine } from "./printable.ts";

test.each([
  ["plain text, ünïcödé, 漢字 and 😀", "plain text, ünïcödé, 漢字 and 😀"],
  ["two\nlines\tand a tab", "two\nlines\tand a tab"],
  ["\u001b[31mred\u001b[0m", "\\u001b[31mred\\u001b[0m"],
  ["overwritten\rtext\b", "overwritten\\u000dtext\\u0008"],
  ["\u009b2J", "\\u009b2J"],
  ["a\u202eb", "a\\u202eb"],
  ["a\u200bb\ufeff", "a\\u200bb\\ufeff"],
  ["\u{e0041}", "\\u{e0041}"],
  ["\ud83d alone", "\\ud83d alone"],
  ["\ude00 alone", "\\ude00 alone"],
])("printable(%j)", (text, expected) => {
  expect(printable(text)).toBe(expected);
});

test("one line stays one line", () => {
  expect(printableLine("a\nb\tc")).toBe("a\\nb\\tc");
});

test("no text leaves a control character", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(printableLine(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
    }),
  );
});
