import { OptionError } from "../errors.ts";
import { mean, standardError } from "./metrics.ts";

/** A number with its confidence interval over seeds. */
export interface Estimate {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
  readonly values: readonly number[];
}

/** What an interval holds of the truth, unless it says otherwise. */
const CONFIDENCE = 0.95;

/**
 * The mean over seeds with its confidence interval. Their deviation is known from the seeds alone, and they are few
 * (three, often), so that Student's t counts with its n - 1 degrees of freedom: at three seeds an interval is 4.30
 * errors wide to either side, where a normal distribution would claim 1.96. One seed has no interval: low = high =
 * mean, and nothing is concluded from it.
 *
 * @throws OptionError without values
 */
export function estimate(values: readonly number[], confidence: number = CONFIDENCE): Estimate {
  if (values.length === 0) throw new OptionError("Expected at least one value to estimate from, got none.");
  const centre = mean(values);
  const reach = intervalReach(standardError(values), values.length - 1, confidence);
  return { mean: centre, low: centre - reach, high: centre + reach, values };
}

/**
 * Half the width of a confidence interval around a mean, by Student's t: t(1 - (1 - confidence) / 2, degrees) x error.
 * Few seeds and many problems are the same case: with 443 degrees t is 1.965, and the normal distribution's 1.960 only
 * its limit.
 *
 * @param error the mean's standard error
 * @param degrees of freedom that the error was found with: values less one
 * @returns 0 with less than one degree: a single value has no interval
 */
export function intervalReach(error: number, degrees: number, confidence: number = CONFIDENCE): number {
  return degrees < 1 ? 0 : tQuantile(1 - (1 - confidence) / 2, degrees) * error;
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
