import { OptionError } from "../errors.ts";
import { standardError } from "../numbers/metrics.ts";
import { intervalReach } from "../numbers/statistics.ts";
import type { Conclusion, Measure } from "./claim-result.ts";

/** Nobody would run more. */
const MOST_SEEDS = 100;

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

/** Whether an interval lies neither beyond its bound nor wholly on the wrong side. */
function isUndecided({ estimate: { low, high }, test }: Measure): boolean {
  return test !== undefined && low <= test.bound && high >= test.bound;
}

/**
 * How many seeds would bring the interval to one side of its bound, if further seeds had the mean and the deviation of
 * those that there are; null where a hundred wouldn't, and where there are fewer than two to tell from.
 */
export function seedsToDecide({ estimate: { mean, values }, test }: Measure): number | null {
  if (test === undefined || values.length < 2) return null;
  const deviation = standardError(values) * Math.sqrt(values.length);
  for (let seeds = values.length; seeds <= MOST_SEEDS; seeds++) {
    if (intervalReach(deviation / Math.sqrt(seeds), seeds - 1) < Math.abs(mean - test.bound)) return seeds;
  }
  return null;
}

/** What an inconclusive result lacks, a remark for each measure that is undecided. */
export function undecidedRemarks(measures: readonly Measure[]): string[] {
  return measures.filter(isUndecided).map((measure) => {
    const seeds = seedsToDecide(measure);
    if (measure.estimate.values.length < 2) return `Undecided: ${measure.name}. One seed has no interval.`;
    const wanted =
      seeds === null
        ? `even ${MOST_SEEDS} seeds would not decide it`
        : `about ${seeds} seeds would decide it, if others spread as these do`;
    return `Undecided: ${measure.name}; ${wanted}.`;
  });
}
