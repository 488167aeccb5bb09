import { describe, expect, test } from "vitest";
import { completionToScore, rewardContract, type SampleCompletion } from "../../test/contracts/reward-contract.ts";
import { accuracyReward } from "./accuracy.ts";

rewardContract(() => accuracyReward(), null);

const right = { kind: "right" } as const;
const wrong = { kind: "wrong", reason: "13 is not 25" } as const;
const unverifiable = { kind: "unverifiable", reason: "timed out" } as const;

describe("score", () => {
  const cases: readonly (readonly [string, SampleCompletion, zero: number | null, unscored: number | null])[] = [
    ["right", { verdict: right }, 1, 1],
    ["wrong", { verdict: wrong }, 0, 0],
    ["unverifiable", { verdict: unverifiable }, null, null],
    ["truncated and right", { verdict: right, status: "truncated" }, 0, null],
    ["truncated and wrong", { verdict: wrong, status: "truncated" }, 0, null],
    ["truncated and unverifiable", { verdict: unverifiable, status: "truncated" }, null, null],
  ];
  test.each(cases)("%s", (_name, sample, zero, unscored) => {
    const completion = completionToScore(null, sample);
    expect(accuracyReward().score(completion)).toBe(zero);
    expect(accuracyReward({ truncated: "unscored" }).score(completion)).toBe(unscored);
  });
});

test("weighs 1 unless told otherwise", () => {
  expect(accuracyReward().weight).toBe(1);
  expect(accuracyReward({ weight: 2 }).weight).toBe(2);
});

test("another treatment of truncated completions is an error", () => {
  expect(() => accuracyReward({ truncated: "skip" as never })).toThrow(
    'Expected `truncated` to be "zero" or "unscored", got "skip".',
  );
});
