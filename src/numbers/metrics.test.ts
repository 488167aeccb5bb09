import { expect, test } from "vitest";
import { majorityVote, mean, meanOrNull, passAtK, standardError, median } from "./metrics.ts";

test("pass@k is the chance that k of n samples hold a right one", () => {
  // 4 samples, 1 right: of the 6 pairs 3 hold it.
  expect(passAtK(4, 1, 2)).toBeCloseTo(0.5, 12);
  expect(passAtK(4, 1, 1)).toBeCloseTo(0.25, 12);
  // 1 - C(7,3)/C(10,3) = 1 - 35/120
  expect(passAtK(10, 3, 3)).toBeCloseTo(1 - 35 / 120, 12);
  expect(passAtK(4, 0, 4)).toBe(0);
  expect(passAtK(4, 1, 4)).toBe(1);
});

test("the majority of the first k answers wins, ties go to the earlier, and silence doesn't vote", () => {
  expect(majorityVote(["a", "b", "b"], 3)).toBe("b");
  expect(majorityVote(["a", "b", "b"], 2)).toBe("a");
  expect(majorityVote([null, null, "c"], 3)).toBe("c");
  expect(majorityVote([null], 1)).toBeNull();
});

test("mean and standard error by hand", () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBe(0);
  expect(meanOrNull([1, 2, 6])).toBe(3);
  expect(meanOrNull([])).toBeNull();
  // Deviations -2, -1, 3: variance 14 / 2 = 7, error sqrt(7 / 3).
  expect(standardError([1, 2, 6])).toBeCloseTo(Math.sqrt(7 / 3), 12);
  expect(standardError([5])).toBe(0);
});

test("the middle of some numbers", () => {
  expect(median([10, 9, 1])).toBe(9);
  expect(median([4, 1, 3, 100])).toBe(3.5);
  expect(median([])).toBeNaN();
});
