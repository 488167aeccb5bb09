import { expect, test } from "vitest";
import { stepMetrics } from "../../test/contracts/run-samples.ts";
import type { StepMetrics } from "../records/metrics.ts";
import { watchWarnings } from "./watch-warnings.ts";

/** Steps of which a share is cut. */
function cutSteps(from: number, shares: readonly number[]): StepMetrics[] {
  return shares.map(
    (truncatedShare, i) => ({ ...stepMetrics(from + i), truncatedShare, signalShare: 1 }) as StepMetrics,
  );
}

test("a warning is told once when it begins, again when it comes back, and holds while it holds", () => {
  const watch = watchWarnings({ metrics: () => cutSteps(1, [0, 0, 0, 0, 0]), evaluations: () => [] });
  const told = (steps: readonly StepMetrics[]): string[] =>
    steps.flatMap((step) => watch.after(step).map(({ kind }) => `${kind} ${step.step}`));
  expect(told(cutSteps(6, [1, 1, 1, 1]))).toEqual(["truncated 8"]);
  expect(watch.now().map(({ kind }) => kind)).toEqual(["truncated"]);
  expect(told(cutSteps(10, [0, 0, 0, 0, 0]))).toEqual([]);
  expect(watch.now()).toEqual([]);
  expect(told(cutSteps(15, [1, 1, 1]))).toEqual(["truncated 17"]);
});

test("what held before a run goes on is not told again", () => {
  const watch = watchWarnings({ metrics: () => cutSteps(1, [1, 1, 1, 1, 1]), evaluations: () => [] });
  expect(watch.now()).toHaveLength(1);
  expect(cutSteps(6, [1, 1]).flatMap((step) => watch.after(step))).toEqual([]);
});

test("evaluations are read where one was recorded, and not at each step", () => {
  let reads = 0;
  const evaluations = (): [] => {
    reads++;
    return [];
  };
  const watch = watchWarnings({ metrics: () => [], evaluations });
  for (const step of cutSteps(1, [0, 0, 0])) watch.after(step);
  expect(reads).toBe(1);
  watch.measured();
  expect(reads).toBe(2);
});
