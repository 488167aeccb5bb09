import { expect, test } from "vitest";
import { randomKey } from "../random.ts";
import type { Problem } from "../tasks/index.ts";
import { drawProblems } from "./draw-problems.ts";

const problems = Array.from({ length: 10 }, (_, i): Problem => ({
  id: `p${i}`,
  split: "train",
  question: "",
  compactQuestion: "",
  difficulty: 0,
  data: i,
}));
const ids = (step: number, count = 4, seed = 1) =>
  drawProblems(problems, count, step, randomKey(seed)).map((problem) => problem.id);

test("every problem comes once an epoch", () => {
  const epoch = [...ids(1), ...ids(2), ...ids(3)].slice(0, 10);
  expect(new Set(epoch).size).toBe(10);
});

test("a step's problems depend on the key and the step alone", () => {
  expect(ids(3)).toEqual(ids(3));
  expect(ids(3)).not.toEqual(ids(4));
  expect(ids(1, 10, 1)).not.toEqual(ids(1, 10, 2));
});

test("epochs have orders of their own", () => {
  expect(ids(1, 10)).not.toEqual(ids(2, 10));
  expect(new Set(ids(2, 10)).size).toBe(10);
});
