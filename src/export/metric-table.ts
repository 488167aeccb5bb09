import type { Unverifiable } from "../records/verdict.ts";
import type { RunStore } from "../store/index.ts";
import { flatMetrics } from "./flat-metrics.ts";

/** All numbers of a run at one step. */
export interface MetricRow {
  readonly step: number;
  /** By name, as in StepMetrics or FitMetrics; those of an evaluation begin with `heldOut.`. */
  readonly values: ReadonlyMap<string, number>;
}

/**
 * The figures of every step with those of the evaluations beside them, in the order of steps. The evaluation before
 * training stands at step 0; of two at one step the later counts.
 */
export function metricTable(store: RunStore): MetricRow[] {
  const rows = new Map<number, Map<string, number>>();
  const rowOf = (step: number): Map<string, number> => {
    const row = rows.get(step) ?? new Map<string, number>();
    rows.set(step, row);
    return row;
  };
  for (const { step, ...metrics } of store.metrics())
    for (const [name, value] of flatMetrics(withCount(metrics))) rowOf(step).set(name, value);
  for (const { step, result } of store.evaluations()) {
    // The first samples are texts, and so are the reasons of what could not be judged.
    const { firstSamples: _samples, ...figures } = result;
    for (const [name, value] of flatMetrics(withCount(figures), "heldOut.")) rowOf(step).set(name, value);
  }
  return [...rows].sort(([a], [b]) => a - b).map(([step, values]) => ({ step, values }));
}

/** What could not be judged as its count; steps of fine-tuning have none. */
function withCount<T extends { readonly unverifiable?: Unverifiable }>(
  figures: T,
): Omit<T, "unverifiable"> & { readonly unverifiable?: number } {
  const { unverifiable, ...others } = figures;
  return unverifiable === undefined ? others : { ...others, unverifiable: unverifiable.count };
}
