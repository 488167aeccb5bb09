import type { FitMetrics, RecordedStep, StoredEvaluation } from "../store/index.ts";
import type { SeriesColour } from "../draw/palette.ts";
import type { Level, Series } from "../draw/series.ts";
import type { ScoredEvaluation } from "./compare-held-out.ts";
import { smoothed } from "../numbers/smoothed.ts";
import { intervalReach } from "../numbers/statistics.ts";

/** What the charts of a run are drawn from. */
export interface RunFigures {
  readonly metrics: readonly RecordedStep[];
  readonly fit: readonly FitMetrics[];
  readonly evaluations: readonly ScoredEvaluation[];
}

/** Steps are smoothed so far that about so many windows fit into a run: noise goes, the course stays. */
const WINDOWS = 40;

/** What the values of a series were measured on. */
export const TRAINING = "training rollouts";
export const HELD_OUT = "held-out";

/** A line through fewer evaluations would tell a course that nobody measured. */
const FEWEST_OF_A_LINE = 3;

/** The window that a run of so many steps is smoothed by; 1 for a short one. */
export function smoothingWindow(steps: number): number {
  return Math.max(1, Math.round(steps / WINDOWS));
}

/** How a field of a run becomes a series. */
interface FieldSeries<Row> {
  readonly name: string;
  readonly colour: SeriesColour;
  readonly of: (row: Row) => number | null | undefined;
  readonly style?: Series["style"];
}

/**
 * A field of the steps as a line, smoothed, with the steps themselves faintly behind it; nothing where it has no value
 * at all.
 */
export function stepSeries({ metrics }: RunFigures, field: FieldSeries<RecordedStep>): Series[] {
  return lineSeries(metrics, field).map((series) => ({ ...series, source: TRAINING }));
}

/** The same of the steps of fine-tuning. */
export function fitSeries({ fit }: RunFigures, field: FieldSeries<FitMetrics>): Series[] {
  return lineSeries(fit, field);
}

function lineSeries<Row extends { readonly step: number }>(
  rows: readonly Row[],
  { name, colour, of, style = "line" }: FieldSeries<Row>,
): Series[] {
  const x = rows.map(({ step }) => step);
  const y = rows.map((row) => of(row) ?? null);
  if (y.every((value) => value === null)) return [];
  const window = smoothingWindow(x.length);
  const line: Series = { name, colour, x, y: smoothed(y, window), style };
  return window < 2 ? [line] : [{ name: `${name}, each step`, colour, x, y, style: "faint" }, line];
}

type EvaluationField = (result: StoredEvaluation["result"]) => number | null | undefined;

/** A field of the held-out evaluations, each with its 95 % interval over problems where its standard error is given. */
export function evaluationSeries(
  figures: RunFigures,
  {
    name,
    colour,
    of,
    errorOf,
    style = "dots",
  }: FieldSeries<StoredEvaluation["result"]> & { readonly errorOf?: EvaluationField },
): Series[] {
  const results = evaluationsByStep(figures.evaluations).filter(({ result }) => (of(result) ?? null) !== null);
  if (results.length === 0) return [];
  const x = results.map(({ step }) => step);
  const y = results.map(({ result }) => of(result) as number);
  return [
    {
      name,
      source: HELD_OUT,
      colour,
      x,
      y,
      style: x.length < FEWEST_OF_A_LINE ? "points" : style,
      ...(errorOf === undefined ? {} : band(results, y, errorOf)),
    },
  ];
}

/** The ends of the 95 % intervals around some values; null where an evaluation has no standard error. */
function band(
  evaluations: readonly StoredEvaluation[],
  values: readonly number[],
  errorOf: EvaluationField,
): Pick<Series, "low" | "high"> {
  const reaches = evaluations.map(({ result }) => {
    const error = errorOf(result) ?? null;
    return error === null ? null : intervalReach(error, result.problems - 1);
  });
  const shifted = (sign: number): (number | null)[] =>
    reaches.map((reach, i) => (reach === null ? null : (values[i] as number) + sign * reach));
  return { low: shifted(-1), high: shifted(1) };
}

/** One evaluation a step, in order; of two at one step the one that was made last. */
export function evaluationsByStep(evaluations: readonly StoredEvaluation[]): StoredEvaluation[] {
  const last = new Map(evaluations.map((evaluation) => [evaluation.step, evaluation]));
  return [...last.values()].sort((a, b) => a.step - b.step);
}

/**
 * The base's value before training: of the evaluation `before`, or of the first step, whose completions the base wrote.
 */
export function baseLevel(
  figures: RunFigures,
  ofEvaluation: EvaluationField | null,
  ofStep: (metrics: RecordedStep) => number | null | undefined,
): Level[] {
  const before = figures.evaluations.find(({ name }) => name === "before")?.result;
  const first = figures.metrics[0];
  const measured = before === undefined ? undefined : ofEvaluation?.(before);
  const value = measured ?? (first === undefined ? null : ofStep(first)) ?? null;
  return value === null ? [] : [{ name: "base", value }];
}
