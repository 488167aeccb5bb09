import { describe, expect, test } from "vitest";
import { groupAdvantages } from "./group-advantages.ts";
import { leaveOneOutAdvantages } from "./leave-one-out.ts";
import { meanCentredAdvantages } from "./mean-centred.ts";

describe("unscored completions", () => {
  test("are left out of the baseline and get null", () => {
    // With the null counted as 0 the mean would be 1/4.
    expect(groupAdvantages([null, 1, 0, 0], meanCentredAdvantages)).toEqual([
      null,
      expect.closeTo(2 / 3, 12),
      expect.closeTo(-1 / 3, 12),
      expect.closeTo(-1 / 3, 12),
    ]);
    expect(groupAdvantages([4, null, 8], leaveOneOutAdvantages)).toEqual([-4, null, 4]);
  });

  test.each([[[]], [[null, null]], [[null, 1]], [[1]]])("fewer than two scored carry no signal: %j", (rewards) => {
    expect(groupAdvantages(rewards)).toEqual(rewards.map(() => null));
  });
});

test("equal rewards carry no signal", () => {
  expect(groupAdvantages([1, 1, 1])).toEqual([null, null, null]);
  expect(groupAdvantages([0, null, 0])).toEqual([null, null, null]);
});

test("is GRPO's where no function is given", () => {
  expect(groupAdvantages([1, 0, 0, 1])[0]).toBeCloseTo(0.8660239, 7);
});

test("a reward that is neither null nor finite is an error, wherever it stands", () => {
  expect(() => groupAdvantages([null, NaN])).toThrow("Expected reward 1 of the group to be a finite number, got NaN");
  expect(() => groupAdvantages([1, undefined as never])).toThrow("Expected reward 1");
});

test("a user's function must give as many finite numbers", () => {
  expect(() => groupAdvantages([1, 0], () => [1])).toThrow(
    "Expected the advantage function to give 2 finite numbers, got [1].",
  );
  expect(() => groupAdvantages([1, 0], () => [1, NaN])).toThrow("got [1, NaN]");
});
