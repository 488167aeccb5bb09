import { describe, expect, test } from "vitest";
import type { Measure } from "../claims/claim-result.ts";
import { conclude, estimate, tQuantile } from "./statistics.ts";

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

test("one seed has no interval, none no estimate", () => {
  expect(estimate([0.4])).toEqual({ mean: 0.4, low: 0.4, high: 0.4, values: [0.4] });
  expect(() => estimate([])).toThrow("Expected at least one value");
});

describe("conclude", () => {
  const measure = (low: number, high: number, test?: Measure["test"], values: number[] = [low, high]): Measure => ({
    name: "m",
    unit: "number",
    estimate: { mean: (low + high) / 2, low, high, values },
    ...(test === undefined ? {} : { test }),
  });
  const above = { direction: "above", bound: 0 } as const;
  const below = { direction: "below", bound: 0 } as const;

  test.each([
    ["reproduced", [measure(1, 2, above), measure(-9, 9)]],
    ["reproduced", [measure(1, 2, above), measure(-2, -1, below)]],
    ["inconclusive", [measure(-1, 2, above)]],
    ["inconclusive", [measure(1, 2, above), measure(-1, 1, below)]],
    ["not reproduced", [measure(1, 2, above), measure(1, 2, below)]],
    ["not reproduced", [measure(-2, -1, above)]],
    ["inconclusive", [measure(1, 1, above, [1])]],
  ] as const)("%s", (conclusion, measures) => {
    expect(conclude(measures)).toBe(conclusion);
  });

  test("needs a test", () => {
    expect(() => conclude([measure(1, 2)])).toThrow("Expected a measure with a test");
  });
});
