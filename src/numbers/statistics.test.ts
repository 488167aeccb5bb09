import { expect, test } from "vitest";
import { estimate, intervalReach, tQuantile } from "./statistics.ts";

test.each([
  [1, 12.7062],
  [2, 4.30265],
  [3, 3.18245],
  [4, 2.77645],
  [5, 2.57058],
  [6, 2.44691],
  [30, 2.04227],
  [101, 1.98373],
])("t(0.975, %i) = %f", (degrees, value) => {
  expect(tQuantile(0.975, degrees)).toBeCloseTo(value, 4);
});

test("an interval by hand", () => {
  // mean 2, s 1, standard error 1 / sqrt 3 = 0.57735, t 4.30265: 2.48414
  const { mean, low, high } = estimate([1, 2, 3]);
  expect(mean).toBe(2);
  expect(high - mean).toBeCloseTo(2.48414, 4);
  expect(mean - low).toBeCloseTo(2.48414, 4);
});

test("many problems: nearly the normal distribution's 1.96", () => {
  // z + (z^3 + z) / (4 * 443) + (5 z^5 + 16 z^3 + 3 z) / (96 * 443^2) with z = 1.959964: 1.965333
  expect(intervalReach(1, 443)).toBeCloseTo(1.965333, 6);
  expect(intervalReach(0.01, 0)).toBe(0);
});

test("one seed has no interval, none no estimate", () => {
  expect(estimate([0.4])).toEqual({ mean: 0.4, low: 0.4, high: 0.4, values: [0.4] });
  expect(() => estimate([])).toThrow("Expected at least one value");
});
