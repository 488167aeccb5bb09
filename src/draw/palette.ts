import { SERIES_COLOURS } from "./axis.ts";

/**
 * The colours of the charts by name. Drawings name them as CSS variables (`var(--chart-1)`), so that the page and the
 * report change with the reader's light or dark; `svgText` puts the values in where a drawing leaves them.
 */
export type Palette = Readonly<Record<ColourName, string>>;
export type ColourName = "ink" | "muted" | "grid" | "paper" | "warning" | "bare" | SeriesColour;
export type SeriesColour = "chart-1" | "chart-2" | "chart-3" | "chart-4" | "chart-5" | "chart-6";

const SERIES_NAMES: readonly SeriesColour[] = ["chart-1", "chart-2", "chart-3", "chart-4", "chart-5", "chart-6"];

function seriesColours(colours: readonly string[]): Record<SeriesColour, string> {
  return Object.fromEntries(SERIES_NAMES.map((name, i) => [name, colours[i] ?? "#888888"])) as Record<
    SeriesColour,
    string
  >;
}

export const LIGHT: Palette = {
  ink: "#1c2024",
  muted: "#5c646d",
  grid: "#e3e6ea",
  paper: "#ffffff",
  warning: "#b3261e",
  bare: "#9aa3ad",
  ...seriesColours(SERIES_COLOURS),
};

/** The same hues, lighter, so that each has three times the contrast of dark paper. */
export const DARK: Palette = {
  ink: "#e8eaed",
  muted: "#a3abb5",
  grid: "#2c3138",
  paper: "#16191d",
  warning: "#ff8a80",
  bare: "#727c87",
  ...seriesColours(["#4ba3e3", "#ff8a4c", "#2fc496", "#e39ac0", "#f5b942", "#8fd0f5"]),
};

/** A colour as a drawing names it. */
export function paint(name: ColourName): string {
  return `var(--${name})`;
}

/** The colour of the n-th series, from 0; they begin again after the sixth. */
export function seriesColour(index: number): SeriesColour {
  return SERIES_NAMES[index % SERIES_NAMES.length] as SeriesColour;
}

/** A palette as the body of a CSS rule: `--ink:#1c2024;...`. */
export function paletteCss(palette: Palette): string {
  return Object.entries(palette)
    .map(([name, value]) => `--${name}:${value}`)
    .join(";");
}
