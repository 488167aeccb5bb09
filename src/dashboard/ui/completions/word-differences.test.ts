import fc from "fast-check";
import { expect, test } from "vitest";
import { MOST_CHARACTERS, MOST_WORDS, wordDifferences, type Difference } from "./word-differences.ts";

test("says which words came and which went", () => {
  expect(wordDifferences("2 + 7 = 9 no", "2 + 8 = 10 yes")).toEqual([
    { kind: "same", text: "2 + " },
    { kind: "removed", text: "7 " },
    { kind: "added", text: "8 " },
    { kind: "same", text: "= " },
    { kind: "removed", text: "9 no" },
    { kind: "added", text: "10 yes" },
  ]);
  expect(wordDifferences("", "")).toEqual([]);
  expect(wordDifferences("a", "a")).toEqual([{ kind: "same", text: "a" }]);
});

test("what stayed and came is the new text, what stayed and went the old one", () => {
  const text = fc
    .array(fc.constantFrom("a ", "b", " c", "\n", "dd  "), { maxLength: 30 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const differences = wordDifferences(before, after) as Difference[];
      const without = (kind: string): string =>
        differences
          .filter((one) => one.kind !== kind)
          .map((one) => one.text)
          .join("");
      expect(without("removed")).toBe(after);
      expect(without("added")).toBe(before);
    }),
  );
});

test("texts that are too long are not compared", () => {
  const words = (letter: string, count: number): string => `${letter} `.repeat(count);
  expect(wordDifferences(words("a", MOST_WORDS + 1), words("b", 1))).toBeNull();
  expect(wordDifferences("x".repeat(MOST_CHARACTERS), "y")).toBeNull();
  expect(wordDifferences(words("a", MOST_WORDS), words("b", MOST_WORDS))).toHaveLength(2);
});
