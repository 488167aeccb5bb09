import { firstAtLeast } from "../numbers/first-at-least.ts";
import type { SeriesColour } from "./palette.ts";

/** A series of a line chart: columns of one length, x rising. */
export interface Series {
  readonly name: string;
  /** What its values were measured on. */
  readonly source?: string;
  readonly colour: SeriesColour | "bare";
  readonly x: readonly number[];
  /** Null where there is no value: the line is broken there. */
  readonly y: readonly (number | null)[];
  /** The band around the line, where there is one. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
  /**
   * `line`; `dashed`; `faint`: thin and pale, behind the others, without a reading of its own; `dots`: a line with a
   * mark at each value; `points`: marks alone, each with its band as a whisker.
   */
  readonly style: "line" | "dashed" | "faint" | "dots" | "points";
}

/** A level across the whole chart, such as the base's value at step 0. */
export interface Level {
  readonly name: string;
  readonly value: number;
}

/** A warning at its step. */
export interface Mark {
  readonly x: number;
  readonly text: string;
}

/** The values of a chart at the x that is nearest to a given one. */
export interface Reading {
  readonly x: number;
  readonly values: readonly {
    readonly series: Series;
    readonly value: number | null;
    readonly low: number | null;
    readonly high: number | null;
  }[];
}

/** All values of x in the series, each once, in order. */
export function xValues(series: readonly Series[]): number[] {
  if (series.length === 1) return [...(series[0] as Series).x];
  return [...new Set(series.flatMap(({ x }) => x))].sort((a, b) => a - b);
}

/** What stands at the x nearest to `at`; null of nothing. A series without a value just there has null. */
export function readAt(series: readonly Series[], at: number): Reading | null {
  const shown = series.filter(({ style }) => style !== "faint");
  let best: number | null = null;
  for (const { x } of shown) {
    const nearest = x[nearestIndex(x, at)];
    if (nearest !== undefined && (best === null || Math.abs(nearest - at) < Math.abs(best - at))) best = nearest;
  }
  if (best === null) return null;
  const x = best;
  return {
    x,
    values: shown.map((one) => {
      const i = nearestIndex(one.x, x);
      const here = one.x[i] === x;
      return {
        series: one,
        value: here ? (one.y[i] ?? null) : null,
        low: here ? (one.low?.[i] ?? null) : null,
        high: here ? (one.high?.[i] ?? null) : null,
      };
    }),
  };
}

/** Where the value nearest to `at` stands in a rising column; 0 of nothing. */
export function nearestIndex(values: readonly number[], at: number): number {
  const low = firstAtLeast(values, at, values.length - 1);
  const before = values[low - 1];
  return before !== undefined && at - before <= Math.abs((values[low] as number) - at) ? low - 1 : low;
}

/** From one x to another, both included. */
export type Range = readonly [low: number, high: number];

/** What of the series lies within a range of x; those that have nothing there are left without values. */
export function withinRange(series: readonly Series[], [low, high]: Range): Series[] {
  return series.map((one) => {
    const from = one.x.findIndex((x) => x >= low);
    const to = one.x.findLastIndex((x) => x <= high) + 1;
    const cut = <Value>(values: readonly Value[]): readonly Value[] => (from < 0 ? [] : values.slice(from, to));
    return {
      ...one,
      x: cut(one.x),
      y: cut(one.y),
      ...(one.low === undefined ? {} : { low: cut(one.low) }),
      ...(one.high === undefined ? {} : { high: cut(one.high) }),
    };
  });
}
