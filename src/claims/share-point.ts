import type { Point } from "./claim-result.ts";
import { estimate } from "../numbers/statistics.ts";

/** The mean of shares over seeds at x, with its interval kept between 0 and 1. */
export function sharePoint(x: number, values: readonly number[]): Point {
  const { mean, low, high } = estimate(values);
  return { x, y: mean, low: Math.max(0, low), high: Math.min(1, high) };
}
