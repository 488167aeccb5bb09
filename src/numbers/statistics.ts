import { OptionError } from "../errors.ts";
import { mean, standardError } from "./metrics.ts";

/** A number with its confidence interval over seeds. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

/**
 * The mean over seeds with Student's t interval: mean ± t(1 - (1 - confidence) / 2, n - 1) s / sqrt(n).
 * One seed has no interval: low = high = mean, and nothing is concluded from it.
 *
 * @throws OptionError without values
 */
export function estimate(values: readonly number[], confidence: number = 0.95): Estimate {
  if (values.length === 0) throw new OptionError("Expected at least one value to estimate from, got none.");
  const centre = mean(values);
  const reach =
    values.length === 1 ? 0 : tQuantile(1 - (1 - confidence) / 2, values.length - 1) * standardError(values);
  return { mean: centre, low: centre - reach, high: centre + reach, values };
}

/**
 * The quantile of Student's t: where its distribution function reaches p, found by bisection.
 *
 * @param p from 0.5 to 1, without 1
 * @param degrees of freedom, from 1 up
 */
export function tQuantile(p: number, degrees: number): number {
  let low = 0;
  let high = 1;
  while (tDistribution(high, degrees) < p) high *= 2;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (tDistribution(middle, degrees) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/**
 * P(T <= t) for t >= 0 and a whole number of degrees, by the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
 */
function tDistribution(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cos = Math.cos(angle);
  let term = degrees % 2 === 1 ? cos : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let k = degrees % 2 === 1 ? 3 : 2; k <= degrees - 2; k += 2) {
    term *= (cos * cos * (k - 1)) / k;
    sum += term;
  }
  const within = degrees % 2 === 1 ? (2 / Math.PI) * (angle + Math.sin(angle) * sum) : Math.sin(angle) * sum;
  return 0.5 + within / 2;
}
