import { mean, standardError } from "../numbers/metrics.ts";
import { estimate, intervalReach } from "../numbers/statistics.ts";
import type { EvaluationResult } from "../records/metrics.ts";
import type { StoredEvaluation } from "../store/index.ts";
import { formatValue } from "../draw/number-format.ts";
import type { Series } from "../draw/series.ts";
import {
  comparedExperiments,
  courseOf,
  type CompareAxis,
  type ComparedExperiment,
  type ComparedRun,
} from "./compare-series.ts";
import { evaluationsByStep } from "./run-figures.ts";

/** The score of the first sample of each problem of an evaluation: what pairs two runs problem by problem. */
export interface FirstScores {
  /** A digest of the questions, in their order: equal where two evaluations asked the same. */
  readonly questions: string;
  readonly scores: readonly (number | null)[];
}

/** An evaluation as the page holds it: without texts, with the scores that runs are compared by. */
export type ScoredEvaluation = StoredEvaluation & { readonly firstScores?: FirstScores };

/** A number with the ends of its 95 % interval. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** An experiment's held-out accuracy beside that of the first one. */
export interface HeldOutRow {
  readonly experiment: ComparedExperiment;
  readonly before: number | null;
  readonly now: Interval;
  /** Of the newest evaluation. */
  readonly step: number;
  /** From the first experiment; null in its own row. */
  readonly difference: (Interval & { readonly how: string }) | null;
}

/** The newest held-out accuracy of each experiment, and how far it is from the first one's. */
export function heldOutRows(runs: readonly ComparedRun[]): HeldOutRow[] {
  const measured = comparedExperiments(runs).flatMap((experiment) => {
    const newest = experiment.runs.flatMap((run) => newestOf(run) ?? []);
    return newest.length === 0 ? [] : [{ experiment, newest }];
  });
  return measured.map(({ experiment, newest }, i) => ({
    experiment,
    before: meanOf(
      experiment.runs.flatMap(({ figures }) => figures.evaluations.find(({ name }) => name === "before") ?? []),
    ),
    now: intervalOf(newest.map(({ evaluation }) => evaluation.result)),
    step: Math.max(...newest.map(({ evaluation }) => evaluation.step)),
    difference: i === 0 ? null : differenceOf(measured[0]!.newest, newest),
  }));
}

/** Held-out accuracy over the course of each experiment, with its 95 % interval. */
export function heldOutSeries(runs: readonly ComparedRun[], axis: CompareAxis): Series[] {
  return comparedExperiments(runs).flatMap(({ name, colour, runs: seeds }): Series[] => {
    const byStep = new Map<number, { x: number; result: EvaluationResult }[]>();
    for (const { figures } of seeds) {
      const places = new Map(courseOf(figures.metrics, axis).map((x, i) => [figures.metrics[i]!.step, x]));
      for (const { step, result } of evaluationsByStep(figures.evaluations)) {
        const x = step === 0 ? 0 : (places.get(step) ?? null);
        if (x !== null) byStep.set(step, [...(byStep.get(step) ?? []), { x, result }]);
      }
    }
    const points = [...byStep.entries()].sort(([a], [b]) => a - b).map(([, at]) => at);
    if (points.length === 0) return [];
    const intervals = points.map((at) => intervalOf(at.map(({ result }) => result)));
    return [
      {
        name,
        colour,
        style: points.length < 3 ? "points" : "dots",
        x: points.map((at) => mean(at.map(({ x }) => x))),
        y: intervals.map(({ value }) => value),
        low: intervals.map(({ low }) => low),
        high: intervals.map(({ high }) => high),
      },
    ];
  });
}

/** `+3.2 points [−0.4, +6.8]` */
export function differenceText({ value, low, high }: Interval): string {
  const points = (share: number): string => {
    const text = formatValue("decimal", Math.abs(share) < 5e-5 ? 0 : Math.round(Math.abs(share) * 1000) / 10);
    return share < 0 ? `−${text}` : `+${text}`;
  };
  return `${points(value)} points [${points(low)}, ${points(high)}]`;
}

interface Newest {
  readonly seed: number | null;
  readonly evaluation: ScoredEvaluation;
}

function newestOf({ seed, figures }: ComparedRun): Newest | null {
  const evaluation = evaluationsByStep(figures.evaluations).findLast(({ name }) => name !== "before");
  return evaluation === undefined ? null : { seed, evaluation };
}

function meanOf(evaluations: readonly StoredEvaluation[]): number | null {
  return evaluations.length === 0 ? null : mean(evaluations.map(({ result }) => result.accuracy));
}

/** Over seeds by what lies between them; of one run over its problems. */
function intervalOf(results: readonly EvaluationResult[]): Interval {
  const values = results.map(({ accuracy }) => accuracy);
  const only = results.length === 1 ? results[0]! : null;
  if (only === null) {
    const { mean: value, low, high } = estimate(values);
    return { value, low, high };
  }
  return around(only.accuracy, intervalReach(only.standardError, only.problems - 1));
}

function around(value: number, reach: number): Interval {
  return { value, low: value - reach, high: value + reach };
}

/** Paired by seed, or by problem, where both have the same; as independent numbers otherwise. */
function differenceOf(first: readonly Newest[], second: readonly Newest[]): HeldOutRow["difference"] {
  const bySeed = second.flatMap(({ seed, evaluation }) => {
    const other = seed === null ? undefined : first.find((one) => one.seed === seed);
    return other === undefined ? [] : [evaluation.result.accuracy - other.evaluation.result.accuracy];
  });
  if (bySeed.length > 1) {
    const { mean: value, low, high } = estimate(bySeed);
    return { value, low, high, how: `paired by ${bySeed.length} seeds` };
  }
  const [one, other] = [first[0]!.evaluation, second[0]!.evaluation];
  const byProblem = first.length === 1 && second.length === 1 ? pairedScores(one.firstScores, other.firstScores) : [];
  if (byProblem.length > 1) {
    const reach = intervalReach(standardError(byProblem), byProblem.length - 1);
    return { ...around(mean(byProblem), reach), how: `paired over the first sample of ${byProblem.length} problems` };
  }
  const [a, b] = [spreadOf(first), spreadOf(second)];
  const reach = intervalReach(Math.hypot(a.error, b.error), Math.min(a.degrees, b.degrees));
  return { ...around(b.value - a.value, reach), how: "not paired: other problems or other seeds" };
}

function spreadOf(newest: readonly Newest[]): {
  readonly value: number;
  readonly error: number;
  readonly degrees: number;
} {
  const results = newest.map(({ evaluation }) => evaluation.result);
  const values = results.map(({ accuracy }) => accuracy);
  return results.length === 1
    ? { value: values[0]!, error: results[0]!.standardError, degrees: results[0]!.problems - 1 }
    : { value: mean(values), error: standardError(values), degrees: values.length - 1 };
}

/** Second less first, of the problems that both could be judged on; none where they were asked others. */
function pairedScores(first: FirstScores | undefined, second: FirstScores | undefined): number[] {
  if (first === undefined || second === undefined || first.questions !== second.questions) return [];
  return second.scores.flatMap((score, i) => {
    const other = first.scores[i] ?? null;
    return score === null || other === null ? [] : [score - other];
  });
}
