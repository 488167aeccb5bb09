import { describe, expect, test } from "vitest";
import type { Measure } from "./claim-result.ts";
import { conclude, seedsToDecide, undecidedRemarks } from "./conclude.ts";
import { estimate } from "../numbers/statistics.ts";

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

describe("how many seeds would decide", () => {
  const of = (values: number[], direction: "above" | "below", bound: number): Measure => ({
    name: "m",
    unit: "number",
    estimate: estimate(values),
    test: { direction, bound },
  });
  // Mean 2, deviation 1: the interval's half is 4.303 / 1.732 = 2.48 with 3, 3.182 / 2 = 1.59 with 4 seeds.
  const values = [1, 2, 3];

  test("as many as bring the interval past the bound, on either side of it", () => {
    expect(seedsToDecide(of(values, "above", 0))).toBe(4);
    expect(seedsToDecide(of(values, "above", 4))).toBe(4);
    expect(seedsToDecide(of(values, "above", -1))).toBe(3);
    expect(seedsToDecide(of(values, "above", 2))).toBe(null);
  });

  test("only what is undecided is told of", () => {
    expect(undecidedRemarks([of(values, "above", 0), of(values, "below", 9), of([5], "above", 5)])).toEqual([
      "Undecided: m; about 4 seeds would decide it, if others spread as these do.",
      "Undecided: m. One seed has no interval.",
    ]);
    expect(undecidedRemarks([of(values, "above", 2)])).toEqual(["Undecided: m; even 100 seeds would not decide it."]);
  });

  test("eight seeds wholly below a bound that they must lie above are a conclusion", () => {
    const eight = of([0.95, 0.97, 0.96, 0.98, 0.96, 0.97, 0.95, 0.96], "above", 0.99);
    expect(conclude([eight, of(values, "above", 0)])).toBe("not reproduced");
    expect(undecidedRemarks([eight])).toEqual([]);
  });
});
