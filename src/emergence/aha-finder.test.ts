import { expect, test } from "vitest";
import { createCountdown } from "../tasks/countdown/countdown.ts";
import { AhaFinder, findAhaMoments } from "./aha-finder.ts";
import type { AttemptFinder } from "./judged-attempts.ts";

type AhaRollout = Parameters<typeof findAhaMoments>[0] extends Iterable<infer R> ? R : never;

const attempts: AttemptFinder = createCountdown(3).attempts!;

const WRONG = "<think> 1 + 2 = 3 no </think> <answer> 1 + 2 </answer>";
const AT_ONCE = "<think> 2 * 2 = 4 yes </think> <answer> 2 * 2 </answer>";
const CORRECTED = "<think> 1 + 2 = 3 no wait 2 * 2 = 4 yes </think> <answer> 2 * 2 </answer>";

function rollout(step: number, problemId: string, text: string, changes: Partial<AhaRollout> = {}): AhaRollout {
  return {
    step,
    problemIndex: 1,
    problemId,
    prompt: "Q:",
    difficulty: 0.5,
    rollout: { text, sample: 3, stop: "end" },
    reward: { verdict: text === WRONG ? { kind: "wrong", reason: "3" } : { kind: "right" } },
    ...changes,
  };
}

const found = (rollouts: readonly AhaRollout[]): (readonly [string, number, number])[] =>
  findAhaMoments(rollouts, attempts).map(({ problemId, step, wrongAt }) => [problemId, step, wrongAt]);

test("wrong before, right by a correction: where it was first seen", () => {
  const rollouts = [
    rollout(1, "a", WRONG),
    rollout(4, "a", WRONG),
    rollout(7, "a", CORRECTED),
    rollout(9, "a", CORRECTED),
  ];
  expect(findAhaMoments(rollouts, attempts)).toEqual([
    {
      problemId: "a",
      difficulty: 0.5,
      step: 7,
      problemIndex: 1,
      sample: 3,
      rejected: "1 + 2 = 3",
      answer: "2 * 2",
      wrongAt: 4,
    },
  ]);
});

test("what is no aha moment", () => {
  expect(found([rollout(7, "a", CORRECTED)])).toEqual([]);
  expect(found([rollout(7, "a", CORRECTED), rollout(8, "a", WRONG)])).toEqual([]);
  expect(found([rollout(1, "a", WRONG), rollout(7, "a", AT_ONCE)])).toEqual([]);
  expect(found([rollout(1, "b", WRONG), rollout(7, "a", CORRECTED)])).toEqual([]);
  // Right and wrong at the same step: nothing changed between them.
  expect(found([rollout(7, "a", WRONG), rollout(7, "a", CORRECTED)])).toEqual([]);
  expect(
    found([
      rollout(1, "a", WRONG, { reward: { verdict: { kind: "unverifiable", reason: "timed out" } } }),
      rollout(7, "a", CORRECTED),
    ]),
  ).toEqual([]);
});

test("a right try that was rejected is no mistake that was mended, and what was cut mended nothing", () => {
  const judged: AttemptFinder = () => [
    { text: "a", outcome: "rejected", right: true },
    { text: "b", outcome: "accepted", right: true },
  ];
  expect(findAhaMoments([rollout(1, "a", WRONG), rollout(7, "a", CORRECTED)], judged)).toEqual([]);
  const cut = rollout(7, "a", CORRECTED, { rollout: { text: CORRECTED, sample: 3, stop: "length" } });
  expect(found([rollout(1, "a", WRONG), cut])).toEqual([]);
});

test("wrong ones of the same step don't hide those before", () => {
  expect(found([rollout(1, "a", WRONG), rollout(7, "a", WRONG), rollout(7, "a", CORRECTED)])).toEqual([["a", 7, 1]]);
});

test("told in parts it finds the same, and nothing without candidates", () => {
  const rollouts = [
    rollout(1, "a", WRONG),
    rollout(1, "b", WRONG),
    rollout(2, "b", CORRECTED),
    rollout(3, "a", CORRECTED),
  ];
  const finder = new AhaFinder(attempts);
  for (const one of rollouts) finder.add([one]);
  expect(finder.moments).toEqual(findAhaMoments(rollouts, attempts));
  expect(finder.moments.map(({ problemId }) => problemId)).toEqual(["b", "a"]);
  expect(findAhaMoments(rollouts, null)).toEqual([]);
});

test("follows a bounded number of problems: those that were wrong last", () => {
  const finder = new AhaFinder(attempts, 2);
  finder.add([
    rollout(1, "a", WRONG),
    rollout(1, "b", WRONG),
    rollout(2, "a", WRONG),
    rollout(3, "c", WRONG),
    rollout(4, "a", CORRECTED),
    rollout(4, "b", CORRECTED),
    rollout(4, "c", CORRECTED),
  ]);
  expect(finder.moments.map(({ problemId }) => problemId)).toEqual(["a", "c"]);
});
