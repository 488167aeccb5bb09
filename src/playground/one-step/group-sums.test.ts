import { expect, test } from "vitest";
import { madeGroup } from "../../../test/playground/made-group.ts";
import { advantagesBy, groupSums, whyNoSignal } from "./group-sums.ts";

test("3 of 8 right", () => {
  const sums = groupSums(madeGroup([1, 0, 0, 1, 1, 0, 0, 0]));
  expect(sums).toMatchObject({ right: 3, mean: 0.375, isRightness: true });
  // 3 x .625² + 5 x .375² = 1.875; / 7; root.
  expect(sums.deviation).toBeCloseTo(0.5175492, 6);
  expect(advantagesBy("mean-centred", sums.rewards)).toEqual([
    0.625, -0.375, -0.375, 0.625, 0.625, -0.375, -0.375, -0.375,
  ]);
  expect(advantagesBy("group-relative", sums.rewards)[0]).toBeCloseTo(0.625 / 0.5175502, 5);
  expect(advantagesBy("none", sums.rewards)).toEqual([1, 0, 0, 1, 1, 0, 0, 0]);
});

test("what can't be scored is left out of the mean", () => {
  const sums = groupSums(madeGroup([1, null, 0, 0]));
  expect(sums.mean).toBeCloseTo(1 / 3, 12);
  expect(sums.rewards).toEqual([1, null, 0, 0]);
});

test("rewards that are no 0 or 1 are said to be so", () => {
  expect(groupSums(madeGroup([0.1, 0.4])).isRightness).toBe(false);
});

test.each([
  [[1, 1, 1], "all right"],
  [[0, 0], "all wrong"],
  [[null, null], "unverifiable"],
  [[null, 1], "one scored"],
  [[1, 0], null],
] as const)("%j: %s", (rewards, why) => {
  expect(whyNoSignal(madeGroup(rewards))).toBe(why);
});

test("equal rewards of answers that differ are neither all right nor all wrong", () => {
  const group = madeGroup([1, 0]);
  const rollouts = group.rollouts.map((rollout) => ({ ...rollout, reward: { ...rollout.reward, total: 0.5 } }));
  expect(whyNoSignal({ signal: false, rollouts })).toBe("all equal");
});
