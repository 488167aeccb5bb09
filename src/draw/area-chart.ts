import { sumOf } from "../numbers/sum.ts";
import { drawFrame, layoutFrame, type FrameOptions, type LegendEntry } from "./frame.ts";
import type { DrawnChart } from "./line-chart.ts";
import { paint } from "./palette.ts";
import type { Series } from "./series.ts";
import { px, svg, type SvgNode } from "./svg-node.ts";

/**
 * Draws series of one x on top of each other: parts of a whole. Nulls count as 0; long series are averaged by column of
 * two pixels.
 */
export function areaChart(series: readonly Series[], options: FrameOptions): DrawnChart {
  const legend: LegendEntry[] = series.map(({ name, colour }) => ({ name, colour, style: "area" }));
  const x = series[0]?.x ?? [];
  const columns = averaged(series, Math.max(2, Math.round(options.width / 2)));
  const tops = columns.x.map((_, i) => sumOf(columns.y, (values) => values[i] as number));
  const layout = layoutFrame(
    x.length === 0 ? [0, 1] : [x[0] as number, x.at(-1) as number],
    [0, Math.max(0, ...tops)],
    legend,
    options,
  );
  let below = columns.x.map(() => 0);
  const areas: SvgNode[] = [];
  for (const [place, { colour }] of series.entries()) {
    const above = below.map((value, i) => value + (columns.y[place]?.[i] as number));
    const at = (values: readonly number[]): string[] =>
      values.map((value, i) => `${px(layout.x(columns.x[i] as number))} ${px(layout.y(value))}`);
    if (columns.x.length > 1) {
      areas.push(
        svg("path", {
          d: `M${[...at(above), ...at(below).reverse()].join("L")}Z`,
          fill: paint(colour),
          "fill-opacity": 0.72,
        }),
      );
      areas.push(svg("path", { d: `M${at(above).join("L")}`, fill: "none", stroke: paint(colour), "stroke-width": 1 }));
    }
    below = above;
  }
  return { node: drawFrame(layout, legend, options, areas), layout };
}

function averaged(series: readonly Series[], most: number): { x: number[]; y: number[][] } {
  const x = series[0]?.x ?? [];
  const size = Math.max(1, Math.ceil(x.length / most));
  const groups = Array.from(
    { length: Math.ceil(x.length / size) },
    (_, i) => [i * size, Math.min(x.length, (i + 1) * size)] as const,
  );
  const meanOf = (values: readonly (number | null)[], [from, to]: readonly [number, number]): number =>
    sumOf(values.slice(from, to), (value) => value ?? 0) / (to - from);
  const xs = groups.map((group) => meanOf(x, group));
  // The area reaches from the first step to the last, whatever the groups' middles are.
  if (xs.length > 1) {
    xs[0] = x[0] as number;
    xs[xs.length - 1] = x.at(-1) as number;
  }
  return { x: xs, y: series.map(({ y }) => groups.map((group) => meanOf(y, group))) };
}
