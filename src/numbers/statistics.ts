import { OptionError } from "../errors.ts";
import { mean, standardError } from "./metrics.ts";
import type { Conclusion, Estimate, Measure } from "../claims/claim-result.ts";

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
 * What the measures that have a test say together: every interval beyond its bound: reproduced; one wholly on the wrong
 * side: not reproduced; anything else, and fewer than two seeds: inconclusive.
 *
 * @throws OptionError where no measure has a test
 */
export function conclude(measures: readonly Measure[]): Conclusion {
  const tested = measures.flatMap(({ estimate: found, test }) => (test === undefined ? [] : [{ ...found, ...test }]));
  if (tested.length === 0) throw new OptionError("Expected a measure with a test to conclude from, got none.");
  if (tested.some(({ values }) => values.length < 2)) return "inconclusive";
  if (tested.every(({ low, high, direction, bound }) => (direction === "above" ? low > bound : high < bound)))
    return "reproduced";
  if (tested.some(({ low, high, direction, bound }) => (direction === "above" ? high < bound : low > bound)))
    return "not reproduced";
  return "inconclusive";
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
