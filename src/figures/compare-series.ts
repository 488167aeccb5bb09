import type { ChartDescription } from "./chart-list.ts";
import { seriesColour } from "../draw/palette.ts";
import { smoothingWindow, type RunFigures } from "./run-figures.ts";
import type { Series } from "../draw/series.ts";
import { mean } from "../numbers/metrics.ts";
import { smoothed } from "../numbers/smoothed.ts";

/** A run to be drawn beside others. Runs of one experiment differ in their seed alone. */
export interface ComparedRun {
  readonly id: string;
  readonly experiment: string;
  readonly figures: RunFigures;
}

/**
 * A chart's field over the steps of several runs, on the same axes. Runs of one experiment become one line, their mean,
 * with a band from the lowest seed to the highest; where some have more steps than others, the mean is over those that
 * got there.
 */
export function compareSeries(description: ChartDescription, runs: readonly ComparedRun[]): Series[] {
  const { compare } = description;
  if (compare === undefined) return [];
  const experiments = new Map<string, ComparedRun[]>();
  for (const run of runs) experiments.set(run.experiment, [...(experiments.get(run.experiment) ?? []), run]);
  return [...experiments.values()].flatMap((seeds, index) => {
    const byStep = new Map<number, number[]>();
    for (const { figures } of seeds) {
      const window = smoothingWindow(figures.metrics.length);
      const values = smoothed(
        figures.metrics.map((metrics) => compare(metrics) ?? null),
        window,
      );
      for (const [i, { step }] of figures.metrics.entries()) {
        const value = values[i] ?? null;
        if (value !== null) byStep.set(step, [...(byStep.get(step) ?? []), value]);
      }
    }
    const steps = [...byStep.keys()].sort((a, b) => a - b);
    if (steps.length === 0) return [];
    const at = steps.map((step) => byStep.get(step) as number[]);
    const series: Series = {
      name:
        seeds.length === 1
          ? (seeds[0] as ComparedRun).id
          : `${(seeds[0] as ComparedRun).id} and ${seeds.length - 1} more seed${seeds.length > 2 ? "s" : ""}`,
      colour: seriesColour(index),
      style: index >= 6 ? "dashed" : "line",
      x: steps,
      y: at.map(mean),
      ...(seeds.length === 1
        ? {}
        : { low: at.map((values) => Math.min(...values)), high: at.map((values) => Math.max(...values)) }),
    };
    return [series];
  });
}
