import { areaChart } from "../draw/area-chart.ts";
import type { ChartDescription } from "./chart-list.ts";
import type { FrameOptions } from "../draw/frame.ts";
import { lineChart, type DrawnChart } from "../draw/line-chart.ts";
import { formatTick, formatValue } from "../draw/number-format.ts";
import type { Level, Mark, Series } from "../draw/series.ts";

export interface DrawChartOptions {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Writes title and legend, with the last values, into the drawing, for one that stands alone. */
  readonly framed?: boolean;
  /** What stands on the x axis; steps where absent. */
  readonly xTitle?: string;
  readonly levels?: readonly Level[] | undefined;
  readonly marks?: readonly Mark[];
}

/**
 * Draws a chart of the list. This is what the report does with it:
 *
 *   svgText(drawChart(description, description.series(figures), { width: 560, height: 260 }).node)
 */
export function drawChart(
  description: ChartDescription,
  series: readonly Series[],
  { width, height, framed = false, xTitle = "step", levels = [], marks = [] }: DrawChartOptions,
): DrawnChart {
  const options: FrameOptions = {
    width,
    height,
    format: description.format,
    label: describeChart(description, series, marks, xTitle),
    xTitle,
    levels,
    marks,
    ...(framed ? { title: description.title, unit: description.unit } : {}),
    ...(description.yTo === undefined ? {} : { yTo: description.yTo }),
  };
  const named = framed ? series.map((one) => withLastValue(one, description)) : series;
  return description.kind === "areas" ? areaChart(named, options) : lineChart(named, options);
}

/** Named with its last value: a drawing that stands alone can't be pointed at. */
function withLastValue(series: Series, { format }: ChartDescription): Series {
  const last = series.y.findLast((value) => value !== null);
  return last === undefined ? series : { ...series, name: `${series.name} ${formatValue(format, last)}` };
}

/** `Entropy, nats a token`. */
export function fullTitle({ title, unit }: { readonly title: string; readonly unit: string }): string {
  return unit === "" ? title : `${title}, ${unit}`;
}

/** What a chart shows, in a sentence for each series: for readers who don't see it. */
export function describeChart(
  description: ChartDescription,
  series: readonly Series[],
  marks: readonly Mark[] = [],
  xTitle: string = "step",
): string {
  const courses = series
    .filter(({ style }) => style !== "faint")
    .map(({ name, x, y }) => {
      const present = y
        .map((value, i) => [x[i] as number, value] as const)
        .filter((pair): pair is readonly [number, number] => pair[1] !== null);
      const first = present[0];
      const last = present.at(-1);
      if (first === undefined || last === undefined) return `${name}: no values.`;
      const told = ([x, value]: readonly [number, number]): string =>
        `${formatValue(description.format, value)} at ${xTitle} ${formatTick("count", x)}`;
      return present.length === 1 ? `${name}: ${told(first)}.` : `${name}: ${told(first)}, ${told(last)}.`;
    });
  const warnings = marks.map(({ x }) => `Warning at step ${x}.`);
  return [`${fullTitle(description)}.`, ...(courses.length === 0 ? ["No values yet."] : courses), ...warnings].join(
    " ",
  );
}
