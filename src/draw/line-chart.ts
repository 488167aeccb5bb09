import { drawFrame, layoutFrame, type FrameOptions, type Layout, type LegendEntry } from "./frame.ts";
import { paint } from "./palette.ts";
import type { Series } from "./series.ts";
import { px, svg, type SvgNode } from "./svg-node.ts";
import { thinPoints } from "./thin-points.ts";
import { valueRange } from "./value-range.ts";
import { drawWhiskers } from "./whiskers.ts";

/** A chart that is drawn: the drawing, and where its values stand in it. */
export interface DrawnChart {
  readonly node: SvgNode;
  readonly layout: Layout;
}

/** Values above which each point of a `dots` series would touch the next. */
const MOST_DOTS = 60;

/**
 * Draws series over steps, each with its band. Long series are thinned to the width of the plot; their extremes stay.
 */
export function lineChart(series: readonly Series[], options: FrameOptions): DrawnChart {
  const legend = legendOf(series);
  const layout = layoutFrame(xRange(series), valueRange(series, options), legend, options);
  const ordered = [...series].sort((a, b) => Number(b.style === "faint") - Number(a.style === "faint"));
  const values = [
    ...ordered.flatMap((one) => drawBand(one, layout)),
    ...ordered.flatMap((one) => drawLine(one, layout)),
  ];
  return { node: drawFrame(layout, legend, options, values), layout };
}

/** What a legend says: faint series belong to others and have no entry. */
export function legendOf(series: readonly Series[]): LegendEntry[] {
  return series.filter(({ style }) => style !== "faint").map(({ name, colour, style }) => ({ name, colour, style }));
}

function xRange(series: readonly Series[]): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const { x } of series) {
    if (x.length === 0) continue;
    low = Math.min(low, x[0] as number);
    high = Math.max(high, x.at(-1) as number);
  }
  return low > high ? [0, 1] : [low, high];
}

function drawBand({ x, low, high, colour, style }: Series, layout: Layout): SvgNode[] {
  if (low === undefined || high === undefined) return [];
  if (style === "points") {
    const whiskers = x.map((at, i) => ({ x: at, low: low[i] ?? null, high: high[i] ?? null }));
    return [drawWhiskers(whiskers, colour, layout)];
  }
  const parts: string[] = [];
  for (const run of unbroken(
    thinPoints(x, high, layout.plot.width),
    (i) => (low[i] ?? null) !== null && (high[i] ?? null) !== null,
  )) {
    const upper = run.map((i) => point(layout, x[i] as number, high[i] as number));
    const lower = run.map((i) => point(layout, x[i] as number, low[i] as number)).reverse();
    parts.push(`M${[...upper, ...lower].join("L")}Z`);
  }
  return parts.length === 0 ? [] : [svg("path", { d: parts.join(""), fill: paint(colour), "fill-opacity": 0.16 })];
}

function drawLine(series: Series, layout: Layout): SvgNode[] {
  const { x, y, style } = series;
  const runs = unbroken(thinPoints(x, y, layout.plot.width), (i) => (y[i] ?? null) !== null);
  const lines = style === "points" ? [] : runs.filter((run) => run.length > 1);
  return [
    ...(lines.length === 0 ? [] : [drawPath(series, lines, layout)]),
    ...(style === "faint" ? [] : drawDots(series, dotted(series, runs), layout)),
  ];
}

/** Which values have a mark of their own: all where the style says so, else those that no line reaches. */
function dotted({ x, style }: Series, runs: readonly (readonly number[])[]): number[] {
  if (style === "points" || (style === "dots" && x.length <= MOST_DOTS)) return runs.flat();
  return runs.filter((run) => run.length === 1).flat();
}

function drawPath({ x, y, colour, style }: Series, runs: readonly (readonly number[])[], layout: Layout): SvgNode {
  const parts = runs.map((run) => `M${run.map((i) => point(layout, x[i] as number, y[i] as number)).join("L")}`);
  return svg("path", {
    d: parts.join(""),
    fill: "none",
    stroke: paint(colour),
    "stroke-width": style === "faint" ? 1 : 2,
    "stroke-linejoin": "round",
    "stroke-linecap": "round",
    ...(style === "faint" ? { "stroke-opacity": 0.32 } : {}),
    ...(style === "dashed" ? { "stroke-dasharray": "6 4" } : {}),
  });
}

function drawDots({ x, y, colour, style }: Series, indices: readonly number[], layout: Layout): SvgNode[] {
  return indices.map((i) =>
    svg("circle", {
      cx: px(layout.x(x[i] as number)),
      cy: px(layout.y(y[i] as number)),
      r: style === "points" ? 4 : 3,
      fill: paint(colour),
      stroke: paint("paper"),
      "stroke-width": 1,
    }),
  );
}

/** Runs of indices between the breaks. */
function unbroken(indices: readonly number[], holds: (index: number) => boolean): number[][] {
  const runs: number[][] = [[]];
  for (const i of indices) {
    if (holds(i)) runs.at(-1)?.push(i);
    else if (runs.at(-1)?.length !== 0) runs.push([]);
  }
  return runs.filter((run) => run.length > 0);
}

function point(layout: Layout, x: number, y: number): string {
  const [bottom, top] = layout.yDomain;
  return `${px(layout.x(x))} ${px(layout.y(Math.min(top, Math.max(bottom, y))))}`;
}
