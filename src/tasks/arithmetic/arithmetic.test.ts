import { describe, expect, test } from "vitest";
import { taskContract } from "../../../test/contracts/task-contract.ts";
import type { Problem } from "../task.ts";
import { createArithmetic } from "./arithmetic.ts";
import { expressionText, reduce, reductionsText, type FlatExpression } from "./expression.ts";
import type { ArithmeticData } from "./problems.ts";

const task = createArithmetic();

describe("arithmetic", () => taskContract(() => createArithmetic()));

test.each([
  ["corpus", 1650],
  ["train", 1433],
  ["validation", 394],
  ["heldOut", 523],
] as const)("%s has %i of the 4,000 problems", (split, count) => {
  expect(task.problems(split)).toHaveLength(count);
});

const expression: FlatExpression = { numbers: [3, 4, 2, 5], operations: ["+", "*", "-"] };

test("products come first, then from the left", () => {
  expect(expressionText(expression)).toBe("3 + 4 * 2 - 5");
  expect(reductionsText(reduce(expression)!)).toBe("4 * 2 = 8 , 3 + 8 = 11 , 11 - 5 = 6");
});

test("later steps go by what was written", () => {
  expect(reductionsText(reduce(expression, (exact) => exact + 1)!)).toBe("4 * 2 = 9 , 3 + 9 = 13 , 13 - 5 = 9");
});

test.each([
  ["below 0", { numbers: [1, 2, 3], operations: ["-", "+"] }],
  ["above 59", { numbers: [12, 5, 1], operations: ["*", "-"] }],
] as const)("a result %s on the way can't be written", (_name, given) => {
  expect(reduce(given)).toBeUndefined();
});

const problem: Problem<ArithmeticData> = {
  id: "arithmetic:3 + 4 * 2 - 5",
  split: "train",
  question: "What is 3 + 4 * 2 - 5?",
  compactQuestion: "3 + 4 * 2 - 5 =",
  difficulty: 2 / 3,
  data: { ...expression, value: 6 },
};

test.each([
  ["6", "right"],
  ["+6", "right"],
  ["06", "right"],
  ["9", "9 is not the result"],
  ["-6", "-6 is not the result"],
  ["6.0", "not an integer"],
  ["6 6", "not an integer"],
  ["3 + 3", "not an integer"],
  ["6e0", "not an integer"],
  ["0x6", "not an integer"],
  ["٦", "not an integer"],
  ["６", "not an integer"],
  ["six", "not an integer"],
  ["6\n", "not an integer"],
  ["", "not an integer"],
  ["0000000000006", "longer than 12 characters"],
])("%j: %s", async (answer, expected) => {
  const verdict = await task.verify(problem, answer);
  expect(verdict.kind === "right" ? "right" : verdict.reason).toBe(expected);
});

test("a pass ends in a verdict", () => {
  expect(task.attempts!("4 * 2 = 9 , 3 + 9 = 12 no 4 * 2 = 8 , 3 + 8 = 11 yes")).toEqual([
    { text: "4 * 2 = 9 , 3 + 9 = 12", outcome: "rejected", at: 0 },
    { text: "4 * 2 = 8 , 3 + 8 = 11", outcome: "accepted", at: 26 },
  ]);
});
