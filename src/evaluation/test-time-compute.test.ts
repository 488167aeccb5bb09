import { expect, test } from "vitest";
import { randomKey } from "../random.ts";
import { testTimeCompute, type TimedSample } from "./test-time-compute.ts";

const sample = (tokens: number, answer: string | null, right = false): TimedSample => ({ tokens, answer, right });

test("pass@k and votes, with what is longer than the budget left out", () => {
  // One problem, four samples: two right ones of 10 and 30 tokens, two wrong ones that differ.
  const samples = [[sample(10, "a", true), sample(30, "a", true), sample(10, "b"), sample(10, "c")]];
  const rows = testTimeCompute(samples, [20, 40], randomKey(1));
  expect(rows.map(({ budget, k }) => [budget, k])).toEqual([
    [20, 1],
    [20, 2],
    [20, 4],
    [40, 1],
    [40, 2],
    [40, 4],
  ]);
  // Within 20 tokens one of four is right; within 40 two are.
  expect(rows[0]!.passAtK).toBe(0.25);
  expect(rows[3]!.passAtK).toBe(0.5);
  // pass@2 of 2 right in 4: 1 - C(2,2) / C(4,2).
  expect(rows[4]!.passAtK).toBeCloseTo(1 - 1 / 6, 12);
  // All four vote: within 40 "a" has two votes; within 20 it is one of three with one each, and stands first.
  expect(rows[5]!.majorityVote).toBe(1);
  expect(rows[2]!.majorityVote).toBe(1);
});

test("nobody answers within no budget", () => {
  const [row] = testTimeCompute([[sample(50, "a", true)]], [10], randomKey(1));
  expect(row).toMatchObject({ passAtK: 0, majorityVote: 0, k: 1, budget: 10 });
});

test("the same key gives the same numbers", () => {
  const samples = Array.from({ length: 20 }, (_, i) =>
    Array.from({ length: 8 }, (_unused, j) => sample(j, String((i * j) % 3), (i * j) % 3 === 0)),
  );
  expect(testTimeCompute(samples, [4, 8], randomKey(7))).toEqual(testTimeCompute(samples, [4, 8], randomKey(7)));
});
