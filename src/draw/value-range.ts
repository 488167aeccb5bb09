import type { FrameOptions } from "./frame.ts";

/** Values that stand at an axis, each with its interval where it has one. */
export interface AxisValues {
  readonly y: readonly (number | null)[];
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

/** From the lowest to the highest of all values, intervals and levels; from 0 to 1 of nothing. */
export function valueRange(series: readonly AxisValues[], options: FrameOptions): readonly [number, number] {
  let low = Infinity;
  let high = -Infinity;
  const take = (value: number | null): void => {
    if (value === null) return;
    low = Math.min(low, value);
    high = Math.max(high, value);
  };
  for (const { y, low: lows, high: highs } of series) {
    y.forEach(take);
    lows?.forEach(take);
    highs?.forEach(take);
  }
  for (const { value } of options.levels ?? []) take(value);
  if (low > high) return [0, 1];
  // An interval of a share may reach past 1; the axis doesn't.
  return options.format === "percent" && options.yTo === 1 ? [Math.max(0, low), Math.min(1, high)] : [low, high];
}
