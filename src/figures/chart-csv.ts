import type { HeatMapData } from "../draw/heat-map.ts";
import { xValues, type Series } from "../draw/series.ts";

/** A chart's values as CSV (RFC 4180): a row a step, a column a series, with the ends of its band where it has one. */
export function chartCsv(series: readonly Series[]): string {
  const header = [
    "step",
    ...series.flatMap(({ name, low }) => (low === undefined ? [name] : [name, `${name}, low`, `${name}, high`])),
  ];
  const places = series.map(({ x }) => new Map(x.map((step, i) => [step, i])));
  const rows = xValues(series).map((step) => [
    step,
    ...series.flatMap(({ y, low, high }, s) => {
      const i = places[s]?.get(step) ?? -1;
      return low === undefined ? [y[i]] : [y[i], low[i], high?.[i]];
    }),
  ]);
  return csvText([header, ...rows]);
}

/** A heat map's values as CSV: a row a step, a column a row of the map. */
export function heatMapCsv({ x, rows, values }: HeatMapData): string {
  return csvText([["step", ...rows], ...x.map((step, i) => [step, ...(values[i] ?? [])])]);
}

function csvText(rows: readonly (readonly (string | number | null | undefined)[])[]): string {
  return rows.map((row) => `${row.map((cell) => quoted(cell)).join(",")}\r\n`).join("");
}

function quoted(cell: string | number | null | undefined): string {
  if (cell === null || cell === undefined) return "";
  const text = String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
