import { expect, test } from "vitest";
import { taughtForm } from "./taught-form.ts";

test.each([
  ["<think>\na\n</think>\n\nThe answer is \\boxed{5}.", "<think>\na\n</think> <answer> 5 </answer>"],
  ["a\n</think>\n\n\\boxed{5}", "<think>a\n</think> <answer> 5 </answer>"],
  ["<think>a \\boxed{9}</think> \\boxed{5}, so \\boxed{5}", "<think>a \\boxed{9}</think> <answer> 5 </answer>"],
  ["<think>a</think> \\boxed{\\frac{1}{2}}", "<think>a</think> <answer> \\frac{1}{2} </answer>"],
  ["a </think> <answer> 5 </answer>", "<think>a </think> <answer> 5 </answer>"],
  ["<think>a</think>\n\n\\[\\fbox{\\text{5}}\\]", "<think>a</think> <answer> 5 </answer>"],
  ["<think>a</think> <answer> \\boxed{5} </answer>", "<think>a</think> <answer> 5 </answer>"],
  ["<think>a</think> The answer is **$5$**.", "<think>a</think> <answer> 5 </answer>"],
  ["<think>a</think>\n\n**Final Answer:** 5\n", "<think>a</think> <answer> 5 </answer>"],
  ["<think>a</think> So:\n#### 5", "<think>a</think> <answer> 5 </answer>"],
  ["<think>a</think>\n\n5", "<think>a</think> <answer> 5 </answer>"],
  ["<Think>a</Think> <Answer>5</Answer>", "<think>a</think> <answer> 5 </answer>"],
  ["<thinking>a</thinking><answer>5</answer>", "<think>a</think><answer>5</answer>"],
  ["[THINK]a[/THINK]5", "<think>a</think> <answer> 5 </answer>"],
  [
    "<|begin_of_thought|>a<|end_of_thought|><|begin_of_solution|>\\boxed{5}<|end_of_solution|>",
    "<think>a</think> <answer> 5 </answer>",
  ],
  [
    "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>5<|return|>",
    "<think>a</think> <answer> 5 </answer>",
  ],
])("%j is learnt as %j", (text, form) => {
  expect(taughtForm(text)).toBe(form);
});

test.each([
  "<think> a </think> <answer> 5 </answer>",
  "The answer is \\boxed{5}.",
  "<think>a</think> \\boxed{5} or \\boxed{6}",
  "<think>a</think> \\boxed{5",
  "<think>a</think> \\boxed{\\frac{1}{2}",
  "<think>a</think> The answer is 5. Or the answer is 6.\nThe answer is 7.",
  "<think>a</think> <answer>5</answer> <answer>6</answer>",
  "<think>a</think> I don't know.\nIt may be anything.",
  "<thinking>a",
  "<think>a \\boxed{5}",
  "",
])("%j stays", (text) => {
  expect(taughtForm(text)).toBe(text);
});

test("an answer that is looked for elsewhere than in tags stays where it is", () => {
  expect(taughtForm("[THINK]a[/THINK] so \\boxed{5}", "boxed")).toBe("<think>a</think> so \\boxed{5}");
});

test("hostile texts take no time", () => {
  const started = performance.now();
  for (const part of [
    "<answer>",
    "<think>",
    "</think>",
    "\\boxed{",
    "the answer is ",
    "#### ",
    "answer" + "*".repeat(50),
  ])
    taughtForm(`<think>a</think> ${part.repeat(20_000)}`);
  expect(performance.now() - started).toBeLessThan(2000);
});
