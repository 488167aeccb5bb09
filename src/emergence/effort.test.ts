import { expect, test } from "vitest";
import { lengthByDifficulty, pearson } from "./effort.ts";

test("puts difficulties into five equal bins", () => {
  expect(lengthByDifficulty([10, 20, 30, 40, 50, 60, 70], [0, 0.19, 0.2, 0.5, 0.79, 0.8, 1])).toEqual([
    15, 30, 40, 50, 65,
  ]);
  expect(lengthByDifficulty([10, 20], [0.9, 0.9])).toEqual([null, null, null, null, 15]);
  expect(lengthByDifficulty([10, 20], [-1, 2])).toEqual([10, null, null, null, 20]);
});

test("Pearson's correlation", () => {
  // dx = -1 0 1, dy = -2 1 1: 3 / sqrt(2 x 6) = 0.8660.
  expect(pearson([1, 2, 3], [1, 4, 4])).toBeCloseTo(0.8660254, 7);
  expect(pearson([1, 2, 3], [6, 4, 2])).toBe(-1);
  expect(pearson([1, 2, 1, 2], [1, 1, 2, 2])).toBe(0);
});

test("is null where something doesn't vary, even by rounding", () => {
  expect(pearson([1, 2], [3, 3])).toBeNull();
  expect(pearson([0.1, 0.1, 0.1], [1, 2, 3])).toBeNull();
  expect(pearson([1], [2])).toBeNull();
  expect(pearson([], [])).toBeNull();
  expect(pearson([1, 2], [NaN, 3])).toBeNull();
});
