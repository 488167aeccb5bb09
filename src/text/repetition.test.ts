import { expect, test } from "vitest";
import { mostRepeated } from "./repetition.ts";

test.each([
  ["", 0],
  ["one two three four five", 0],
  ["one two three four five six", 1],
  ["a b c d e f  a b c\nd e f", 2],
  ["no no no no no no no no", 3],
  ["wait, 3 + 4 is 7. ".repeat(5), 5],
])("the most frequent six words of %j come %i times", (text, times) => {
  expect(mostRepeated(text)).toBe(times);
});

test("words of the object's own prototype are words like any other", () => {
  expect(mostRepeated("constructor __proto__ toString", 1)).toBe(1);
});
