import type { FitMetrics, StepMetrics, StoredEvaluation } from "../store/index.ts";
import type { SeriesColour } from "../draw/palette.ts";
import { smoothed, type Level, type Series } from "../draw/series.ts";

/** What the charts of a run are drawn from. */
export interface RunFigures {
  readonly metrics: readonly StepMetrics[];
  readonly fit: readonly FitMetrics[];
  readonly evaluations: readonly StoredEvaluation[];
}

type Field = (metrics: StepMetrics) => number | null | undefined;

/** Half-width of a 95 % interval, in standard errors. */
const WIDTH_95 = 1.96;
/** Steps are smoothed so far that about so many windows fit into a run: noise goes, the course stays. */
const WINDOWS = 40;

/** A line through fewer evaluations would tell a course that nobody measured. */
const FEWEST_OF_A_LINE = 3;

/** The window that a run of so many steps is smoothed by; 1 for a short one. */
export function smoothingWindow(steps: number): number {
  return Math.max(1, Math.round(steps / WINDOWS));
}

/** A field of the steps as a line, smoothed, with the steps themselves faintly behind it; nothing where it has no value at all. */
export function stepSeries(
  figures: RunFigures,
  name: string,
  colour: SeriesColour,
  of: Field,
  style: Series["style"] = "line",
): Series[] {
  const x = figures.metrics.map(({ step }) => step);
  return lineSeries(
    x,
    figures.metrics.map((metrics) => of(metrics) ?? null),
    name,
    colour,
    style,
  );
}

/** The same of the steps of fine-tuning. */
export function fitSeries(
  figures: RunFigures,
  name: string,
  colour: SeriesColour,
  of: (metrics: FitMetrics) => number,
): Series[] {
  return lineSeries(
    figures.fit.map(({ step }) => step),
    figures.fit.map(of),
    name,
    colour,
    "line",
  );
}

function lineSeries(
  x: readonly number[],
  y: readonly (number | null)[],
  name: string,
  colour: SeriesColour,
  style: Series["style"],
): Series[] {
  if (y.every((value) => value === null)) return [];
  const window = smoothingWindow(x.length);
  const line: Series = { name, colour, x, y: smoothed(y, window), style };
  return window < 2 ? [line] : [{ name: `${name}, each step`, colour, x, y, style: "faint" }, line];
}

/** A field of the held-out evaluations, each with its 95 % interval where its standard error is given. */
export function evaluationSeries(
  figures: RunFigures,
  name: string,
  colour: SeriesColour,
  of: (result: StoredEvaluation["result"]) => number | null | undefined,
  errorOf?: (result: StoredEvaluation["result"]) => number | null | undefined,
  style: Series["style"] = "dots",
): Series[] {
  const evaluations = evaluationsByStep(figures.evaluations).filter(({ result }) => (of(result) ?? null) !== null);
  if (evaluations.length === 0) return [];
  const x = evaluations.map(({ step }) => step);
  const y = evaluations.map(({ result }) => of(result) as number);
  const errors = errorOf === undefined ? undefined : evaluations.map(({ result }) => errorOf(result) ?? null);
  const shifted = (sign: number): (number | null)[] =>
    y.map((value, i) => {
      const error = errors?.[i] ?? null;
      return error === null ? null : value + sign * WIDTH_95 * error;
    });
  return [
    {
      name,
      colour,
      x,
      y,
      style: x.length < FEWEST_OF_A_LINE ? "points" : style,
      ...(errors === undefined ? {} : { low: shifted(-1), high: shifted(1) }),
    },
  ];
}

/** One evaluation a step, in order; of two at one step the one that was made last. */
export function evaluationsByStep(evaluations: readonly StoredEvaluation[]): StoredEvaluation[] {
  const last = new Map(evaluations.map((evaluation) => [evaluation.step, evaluation]));
  return [...last.values()].sort((a, b) => a.step - b.step);
}

/** The base's value before training: of the evaluation `before`, or of the first step, whose completions the base wrote. */
export function baseLevel(
  figures: RunFigures,
  ofEvaluation: ((result: StoredEvaluation["result"]) => number | null | undefined) | null,
  ofStep: Field,
): Level[] {
  const before = figures.evaluations.find(({ name }) => name === "before")?.result;
  const first = figures.metrics[0];
  const measured = before === undefined ? undefined : ofEvaluation?.(before);
  const value = measured ?? (first === undefined ? null : ofStep(first)) ?? null;
  return value === null ? [] : [{ name: "base", value }];
}
