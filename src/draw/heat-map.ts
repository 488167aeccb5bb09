import { meanOrNull } from "../numbers/metrics.ts";
import { linearScale } from "./axis.ts";
import { drawSheet, drawTitle, textWidth, titleHeight, type FrameOptions, type Layout } from "./frame.ts";
import type { DrawnChart } from "./line-chart.ts";
import { formatTick, formatValue } from "./number-format.ts";
import { paint } from "./palette.ts";
import { px, svg, type SvgNode } from "./svg-node.ts";

/** Values over steps and rows. */
export interface HeatMapData {
  /** Steps, rising, shape [n]. */
  readonly x: readonly number[];
  /** From bottom to top, shape [rows]. */
  readonly rows: readonly string[];
  /** Shape [n][rows]; null where nothing was seen. */
  readonly values: readonly (readonly (number | null)[])[];
}

/** Steps that share a column, and their means by row. */
export interface HeatColumn {
  readonly from: number;
  readonly to: number;
  readonly values: readonly (number | null)[];
}

const MOST_COLUMNS = 60;

/** Gathers steps into at most 60 columns of equally many. */
export function heatColumns({ x, rows, values }: HeatMapData): HeatColumn[] {
  const size = Math.max(1, Math.ceil(x.length / MOST_COLUMNS));
  return Array.from({ length: Math.ceil(x.length / size) }, (_, column) => {
    const part = values.slice(column * size, (column + 1) * size);
    return {
      from: x[column * size] as number,
      to: x[Math.min(x.length, (column + 1) * size) - 1] as number,
      values: rows.map((_row, row) => {
        const present = part.map((line) => line[row] ?? null).filter((value) => value !== null);
        return meanOrNull(present);
      }),
    };
  });
}

/**
 * Draws a heat map: the darker the higher; what was not seen is hatched. The scale beside it has its ends in numbers.
 */
export function heatMap(
  data: HeatMapData,
  options: FrameOptions,
): DrawnChart & { readonly columns: readonly HeatColumn[] } {
  const columns = heatColumns(data);
  const present = columns.flatMap(({ values }) => values.filter((value) => value !== null));
  const range = present.length === 0 ? ([0, 1] as const) : ([Math.min(...present), Math.max(...present)] as const);
  const layout = layoutHeatMap(data.rows, columns.length, options);
  const { left, top, width, height } = layout.plot;
  const node = drawSheet(
    options,
    options.title !== undefined && drawTitle(options.title, options),
    drawScale(range, options, top - 16),
    data.rows.map((name, row) =>
      svg("text", { x: left - 7, y: px(layout.y(row + 0.5) + 4), "text-anchor": "end" }, name),
    ),
    drawCells(columns, range, layout),
    columnTicks(columns, width).map(({ at, text }) =>
      svg("text", { x: px(layout.x(at + 0.5)), y: top + height + 17, "text-anchor": "middle" }, text),
    ),
    svg("text", { x: px(left + width / 2), y: top + height + 31, "text-anchor": "middle" }, options.xTitle ?? "step"),
  );
  return { node, layout, columns };
}

/** Columns stand at x = 0, 1, 2, ..., rows at y = 0, 1, 2, ... from the bottom, each one wide. */
function layoutHeatMap(rows: readonly string[], columns: number, options: FrameOptions): Layout {
  const left = 16 + Math.max(...rows.map((row) => textWidth(row)));
  const top = options.title === undefined ? 30 : titleHeight(options) + 28;
  const width = Math.max(40, options.width - left - 14);
  const height = Math.max(30, options.height - top - 36);
  const xDomain = [0, Math.max(1, columns)] as const;
  const yDomain = [0, rows.length] as const;
  return {
    plot: { left, top, width, height },
    xDomain,
    yDomain,
    x: linearScale(xDomain, [left, left + width]),
    y: linearScale(yDomain, [top + height, top]),
  };
}

function drawCells(
  columns: readonly HeatColumn[],
  range: readonly [low: number, high: number],
  { plot, yDomain }: Layout,
): SvgNode[] {
  const width = plot.width / Math.max(1, columns.length);
  const height = plot.height / yDomain[1];
  const strength = linearScale(range, [0.07, 1]);
  const fill = (value: number | null): Readonly<Record<string, string | number>> =>
    value === null
      ? { fill: paint("grid"), "fill-opacity": 0.5 }
      : { fill: paint("chart-1"), "fill-opacity": Math.round(strength(value) * 1000) / 1000 };
  return columns.flatMap(({ values }, column) =>
    values.map((value, row) =>
      svg("rect", {
        x: px(plot.left + column * width),
        y: px(plot.top + plot.height - (row + 1) * height),
        width: px(Math.max(0.6, width - (width > 5 ? 1 : 0))),
        height: px(height - 1),
        ...fill(value),
      }),
    ),
  );
}

function drawScale([low, high]: readonly [number, number], options: FrameOptions, y: number): SvgNode {
  const right = options.width - 14;
  const highText = formatValue(options.format, high);
  const barRight = right - textWidth(highText) - 8;
  return svg(
    "g",
    {},
    Array.from({ length: 8 }, (_, i) =>
      svg("rect", {
        x: px(barRight - 96 + i * 12),
        y: y - 5,
        width: 12,
        height: 9,
        fill: paint("chart-1"),
        "fill-opacity": Math.round((0.07 + (0.93 * i) / 7) * 100) / 100,
      }),
    ),
    svg("text", { x: px(barRight - 104), y: y + 3, "text-anchor": "end" }, formatValue(options.format, low)),
    svg("text", { x: right, y: y + 3, "text-anchor": "end" }, highText),
  );
}

function columnTicks(columns: readonly HeatColumn[], width: number): { at: number; text: string }[] {
  const every = Math.max(1, Math.ceil(columns.length / Math.max(2, width / 70)));
  return columns.map(({ from }, at) => ({ at, text: formatTick("count", from) })).filter(({ at }) => at % every === 0);
}
