import { CHARTS, type ChartDescription, type RunFigures, type Series } from "../../figures/index.ts";
import type { StepMetrics } from "../../records/metrics.ts";
import type { SeenEvaluation } from "../messages.ts";

/** Steps that a figure shows at least: a curve that fills the whole width after two says too much. */
const FEWEST_STEPS = 20;

export type FigureName = "accuracy" | "length";

/** The two figures of the paper in the list of charts, with the series of each that the stage shows. */
const FIGURES: Readonly<Record<FigureName, { readonly id: string; readonly shown: readonly string[] }>> = {
  accuracy: { id: "accuracy", shown: ["training rollouts, each step", "training rollouts", "held-out, pass@1"] },
  length: { id: "meanLength", shown: ["all, each step", "all", "held-out"] },
};

/** A figure's series with what each is called, which the caller says in the page's language. */
export interface StageSeries {
  readonly description: ChartDescription;
  readonly series: readonly Series[];
}

/** What a series of the stage is: each of both figures has one of the rollouts and one of what is held out. */
export type StageSeriesNames = { readonly rollouts: string; readonly heldOut: string };

/** The figures of a run in a tab. @param names what its two series are called */
export function stageSeries(
  figure: FigureName,
  metrics: readonly StepMetrics[],
  evaluations: readonly SeenEvaluation[],
  names: StageSeriesNames,
): StageSeries {
  const { id, shown } = FIGURES[figure];
  const description = CHARTS.find((chart) => chart.id === id)!;
  const figures: RunFigures = {
    metrics,
    fit: [],
    evaluations: evaluations.map(({ step, ...result }) => ({ name: step === 0 ? "before" : "during", step, result })),
  };
  const series = description
    .series(figures)
    .filter(({ name }) => shown.includes(name))
    .map((one): Series => ({ ...one, ...lookOf(one, names) }));
  return { description, series: [frameSeries(metrics, evaluations), ...series] };
}

function lookOf({ name, style }: Series, { rollouts, heldOut }: StageSeriesNames): Pick<Series, "name" | "colour"> {
  if (name.startsWith("held-out")) return { name: heldOut, colour: "chart-1" };
  return { name: style === "faint" ? `${rollouts} ` : rollouts, colour: "chart-2" };
}

/** Draws nothing, and makes room for the steps to come. */
function frameSeries(metrics: readonly StepMetrics[], evaluations: readonly SeenEvaluation[]): Series {
  const last = Math.max(FEWEST_STEPS, metrics.at(-1)?.step ?? 0, evaluations.at(-1)?.step ?? 0);
  return { name: "", colour: "bare", x: [0, last], y: [null, null], style: "faint" };
}
