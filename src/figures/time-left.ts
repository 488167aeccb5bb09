import { sum, sumOf } from "../numbers/sum.ts";

/** What a step took. */
export interface StepCost {
  readonly completionTokens: number;
  readonly seconds: number;
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
