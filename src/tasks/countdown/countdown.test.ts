import { describe, expect, test } from "vitest";
import { taskContract } from "../../../test/contracts/task-contract.ts";
import type { Problem } from "../../records/problem.ts";
import { createCountdown } from "./countdown.ts";
import { enumerateCandidates } from "./candidate.ts";
import type { CountdownData } from "./problems.ts";

const task = createCountdown();

describe("countdown", () => taskContract(() => createCountdown()));
describe("countdown-4", () => taskContract(() => createCountdown(4)));

test.each([
  ["corpus", 1311],
  ["train", 1167],
  ["validation", 318],
  ["heldOut", 444],
] as const)("%s has %i problems", (split, count) => {
  expect(task.problems(split)).toHaveLength(count);
});

const problem: Problem<CountdownData> = {
  id: "countdown:2,7,9=25",
  split: "train",
  question: "Using the numbers 2, 7 and 9, each exactly once, and the operations + - *, make 25.",
  compactQuestion: "2 7 9 make 25",
  difficulty: 0.5,
  data: { numbers: [2, 7, 9], target: 25 },
};

// 9 + 7 = 16 and 2 * 9 = 18; 2 * 9 + 7 = 25.
test.each([
  ["2 * 9 + 7", "right"],
  ["7 + 2 * 9", "right"],
  ["7+(9*2)", "right"],
  ["( 7 + ( ( 9 ) * 2 ) )", "right"],
  ["7 + 2 × 9", "right"],
  ["( 7 + 2 ) * 9", "makes 81, not 25"],
  ["9 + 9 + 7", "uses 9 too often"],
  ["9 + 9 * 2 - 2", "uses 9 too often"],
  ["25", "uses 25, which is not given"],
  ["2 * 9", "leaves out 7"],
  ["2 7", "unreadable at character 3"],
  ["2 * 9 + 7 = 25", "right"],
  ["2 * 9 + 7 = 26", "makes 25, and says 26"],
  ["2 * 9 + 7 ; 1", "unreadable at character 11"],
  ["-2 * 9 + 7", "unreadable at character 1"],
  ["2 * ٩ + 7", "unreadable at character 5"],
  ["2 * 9 +", "ends too early"],
  ["", "ends too early"],
  [`${"(".repeat(21)}2 * 9 + 7${")".repeat(21)}`, "nested deeper than 20"],
  [`2 * 9 + 7${" ".repeat(200)}`, "longer than 200 characters"],
  ["2 * 9 + 7000000000", "too large"],
])("%s: %s", async (answer, expected) => {
  const verdict = await task.verify(problem, answer);
  expect(verdict.kind === "right" ? "right" : verdict.reason).toBe(expected);
});

// By hand, for 2, 3 and 4: first a pair, then its result with the third number; the smaller from the larger, none above
// 59.
//   2+3=5: 5+4=9, 5*4=20, 5-4=1     2*3=6: 6+4=10, 6*4=24, 6-4=2     3-2=1: 1+4=5, 1*4=4, 4-1=3
//   2+4=6: 6+3=9, 6*3=18, 6-3=3     2*4=8: 8+3=11, 8*3=24, 8-3=5     4-2=2: 2+3=5, 2*3=6, 3-2=1
//   3+4=7: 7+2=9, 7*2=14, 7-2=5     3*4=12: 12+2=14, 12*2=24, 12-2=10     4-3=1: 1+2=3, 1*2=2, 2-1=1
test("the candidates over 2, 3 and 4 are these 27", () => {
  const values = enumerateCandidates([2, 3, 4]).map(({ value }) => value);
  const byHand = [9, 20, 1, 10, 24, 2, 5, 4, 3, 9, 18, 3, 11, 24, 5, 5, 6, 1, 9, 14, 5, 14, 24, 10, 3, 2, 1];
  expect(values.toSorted((a, b) => a - b)).toEqual(byHand.toSorted((a, b) => a - b));
});

test("attempts are what stands between the verdicts", () => {
  expect(task.attempts!("2 + 7 = 9 , 9 + 9 = 18 no wait 2 * 9 = 18 , 18 + 7 = 25 yes")).toEqual([
    { text: "2 + 7 = 9 , 9 + 9 = 18", outcome: "rejected", at: 0 },
    { text: "2 * 9 = 18 , 18 + 7 = 25", outcome: "accepted", at: 31 },
  ]);
  expect(task.attempts!("hmm no but 2  *\n9 = 18")).toEqual([{ text: "2 * 9 = 18", outcome: "open", at: 11 }]);
  expect(task.attempts!("")).toEqual([]);
});

test("a try is right where every step is, and each given number is used once", () => {
  const asked = { ...task.problems("train")[0]!, data: { numbers: [7, 4, 2], target: 26 } };
  const isRight = (attempt: string): boolean => task.attemptIsRight!(asked, attempt);
  expect(isRight("7 * 4 = 28 , 28 - 2 = 26")).toBe(true);
  expect(isRight("4 * 7 = 28 , 28 - 2 = 26")).toBe(true);
  expect(isRight("7 * 4 = 27 , 27 - 2 = 26")).toBe(false);
  expect(isRight("7 * 4 = 28 , 28 - 2 = 25")).toBe(false);
  expect(isRight("7 * 4 = 28")).toBe(false);
  expect(isRight("7 * 4 = 28 , 28 - 7 = 21")).toBe(false);
  expect(isRight("4 * 2 = 8 13 7")).toBe(false);
});
