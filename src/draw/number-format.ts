import { percent } from "../text/format.ts";

/** How a chart writes its values. */
export type NumberFormat = "percent" | "count" | "decimal" | "scientific" | "seconds";

/** A value for a reading: `82.1 %`, `1,204`, `0.043`, `12.5 s`; a dash where there is none. */
export function formatValue(format: NumberFormat, value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return withMinus(written(format, value));
}

function written(format: NumberFormat, value: number): string {
  switch (format) {
    case "percent":
      return percent(value);
    case "count":
      return Math.abs(value) >= 1000 ? grouped(Math.round(value)) : value.toFixed(Number.isInteger(value) ? 0 : 1);
    case "seconds":
      return `${trimmed(value.toFixed(value < 10 ? 2 : 1))} s`;
    case "scientific":
      return scientific(value);
    case "decimal":
      return value === 0 ? "0" : trimmed(Math.abs(value) < 0.001 ? value.toExponential(1) : value.toPrecision(3));
  }
}

/** `1.8e-7` where a number is too small or too large to be written out. */
function scientific(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size < 1e-3 || size >= 1e5 ? value.toExponential(1) : trimmed(value.toPrecision(3));
}

/** A value at an axis, as short as the ticks allow: `80 %`, `1,200`, `12k`, `0.05`. */
export function formatTick(format: NumberFormat, value: number): string {
  return withMinus(shortest(format, value));
}

function shortest(format: NumberFormat, value: number): string {
  if (value === 0) return format === "percent" ? "0 %" : "0";
  if (format === "percent") return `${trimmed((value * 100).toPrecision(4))} %`;
  const size = Math.abs(value);
  if (size >= 10_000) return `${trimmed((value / 1000).toPrecision(4))}k`;
  if (size >= 1000) return grouped(Math.round(value));
  if (size < 0.001) return value.toExponential(1).replace(".0e", "e");
  return trimmed(value.toPrecision(4));
}

/** A minus sign in the place of a hyphen, and none where a plus says nothing. */
function withMinus(text: string): string {
  return text.replaceAll("-", "−").replace("e+", "e");
}

/** Thousands apart by commas, the same in every language of the browser. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ",");
}

function trimmed(text: string): string {
  return text.includes(".") && !text.includes("e") ? text.replace(/\.?0+$/, "") : text;
}
