import { expect, test } from "vitest";
import { taughtForm } from "./taught-form.ts";

test.each([
  ["<think>\na\n</think>\n\nThe answer is \\boxed{5}.", "<think>\na\n</think> <answer> 5 </answer>"],
  ["a\n</think>\n\n\\boxed{5}", "<think>a\n</think> <answer> 5 </answer>"],
  ["<think>a \\boxed{9}</think> \\boxed{5}, so \\boxed{5}", "<think>a \\boxed{9}</think> <answer> 5 </answer>"],
  ["<think>a</think> \\boxed{\\frac{1}{2}}", "<think>a</think> <answer> \\frac{1}{2} </answer>"],
  ["a </think> <answer> 5 </answer>", "<think>a </think> <answer> 5 </answer>"],
])("%j is learnt as %j", (text, form) => {
  expect(taughtForm(text)).toBe(form);
});

test.each([
  "<think> a </think> <answer> 5 </answer>",
  "The answer is \\boxed{5}.",
  "<think>a</think> \\boxed{5} or \\boxed{6}",
  "<think>a</think> \\boxed{5",
  "<think>a \\boxed{5}",
  "",
])("%j stays", (text) => {
  expect(taughtForm(text)).toBe(text);
});
