import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { randomKey } from "../random.ts";
import { balanceLengths, longerChosenShare, makePairs, parsePairs } from "./preference-pairs.ts";

const rated = (text: string, rating: number) => ({ prompt: "p", text, rating });

test("pairs are of one prompt, differ enough, and the better side is chosen", () => {
  const pairs = makePairs([[rated("good", 1), rated("fair", 0.7), rated("bad", 0)]], {
    gap: 0.5,
    perPrompt: 9,
    key: randomKey(1),
  });
  expect(new Set(pairs.map(({ chosen, rejected }) => `${chosen} > ${rejected}`))).toEqual(
    new Set(["good > bad", "fair > bad"]),
  );
});

test("as many longer chosen sides as shorter ones", () => {
  const pair = (chosen: string, rejected: string) => ({ prompt: "p", chosen, rejected });
  const pairs = [pair("a b", "a"), pair("a b c", "a"), pair("a b c d", "a"), pair("a", "a b"), pair("a", "b")];
  expect(longerChosenShare(pairs)).toBe(0.75);
  expect(longerChosenShare(balanceLengths(pairs))).toBe(0.5);
  expect(balanceLengths(pairs)).toHaveLength(3);
});

test.each([
  ['{"prompt":"p","chosen":"a"}', /line 1 of pairs\.jsonl to have a text as `rejected`, got undefined/],
  ['{"prompt":"p","chosen":"","rejected":"b"}', /`chosen`, got ""/],
  ['{"prompt":"p","chosen":"a","rejected":"b"}\nnull', /line 2 .* `prompt`, got undefined/],
  ["{", /line 1 of pairs\.jsonl to be JSON/],
  ["\n", /Expected preference pairs in pairs\.jsonl, got none/],
])("refuses %j", (text, message) => {
  expect(() => parsePairs(text, "pairs.jsonl")).toThrow(OptionError);
  expect(() => parsePairs(text, "pairs.jsonl")).toThrow(message);
});
