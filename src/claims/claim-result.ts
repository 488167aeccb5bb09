import type { Estimate } from "../numbers/statistics.ts";

export type Conclusion = "reproduced" | "not reproduced" | "inconclusive";

export interface Measure {
  readonly name: string;
  /** `share` is shown as per cent, `difference` of shares as points, `number` as it is. */
  readonly unit: "share" | "difference" | "number" | "seconds" | "tokens" | "megabytes" | "times";
  readonly estimate: Estimate;
  /** Decides the conclusion: the interval must lie above (or below) `bound`. */
  readonly test?: { readonly direction: "above" | "below"; readonly bound: number };
  readonly note?: string;
}

export interface ClaimTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface FigurePoint {
  readonly x: number;
  readonly y: number;
  readonly low?: number;
  readonly high?: number;
}

export interface FigureSeries {
  readonly name: string;
  readonly points: readonly FigurePoint[];
}

export interface Figure {
  /** The file's name without .svg. */
  readonly name: string;
  readonly title: string;
  readonly kind: "lines" | "bars";
  readonly x: string;
  readonly y: string;
  /** The values are shares, shown as per cent. */
  readonly percent?: boolean;
  readonly series: readonly FigureSeries[];
  /** Of bars: the labels of x = 0, 1, 2, ... */
  readonly labels?: readonly string[];
}

/** What an experiment found, before it is concluded. */
export interface Findings {
  readonly measures: readonly Measure[];
  readonly tables: readonly ClaimTable[];
  readonly figures: readonly Figure[];
  readonly remarks: readonly string[];
}

export interface ClaimResult extends Findings {
  readonly claim: string;
  /** What the paper says, in our words. */
  readonly statement: string;
  /** Written before the run. */
  readonly hypothesis: string;
  readonly method: string;
  readonly control: string;
  readonly seeds: readonly number[];
  readonly conclusion: Conclusion;
  /** Of the stages that it needed, whether or not they were done for another claim too. */
  readonly seconds: number;
  readonly quick: boolean;
  readonly command: string;
}
