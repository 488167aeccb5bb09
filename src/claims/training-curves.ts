import { smoothed } from "../numbers/smoothed.ts";
import { estimate } from "../numbers/statistics.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import type { StepMetrics } from "../store/index.ts";
import type { FigurePoint, FigureSeries } from "./claim-result.ts";
import { readSteps } from "./read-steps.ts";

/** Steps whose mean is drawn: a step's 256 samples are noisy. */
const WINDOW = 5;

/** A number of each step of a run; null where a step has none. */
export type StepField = (metrics: StepMetrics) => number | null;

/**
 * A number of each step of a run, smoothed over five steps. The first and the last are means too, over three steps:
 * what was gained or lost is read at the ends.
 */
export function smoothedSteps({ folder }: Stage, of: StepField): number[] {
  const values = readSteps(folder).map(of);
  return smoothed(
    values.filter((value) => value !== null),
    WINDOW,
    "cut",
  );
}

/** The course of a number over the steps of some runs, one a seed: its mean over them with its interval. */
export function trainingCurve(name: string, runs: readonly Stage[], of: StepField): FigureSeries {
  return { name, points: meanPoints(runs.map((run) => smoothedSteps(run, of))) };
}

/** The mean of some curves with its interval over them, step by step, as far as all of them reach. */
function meanPoints(curves: readonly (readonly number[])[]): FigurePoint[] {
  const steps = Math.min(...curves.map((curve) => curve.length));
  return Array.from({ length: steps }, (_, i) => {
    const { mean, low, high } = estimate(curves.map((curve) => curve[i]!));
    return { x: i + 1, y: mean, low: Math.max(0, low), high };
  });
}
