import { expect, test } from "vitest";
import { OptionError } from "../errors.ts";
import { extractor, EXTRACTOR_NAMES } from "./extractors.ts";

test.each<readonly [name: string, completion: string, answer: string | null]>([
  ["answer-tag", "<think>5?</think> <answer> 4 </answer>", "4"],
  ["answer-tag", "<think>I write <answer>5</answer> then</think><answer>4</answer>", "4"],
  ["answer-tag", "<think>I write <answer>5</answer>", null],
  ["answer-tag", "<think>I write <answer>5</answer></think> done", null],
  ["answer-tag", "<answer>4</answer><answer>5</answer>", null],
  ["answer-tag", "<answer>4</answer> so <answer>4</answer>", "4"],
  ["answer-tag", "<answer>4", null],
  ["answer-tag", "4", null],
  ["boxed", "So \\boxed{4}.", "4"],
  ["boxed", "First \\boxed{3}, which is no answer yet; then \\boxed{\\frac{1}{2}}", "\\frac{1}{2}"],
  ["boxed", "\\boxed{1} and \\boxed{2}", "\\boxed{1} and \\boxed{2}"],
  ["boxed", "\\boxed{1} \\boxed{2}", null],
  ["boxed", "\\boxed{4} \\boxed{4}", "4"],
  ["boxed", "<think>\\boxed{5}</think> I don't know", null],
  ["boxed", "<think>\\boxed{5}", null],
  ["boxed", "4", null],
  ["hashes", "3 + 1 = 4\n#### 4", "4"],
  ["hashes", "#### 4\n#### 5", null],
  ["hashes", "4", null],
  ["json", 'It is\n```json\n{"a": 1}\n```', '{"a": 1}'],
  ["json", '{"a": 1}', '{"a": 1}'],
  ["json", "```\n1\n```\n```\n2\n```", null],
  ["after-think", "<think>x</think>\n 4 ", "4"],
  ["after-think", "4", "4"],
  ["after-think", "<think>4", null],
  ["last-number", "1 and 2,345.5 then", "2,345.5"],
  ["whole", " <think>4 ", "<think>4"],
  ["whole", " ", null],
])("%s of %j is %j", (name, completion, answer) => {
  const found = extractor(name).extract(completion);
  expect(found.answer).toBe(answer);
  if (answer === null) expect(found.reason).not.toBe("");
  else expect(found.reason).toBeNull();
});

test("each says where it looks, and an unknown one is refused", () => {
  for (const name of EXTRACTOR_NAMES) expect(extractor(name).where).not.toBe("");
  expect(() => extractor("last")).toThrow(OptionError);
});

test("a long text is gone through in one pass", () => {
  const start = performance.now();
  for (const name of EXTRACTOR_NAMES) {
    for (const piece of ["<answer>", "\\boxed{", "####", "```", "<think></think>", "1", "{"])
      extractor(name).extract(piece.repeat(100_000));
  }
  expect(performance.now() - start).toBeLessThan(5000);
});
