import { drawFrame, layoutFrame, type FrameOptions, type Layout, type LegendEntry } from "./frame.ts";
import type { DrawnChart } from "./line-chart.ts";
import { paint, type SeriesColour } from "./palette.ts";
import { px, svg, type SvgNode } from "./svg-node.ts";
import { valueRange } from "./value-range.ts";
import { drawWhiskers } from "./whiskers.ts";

/** One bar in each group of a bar chart: columns of one length, shape [groups]. */
export interface BarSeries {
  readonly name: string;
  readonly colour: SeriesColour;
  /** Null where there is none. */
  readonly y: readonly (number | null)[];
  /** The ends of its interval, where it has one. */
  readonly low?: readonly (number | null)[];
  readonly high?: readonly (number | null)[];
}

export interface BarChartOptions extends FrameOptions {
  /** The name of each group, below its bars. */
  readonly xLabels: readonly string[];
}

/** The part of a group's width that its bars take. */
const FILLED = 0.76;

/** Draws values by group: beside each other the bars of all series, each with its interval as a whisker. */
export function barChart(series: readonly BarSeries[], options: BarChartOptions): DrawnChart {
  const legend = series.map(({ name, colour }): LegendEntry => ({ name, colour, style: "area" }));
  const range = [-0.5, Math.max(1, options.xLabels.length) - 0.5] as const;
  const layout = layoutFrame(range, valueRange(series, options), legend, options);
  const width = FILLED / Math.max(1, series.length);
  const bars = series.flatMap((one, place) => {
    const xs = options.xLabels.map((_, group) => group - FILLED / 2 + (place + 0.5) * width);
    return [...drawBars(one, xs, width, layout), ...drawIntervals(one, xs, layout)];
  });
  return { node: drawFrame(layout, legend, options, bars), layout };
}

/** @param xs the middle of each bar; @param width as xs, in groups */
function drawBars({ y, colour }: BarSeries, xs: readonly number[], width: number, layout: Layout): SvgNode[] {
  const zero = layout.y(0);
  const pixels = layout.x(width) - layout.x(0);
  return xs.flatMap((x, group) => {
    const value = y[group] ?? null;
    if (value === null) return [];
    const end = layout.y(value);
    return svg("rect", {
      x: px(layout.x(x) - pixels / 2 + 0.5),
      y: px(Math.min(zero, end)),
      width: px(Math.max(1, pixels - 1)),
      height: px(Math.abs(end - zero)),
      fill: paint(colour),
      "fill-opacity": 0.8,
    });
  });
}

function drawIntervals({ low, high }: BarSeries, xs: readonly number[], layout: Layout): SvgNode[] {
  if (low === undefined || high === undefined) return [];
  const whiskers = xs.map((x, group) => ({ x, low: low[group] ?? null, high: high[group] ?? null }));
  return [drawWhiskers(whiskers, "ink", layout)];
}
