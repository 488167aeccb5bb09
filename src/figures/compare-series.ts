import type { ChartDescription } from "./chart-list.ts";
import { seriesColour } from "../draw/palette.ts";
import { smoothingWindow, type RunFigures } from "./run-figures.ts";
import type { Series } from "../draw/series.ts";
import { mean } from "../numbers/metrics.ts";
import { smoothed } from "../numbers/smoothed.ts";
import type { RecordedStep } from "../store/index.ts";

/** A run to be drawn beside others. Runs of one experiment differ in their seed alone. */
export interface ComparedRun {
  readonly id: string;
  readonly experiment: string;
  readonly seed: number | null;
  readonly figures: RunFigures;
}

/** Runs of one experiment, as one line or row. */
export interface ComparedExperiment {
  readonly name: string;
  readonly colour: Series["colour"];
  readonly style: "line" | "dashed";
  readonly runs: readonly ComparedRun[];
}

/** By what runs are put beside each other: their steps, the completion tokens that they sampled, their time. */
export type CompareAxis = "step" | "tokens" | "minutes";
export const COMPARE_AXES: Readonly<Record<CompareAxis, string>> = {
  step: "step",
  tokens: "completion tokens",
  minutes: "minutes of training",
};

/** Runs by their experiment, in the order in which they were given; so are their colours. */
export function comparedExperiments(runs: readonly ComparedRun[]): ComparedExperiment[] {
  const experiments = new Map<string, ComparedRun[]>();
  for (const run of runs) experiments.set(run.experiment, [...(experiments.get(run.experiment) ?? []), run]);
  return [...experiments.values()].map((seeds, index) => ({
    name:
      seeds.length === 1
        ? seeds[0]!.id
        : `${seeds[0]!.id} and ${seeds.length - 1} more seed${seeds.length > 2 ? "s" : ""}`,
    colour: seriesColour(index),
    style: index >= 6 ? "dashed" : "line",
    runs: seeds,
  }));
}

/**
 * A chart's field over the course of several runs, on the same axes. Runs of one experiment become one line, their
 * mean, with a band from the lowest seed to the highest; where some have more steps than others, the mean is over those
 * that got there.
 */
export function compareSeries(
  description: ChartDescription,
  runs: readonly ComparedRun[],
  axis: CompareAxis = "step",
): Series[] {
  const { compare } = description;
  if (compare === undefined) return [];
  return comparedExperiments(runs).flatMap(({ name, colour, style, runs: seeds }) => {
    const byStep = new Map<number, { readonly x: number; readonly value: number }[]>();
    for (const { figures } of seeds) {
      const places = courseOf(figures.metrics, axis);
      const values = smoothed(
        figures.metrics.map((metrics) => compare(metrics) ?? null),
        smoothingWindow(figures.metrics.length),
      );
      for (const [i, { step }] of figures.metrics.entries()) {
        const value = values[i] ?? null;
        const x = places[i] ?? null;
        if (value !== null && x !== null) byStep.set(step, [...(byStep.get(step) ?? []), { x, value }]);
      }
    }
    const at = [...byStep.entries()].sort(([a], [b]) => a - b).map(([, points]) => points);
    if (at.length === 0) return [];
    const values = at.map((points) => points.map(({ value }) => value));
    const series: Series = {
      name,
      colour,
      style,
      x: at.map((points) => mean(points.map(({ x }) => x))),
      y: values.map(mean),
      ...(seeds.length === 1
        ? {}
        : { low: values.map((of) => Math.min(...of)), high: values.map((of) => Math.max(...of)) }),
    };
    return [series];
  });
}

/** Where each step stands on an axis; null from where an imported run doesn't say. */
export function courseOf(metrics: readonly RecordedStep[], axis: CompareAxis): (number | null)[] {
  if (axis === "step") return metrics.map(({ step }) => step);
  let total: number | null = 0;
  return metrics.map(({ completionTokens, seconds }) => {
    const cost = axis === "tokens" ? completionTokens : seconds;
    total = total === null || cost === null ? null : total + (axis === "tokens" ? cost : cost / 60);
    return total;
  });
}
