import { expect, test } from "vitest";
import type { Series } from "../draw/series.ts";
import { newestValue, sourceText } from "./newest-value.ts";

const series = (x: number[], y: (number | null)[], changes: Partial<Series> = {}): Series => ({
  name: "a",
  colour: "chart-1",
  style: "line",
  x,
  y,
  source: "training rollouts",
  ...changes,
});

test("the last step's rollouts while no later evaluation exists", () => {
  const held = series([0], [0.28], { style: "points", source: "held-out" });
  const trained = series([76, 77], [0.7, 0.8]);
  const newest = newestValue([trained, held])!;
  expect(newest).toEqual({ value: 0.8, step: 77, source: "training rollouts" });
  expect(sourceText(newest)).toBe("training rollouts, step 77");
  const after = series([0, 77], [0.28, 0.9], { source: "held-out" });
  expect(newestValue([trained, after])).toEqual({ value: 0.9, step: 77, source: "held-out" });
});

test("as it was measured, not as it is drawn; steps without a value don't count", () => {
  const raw = series([1, 2, 3], [0.1, 0.9, null], { style: "faint" });
  const line = series([1, 2, 3], [0.1, 0.5, null]);
  expect(newestValue([raw, line])).toEqual({ value: 0.9, step: 2, source: "training rollouts" });
  expect(newestValue([])).toBeNull();
  expect(newestValue([series([1], [null])])).toBeNull();
});
