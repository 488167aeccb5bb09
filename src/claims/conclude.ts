import { OptionError } from "../errors.ts";
import type { Conclusion, Measure } from "./claim-result.ts";

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
