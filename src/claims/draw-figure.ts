import { barChart, type BarSeries } from "../draw/bar-chart.ts";
import type { FrameOptions } from "../draw/frame.ts";
import { lineChart, type DrawnChart } from "../draw/line-chart.ts";
import { LIGHT, seriesColour } from "../draw/palette.ts";
import type { Series } from "../draw/series.ts";
import { svgFile } from "../draw/svg-text.ts";
import { OptionError } from "../errors.ts";
import type { Figure, FigurePoint, FigureSeries } from "./claim-result.ts";

const SIZE = { width: 640, height: 340 } as const;
/** A line of fewer points has a mark at each. */
const FEW_POINTS = 20;

/**
 * A figure as one self-contained SVG: lines with bands, or grouped bars with whiskers.
 *
 * @throws OptionError for a number that isn't finite, and where there are no points
 */
export function drawFigure(figure: Figure): string {
  checkPoints(figure);
  return svgFile((figure.kind === "lines" ? drawLines(figure) : drawBars(figure)).node, LIGHT);
}

function checkPoints({ name, series }: Figure): void {
  const points = series.flatMap((one) => one.points);
  for (const { x, y, low = y, high = y } of points) {
    if (![x, y, low, high].every(Number.isFinite))
      throw new OptionError(`Expected finite numbers in the figure ${name}, got ${x}, ${y}, ${low}, ${high}.`);
  }
  if (points.length === 0) throw new OptionError(`Expected points in the figure ${name}, got none.`);
}

function frameOf({ title, x, y, percent = false }: Figure): FrameOptions {
  return {
    ...SIZE,
    title,
    label: title,
    unit: y,
    xTitle: x,
    ...(percent ? { format: "percent", yTo: 1 } : { format: "count" }),
  };
}

function drawLines(figure: Figure): DrawnChart {
  return lineChart(figure.series.map(lineSeries), frameOf(figure));
}

function lineSeries({ name, points }: FigureSeries, index: number): Series {
  const sorted = points.toSorted((a, b) => a.x - b.x);
  return {
    name,
    colour: seriesColour(index),
    style: sorted.length <= FEW_POINTS ? "dots" : "line",
    x: sorted.map(({ x }) => x),
    ...columnsOf(sorted),
  };
}

function drawBars(figure: Figure): DrawnChart {
  const xLabels = figure.labels ?? [];
  const series = figure.series.map(({ name, points }, index): BarSeries => {
    const byGroup = xLabels.map((_, group) => points.find(({ x }) => x === group));
    return { name, colour: seriesColour(index), ...columnsOf(byGroup) };
  });
  return barChart(series, { ...frameOf(figure), xLabels });
}

/** Points as columns: their values and the ends of their intervals; null where there is none. */
function columnsOf(points: readonly (FigurePoint | undefined)[]): Required<Pick<Series, "y" | "low" | "high">> {
  return {
    y: points.map((point) => point?.y ?? null),
    low: points.map((point) => point?.low ?? null),
    high: points.map((point) => point?.high ?? null),
  };
}
