import { expect, test } from "vitest";
import { completionAfter, parseCompletion } from "./parse-completion.ts";

const WHOLE = "<think> 1 + 1 = 2 </think> <answer> 2 </answer>";
const OPENED = "[assistant]<think>\n";

test("one thinking and one answer", () => {
  expect(parseCompletion(WHOLE)).toEqual({ thinking: "1 + 1 = 2", answer: "2", wellFormed: true, reason: null });
});

test("a prompt that ends with <think> opens the thinking", () => {
  const rest = "1 + 1 = 2 </think> <answer> 2 </answer>";
  expect(parseCompletion(rest, OPENED)).toEqual({ thinking: "1 + 1 = 2", answer: "2", wellFormed: true, reason: null });
  expect(parseCompletion(rest)).toMatchObject({ answer: null, reason: "the thinking is not closed" });
  expect(parseCompletion(WHOLE, OPENED)).toMatchObject({ answer: null, reason: "a tag comes more than once" });
  expect(parseCompletion(WHOLE, "in <think> tags: [assistant]")).toMatchObject({ answer: "2", wellFormed: true });
});

test.each([
  ["<answer> 2 </answer>", "2", false],
  ["<think> a </think> so <answer> 2 </answer>", "2", false],
  ["<think> a <answer> 2 </answer> </think>", null, false],
  ["<think> a </think> <answer> 2 </answer> <answer> 3 </answer>", null, false],
  ["<think> a </think> <answer> 2", null, false],
])("%s", (text, answer, wellFormed) => {
  expect(parseCompletion(text)).toMatchObject({ answer, wellFormed });
});

test("a whole completion from elsewhere, after a prompt that has opened the thinking or not", () => {
  expect(completionAfter(OPENED, ` ${WHOLE}`)).toBe(WHOLE.slice("<think>".length));
  expect(completionAfter("Assistant:", WHOLE)).toBe(WHOLE);
});
