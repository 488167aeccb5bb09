import { describe, expect, test } from "vitest";
import { taskContract } from "../../../test/contracts/task-contract.ts";
import { SPLITS } from "../task.ts";
import { englishNumber } from "./english-number.ts";
import { createNumberWords } from "./number-words.ts";

const task = createNumberWords();

describe("number-words", () => taskContract(() => createNumberWords()));

test.each([
  [0, "zero"],
  [13, "thirteen"],
  [40, "forty"],
  [99, "ninety-nine"],
  [100, "one hundred"],
  [512, "five hundred and twelve"],
  [980, "nine hundred and eighty"],
])("%i: %s", (value, words) => {
  expect(englishNumber(value)).toBe(words);
});

test("asks for digits, sums and differences, and knows the result", () => {
  const all = SPLITS.flatMap((split) => task.problems(split));
  expect(new Set(all.map(({ difficulty }) => difficulty))).toEqual(new Set([0, 0.5, 1]));
  const found = (id: string) => all.find((problem) => problem.id === id);
  expect(found("number-words:342")).toMatchObject({
    question: "Write three hundred and forty-two in digits.",
    data: { value: 342 },
  });
  for (const { question, data } of all) {
    const known = /^What is (.+) (plus|minus) (.+)\?$/.exec(question);
    if (known === null) continue;
    const [left, right] = [known[1]!, known[3]!].map((words) =>
      Array.from({ length: 100 }, (_, value) => englishNumber(value)).indexOf(words),
    ) as [number, number];
    expect(data.value).toBe(known[2] === "plus" ? left + right : left - right);
  }
});

test("what the prompt shows is right, and asked nowhere", async () => {
  const asked = new Set(SPLITS.flatMap((split) => task.problems(split)).map(({ question }) => question));
  for (const { question, completion } of task.examples!) {
    expect(asked).not.toContain(question);
    expect(completion).toMatch(/^<think> .+ <\/think> <answer> \d+ <\/answer>$/);
  }
  expect(task.problems("corpus")).toEqual([]);
});
