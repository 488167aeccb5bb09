import { estimate } from "../numbers/statistics.ts";
import type { FigurePoint, Measure } from "./claim-result.ts";

type Test = NonNullable<Measure["test"]>;

/** A judgement: the measure's interval must lie above a bound. */
export function above(bound: number): Test {
  return { direction: "above", bound };
}

/** A judgement: the measure's interval must lie below a bound. */
export function below(bound: number): Test {
  return { direction: "below", bound };
}

/** The mean of shares over seeds at x, with its interval kept between 0 and 1. */
export function sharePoint(x: number, shares: readonly number[]): FigurePoint {
  const { mean, low, high } = estimate(shares);
  return { x, y: mean, low: Math.max(0, low), high: Math.min(1, high) };
}
