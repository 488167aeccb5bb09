import { expect, test } from "vitest";
import { groupRelativeAdvantages } from "./group-relative.ts";

const closeTo = (values: readonly number[], digits: number): unknown[] =>
  values.map((value) => expect.closeTo(value, digits) as unknown);

test("uses the sample standard deviation", () => {
  // Mean 1/2; squares 4 x 1/4 = 1; / 3 -> std 0.57735; 0.5 / 0.57735 = 0.86603. The population's would give 1.
  expect(groupRelativeAdvantages([1, 0, 0, 1])).toEqual(closeTo([0.8660239, -0.8660239, -0.8660239, 0.8660239], 7));
  // Mean 1/4; squares 9/16 + 3/16 = 3/4; / 3 -> std 1/2; 0.75 / 0.500001 and -0.25 / 0.500001.
  expect(groupRelativeAdvantages([0, 0, 1, 0])).toEqual(closeTo([-0.499999, -0.499999, 1.499997, -0.499999], 7));
});

test("epsilon is added to the deviation, and is 1e-6", () => {
  // Two rewards that are d apart: (d / 2) / (d / sqrt(2) + epsilon).
  expect(groupRelativeAdvantages([2e-6, 0])).toEqual(closeTo([1 / (Math.SQRT2 + 1), -1 / (Math.SQRT2 + 1)], 9));
  expect(groupRelativeAdvantages([1, 0], { epsilon: 0 })).toEqual(closeTo([Math.SQRT1_2, -Math.SQRT1_2], 12));
  expect(groupRelativeAdvantages([3, 1], { epsilon: 2 })).toEqual(
    closeTo([1 / (Math.SQRT2 + 2), -1 / (Math.SQRT2 + 2)], 12),
  );
});

test("equal rewards give zeros, even where their mean is rounded", () => {
  expect(groupRelativeAdvantages([1, 1, 1, 1])).toEqual([0, 0, 0, 0]);
  // 0.1 x 3 / 3 is not 0.1 in floating point.
  expect(groupRelativeAdvantages([0.1, 0.1, 0.1], { epsilon: 0 })).toEqual([0, 0, 0]);
  // The squares of these differences underflow.
  expect(groupRelativeAdvantages([1e-200, 0], { epsilon: 0 })).toEqual([0, 0]);
});

test("a group of one is an error", () => {
  expect(() => groupRelativeAdvantages([1])).toThrow(
    "Expected a group of at least 2 rewards, got 1; a completion is scored against its siblings, so set `groupSize` to 2 or more.",
  );
  expect(() => groupRelativeAdvantages([])).toThrow("got 0");
});

test.each([NaN, Infinity, -Infinity, 1e200, undefined as never, "1" as never, true as never])(
  "the reward %s is an error",
  (reward) => {
    expect(() => groupRelativeAdvantages([1, reward])).toThrow(
      "Expected reward 1 of the group to be a finite number, got",
    );
  },
);

test("a bad epsilon is an error", () => {
  expect(() => groupRelativeAdvantages([1, 0], { epsilon: -1 })).toThrow(
    "Expected `epsilon` to be a number from 0 up, got -1.",
  );
});
