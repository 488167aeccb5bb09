import { expect, test } from "vitest";
import type { JudgedRollout } from "../records/rollout.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import { spreadOver } from "../numbers/spread.ts";
import { watchedProblems, watchedRollouts } from "./watched-problems.ts";

const problem = (id: string, difficulty: number): Problem => ({
  id,
  split: "heldOut",
  question: id,
  compactQuestion: id,
  difficulty,
  data: null,
});

test("some of a list, evenly", () => {
  expect(spreadOver([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], 3)).toEqual([0, 3, 6]);
  expect(spreadOver([1, 2], 5)).toEqual([1, 2]);
  expect(spreadOver([1, 2], 0)).toEqual([]);
});

test("watched are problems from the easiest to the hardest", () => {
  const problems = [problem("hard", 0.9), problem("easy", 0.1), problem("middle", 0.5), problem("harder", 1)];
  expect(watchedProblems(problems, 2).map(({ id }) => id)).toEqual(["easy", "hard"]);
});

test("their completions are kept with what they would earn", () => {
  const judged = (of: Problem, verdict: Verdict, sample: number): JudgedRollout => ({
    problem: of,
    prompt: "Q",
    promptTokens: [1],
    tokens: [2],
    logprobs: [-1],
    text: "t",
    stop: "end",
    version: 4,
    sample,
    parsed: { thinking: null, answer: null, wellFormed: false, reason: null },
    verdict,
    attempts: undefined,
  });
  const [a, b] = [problem("a", 0), problem("b", 1)];
  const groups = [
    [judged(b, { kind: "right" }, 0)],
    [judged(a, { kind: "wrong", reason: "3" }, 0), judged(a, { kind: "unverifiable", reason: "late" }, 1)],
  ];
  const kept = watchedRollouts(groups, [a, b], 7);
  expect(
    kept.map(({ step, problemIndex, problemId, reward, advantage }) => [
      step,
      problemIndex,
      problemId,
      reward.total,
      advantage,
    ]),
  ).toEqual([
    [7, 0, "a", 0, null],
    [7, 0, "a", null, null],
    [7, 1, "b", 1, null],
  ]);
  expect(watchedRollouts(groups, [], 7)).toEqual([]);
});
