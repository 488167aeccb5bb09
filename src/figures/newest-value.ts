import type { Series } from "../draw/series.ts";

/** The newest value of a chart, and of what it is. */
export interface NewestValue {
  readonly value: number;
  readonly step: number;
  /** `held-out`, `training rollouts`; empty where the series doesn't say. */
  readonly source: string;
}

/**
 * The newest value of a chart's series, by one rule for all views: what was measured at the last step; of several
 * there, the series that is drawn last. Null of a chart without values. What is drawn smoothed is read as measured.
 */
export function newestValue(series: readonly Series[]): NewestValue | null {
  let newest: NewestValue | null = null;
  for (const one of series) {
    const i = one.y.findLastIndex((value) => value !== null);
    if (i < 0) continue;
    const step = one.x[i] as number;
    if (newest !== null && step < newest.step) continue;
    // The steps themselves stand right before their smoothed line.
    const measured = series[series.indexOf(one) - 1];
    const value = one.style !== "faint" && measured?.style === "faint" ? measured.y[i] : one.y[i];
    newest = { value: (value ?? one.y[i]) as number, step, source: one.source ?? "" };
  }
  return newest;
}

/** `training rollouts, step 77` */
export function sourceText({ source, step }: Pick<NewestValue, "source" | "step">): string {
  return source === "" ? `step ${step}` : `${source}, step ${step}`;
}
