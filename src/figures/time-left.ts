import type { FitMetrics, RecordedStep } from "../records/metrics.ts";
import { sum, sumOf } from "../numbers/sum.ts";

/** What a step took. */
export interface StepCost {
  readonly completionTokens: number;
  readonly seconds: number;
}

/** What a step of either kind took; 0 where an imported run doesn't say. */
export function stepCost(metrics: RecordedStep | FitMetrics): StepCost {
  const completionTokens = "accuracy" in metrics ? metrics.completionTokens : metrics.tokens;
  return { completionTokens: completionTokens ?? 0, seconds: metrics.seconds ?? 0 };
}

/** When a run ends: after its steps, or by the clock. */
export interface PlannedEnd {
  /** Null where it ends by the clock alone. */
  readonly steps: number | null;
  /** Of training; 0 for no such limit. */
  readonly minutes: number;
}

/** Steps of a run that ends by the clock: more than any makes. */
export const ENDLESS_STEPS = 1_000_000;

/**
 * Seconds to a run's end, evaluations left out: what terminals and the page both say.
 *
 * @param costs those of all steps done, in order
 * @returns null before the first step, and for a run without an end
 */
export function secondsLeft(costs: readonly StepCost[], { steps, minutes }: PlannedEnd): number | null {
  const bySteps =
    steps === null || steps >= ENDLESS_STEPS ? null : forecastSeconds(costs, Math.max(0, steps - costs.length));
  if (minutes <= 0 || costs.length === 0) return bySteps;
  const byClock = Math.max(0, 60 * minutes - sumOf(costs, ({ seconds }) => seconds));
  return bySteps === null ? byClock : Math.min(bySteps, byClock);
}

/** The speed and the trend of lengths are those of the last steps. */
const RECENT = 20;
/** A trend is followed so far at most: what grows now doesn't grow for ever. */
const MOST_GROWTH = 2;

/**
 * Seconds that the remaining steps will take, by their tokens: completions grow, and a step of longer ones takes
 * longer. Tokens a step follow a line through the last steps, up to twice as many as now; the speed is that of the last
 * steps.
 *
 * @param steps those done, in order
 * @param remaining steps to come
 * @returns null before the first step
 */
export function forecastSeconds(steps: readonly StepCost[], remaining: number): number | null {
  const recent = steps.slice(-RECENT);
  const tokens = recent.map(({ completionTokens }) => completionTokens);
  const seconds = sumOf(recent, (step) => step.seconds);
  const total = sum(tokens);
  if (recent.length === 0) return null;
  if (total === 0) return (seconds / recent.length) * remaining;
  const { at, slope } = lineThrough(tokens);
  const now = Math.max(1, at);
  const end = Math.min(now * MOST_GROWTH, Math.max(now / MOST_GROWTH, now + slope * remaining));
  // The line is followed to its bound, and from there on the bound holds.
  const reached = slope === 0 ? remaining : Math.min(remaining, Math.abs((end - now) / slope));
  const expected = reached * ((now + end) / 2) + (remaining - reached) * end;
  return (expected * seconds) / total;
}

/** The least-squares line through values one step apart: its value at the last of them, and its slope. */
function lineThrough(values: readonly number[]): { readonly at: number; readonly slope: number } {
  const middle = (values.length - 1) / 2;
  const mean = sum(values) / values.length;
  const spread = sum(values.map((_, i) => (i - middle) ** 2));
  const slope = spread === 0 ? 0 : sum(values.map((value, i) => (i - middle) * (value - mean))) / spread;
  return { at: mean + slope * middle, slope };
}
