import { sum } from "../numbers/sum.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import { openRunStore, type StepMetrics } from "../store/index.ts";
import type { Point } from "./claim-result.ts";
import { estimate } from "../numbers/statistics.ts";

/** Steps around each whose mean is drawn: a step's 256 samples are noisy. */
const WINDOW = 2;

/** A number of each step of some runs, smoothed over five steps. By run. */
export function trainingCurves(runs: readonly Stage[], of: (metrics: StepMetrics) => number): number[][] {
  return runs.map(({ folder }) => smoothed(stepMetrics(folder).map(of)));
}

/** The steps of a run. */
export function stepMetrics(folder: string): StepMetrics[] {
  const store = openRunStore(folder, { readOnly: true });
  try {
    return store.metrics();
  } finally {
    store.close();
  }
}

/** The mean of some curves with its interval over them, step by step. */
export function meanSeries(curves: readonly (readonly number[])[]): Point[] {
  const steps = Math.min(...curves.map((curve) => curve.length));
  return Array.from({ length: steps }, (_, i) => {
    const { mean, low, high } = estimate(curves.map((curve) => curve[i]!));
    return { x: i + 1, y: mean, low: Math.max(0, low), high };
  });
}

/** Each value as the mean of five steps around it. */
export function smoothed(values: readonly number[]): number[] {
  return values.map((_, i) => {
    const near = values.slice(Math.max(0, i - WINDOW), i + WINDOW + 1);
    return sum(near) / near.length;
  });
}
