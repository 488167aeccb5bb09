import { describe, expect, test } from "vitest";
import type { Measure } from "./claim-result.ts";
import { conclude } from "./conclude.ts";

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
