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
  const all = columns.flatMap(({ values }) => values.filter((value) => value !== null));
  const [low, high] = all.length === 0 ? [0, 1] : [Math.min(...all), Math.max(...all)];
  const left = 16 + Math.max(...data.rows.map((row) => textWidth(row)));
  const top = options.title === undefined ? 30 : titleHeight(options) + 28;
  const plot = {
    left,
    top,
    width: Math.max(40, options.width - left - 14),
    height: Math.max(30, options.height - top - 36),
  };
  const cellWidth = plot.width / Math.max(1, columns.length);
  const cellHeight = plot.height / data.rows.length;
  const strength = linearScale([low, high], [0.07, 1]);
  const cell = (value: number | null, column: number, row: number): SvgNode =>
    svg("rect", {
      x: px(left + column * cellWidth),
      y: px(top + plot.height - (row + 1) * cellHeight),
      width: px(Math.max(0.6, cellWidth - (cellWidth > 5 ? 1 : 0))),
      height: px(cellHeight - 1),
      ...(value === null
        ? { fill: paint("grid"), "fill-opacity": 0.5 }
        : { fill: paint("chart-1"), "fill-opacity": Math.round(strength(value) * 1000) / 1000 }),
    });
  const layout: Layout = {
    plot,
    xDomain: [0, Math.max(1, columns.length)],
    yDomain: [0, data.rows.length],
    x: linearScale([0, Math.max(1, columns.length)], [left, left + plot.width]),
    y: linearScale([0, data.rows.length], [top + plot.height, top]),
  };
  const node = drawSheet(
    options,
    options.title !== undefined && drawTitle(options.title, options),
    drawScale(low, high, options, top - 16),
    data.rows.map((name, row) =>
      svg("text", { x: left - 7, y: px(layout.y(row + 0.5) + 4), "text-anchor": "end" }, name),
    ),
    columns.flatMap(({ values }, column) => values.map((value, row) => cell(value, column, row))),
    columnTicks(columns, plot.width).map(({ at, text }) =>
      svg("text", { x: px(layout.x(at + 0.5)), y: top + plot.height + 17, "text-anchor": "middle" }, text),
    ),
    svg(
      "text",
      { x: px(left + plot.width / 2), y: top + plot.height + 31, "text-anchor": "middle" },
      options.xTitle ?? "step",
    ),
  );
  return { node, layout, columns };
}

function drawScale(low: number, high: number, options: FrameOptions, y: number): SvgNode {
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
