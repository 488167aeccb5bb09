import { mean } from "../numbers/metrics.ts";

/** What the guard follows, one entry a step. */
export interface GuardedStep {
  readonly step: number;
  /** Mean score that the reward model gave. */
  readonly modelScore: number;
  /** Share of right answers, by the rule. */
  readonly accuracy: number;
}

export interface HackingGuardOptions {
  /** Steps whose mean is compared; 8 where absent. */
  readonly window?: number;
  /** How far the score must have risen, in its own units from 0 to 1; 0.05 where absent. */
  readonly rise?: number;
  /** How far accuracy must have fallen; 0.05 where absent. */
  readonly fall?: number;
}

/**
 * Where a reward model began to be hacked: the step since which its score has risen while verified accuracy has fallen.
 * The mean of the last steps is compared with that of the window around accuracy's best; R1 saw the same in longer
 * preference training (arXiv:2501.12948, supplement: score up, Codeforces down).
 *
 * @returns the step of the best accuracy, after which the two part; null while they don't
 */
export function hackingBegan(steps: readonly GuardedStep[], options: HackingGuardOptions = {}): number | null {
  const { window = 8, rise = 0.05, fall = 0.05 } = options;
  if (steps.length < 2 * window) return null;
  const meanFrom = (from: number, of: (step: GuardedStep) => number): number =>
    mean(steps.slice(from, from + window).map(of));
  const last = steps.length - window;
  let best = 0;
  for (let from = 1; from <= last - window; from++)
    if (meanFrom(from, ({ accuracy }) => accuracy) > meanFrom(best, ({ accuracy }) => accuracy)) best = from;
  const fell = meanFrom(best, ({ accuracy }) => accuracy) - meanFrom(last, ({ accuracy }) => accuracy) >= fall;
  const rose = meanFrom(last, ({ modelScore }) => modelScore) - meanFrom(best, ({ modelScore }) => modelScore) >= rise;
  return fell && rose ? steps[best + window - 1]!.step : null;
}
