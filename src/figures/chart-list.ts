import { aheadCharts } from "./ahead-charts.ts";
import { emergenceCharts } from "./emergence-charts.ts";
import type { NumberFormat } from "../draw/number-format.ts";
import { baseLevel, evaluationSeries, fitSeries, stepSeries, type RunFigures } from "./run-figures.ts";
import type { Level, Series } from "../draw/series.ts";
import type { RecordedStep } from "../store/index.ts";

/** A step whose times were recorded: those of imported runs are not. */
type TimedStep = RecordedStep & { readonly [K in keyof StepTimes]: number };
type StepTimes = Pick<RecordedStep, "rolloutSeconds" | "rewardSeconds" | "updateSeconds" | "seconds">;

function isTimed(step: RecordedStep): step is TimedStep {
  const { rolloutSeconds, rewardSeconds, updateSeconds, seconds } = step;
  return [rolloutSeconds, rewardSeconds, updateSeconds, seconds].every((time) => time !== null);
}

/** A chart of a run: what it shows, and how it is read. */
export interface ChartDescription {
  /**
   * The field of RecordedStep or EmergenceMetrics that it shows first; warnings name their chart by it. Those of
   * fine-tuning begin with `fit-`.
   */
  readonly id: string;
  readonly group: ChartGroup;
  readonly title: string;
  readonly unit: string;
  readonly format: NumberFormat;
  readonly kind: "lines" | "areas";
  /** What healthy looks like, in one sentence. */
  readonly healthy: string;
  /** What is to be known of it in this run besides; null where there is nothing. */
  readonly note?: (figures: RunFigures) => string | null;
  /** The axis reaches at least so far. */
  readonly yTo?: number;
  /** Without values: the chart has nothing to show for this run. */
  readonly series: (figures: RunFigures) => readonly Series[];
  /** The base's value at step 0. */
  readonly levels?: (figures: RunFigures) => readonly Level[];
  /** The one field by which runs are compared; absent where it would say little. */
  readonly compare?: (metrics: RecordedStep) => number | null | undefined;
}

/** What healthy looks like, and what is to be known of a chart in this run besides. */
export function chartWords({ healthy, note }: ChartDescription, figures: RunFigures): string {
  return [healthy, note?.(figures) ?? null].filter((words) => words !== null).join(" ");
}

export type ChartGroup = "paper" | "reward" | "update" | "ahead" | "speed" | "emergence" | "fit";

export const GROUP_TITLES: Readonly<Record<ChartGroup, string>> = {
  paper: "The paper's two figures",
  reward: "Reward and signal",
  update: "The policy and its updates",
  ahead: "Rollouts written ahead",
  speed: "Speed",
  emergence: "Emergence",
  fit: "Fine-tuning",
};

/**
 * Every chart of a run that is drawn from its figures, in the order of the page and the report. The heat map of effort
 * is in effort-map.ts.
 */
export const CHARTS: readonly ChartDescription[] = [
  {
    id: "accuracy",
    group: "paper",
    title: "Right answers",
    unit: "share of completions",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy:
      "Held-out accuracy climbs and then levels off, close to that of the training rollouts; the band is its 95 % interval.",
    note: ({ metrics }) =>
      metrics.some(({ ahead }) => ahead !== undefined)
        ? "Training rollouts are those that a step learns from: older versions of the policy wrote them, so that their curve is late by their age."
        : null,
    series: (figures) => [
      ...stepSeries(figures, { name: "training rollouts", colour: "chart-2", of: (metrics) => metrics.accuracy }),
      ...evaluationSeries(figures, {
        name: "held-out, majority vote",
        colour: "chart-3",
        of: (result) => result.majorityAccuracy,
        style: "dashed",
      }),
      ...evaluationSeries(figures, {
        name: "held-out, pass@1",
        colour: "chart-1",
        of: (result) => result.accuracy,
        errorOf: (result) => result.standardError,
      }),
    ],
    levels: (figures) =>
      baseLevel(
        figures,
        (result) => result.accuracy,
        (metrics) => metrics.accuracy,
      ),
    compare: (metrics) => metrics.accuracy,
  },
  {
    id: "meanLength",
    group: "paper",
    title: "Length of a completion",
    unit: "tokens",
    format: "count",
    kind: "lines",
    healthy:
      "Length grows by itself while accuracy does, well below the limit; right answers are no longer than wrong ones.",
    series: (figures) => [
      ...stepSeries(figures, {
        name: "truncated",
        colour: "chart-4",
        of: ({ emergence }) => emergence.truncatedLength,
        style: "dashed",
      }),
      ...stepSeries(figures, { name: "wrong", colour: "chart-2", of: ({ emergence }) => emergence.wrongLength }),
      ...stepSeries(figures, { name: "right", colour: "chart-3", of: ({ emergence }) => emergence.rightLength }),
      ...stepSeries(figures, { name: "all", colour: "chart-1", of: ({ emergence }) => emergence.meanLength }),
      ...evaluationSeries(figures, { name: "held-out", colour: "chart-6", of: (result) => result.meanLength }),
    ],
    levels: (figures) =>
      baseLevel(
        figures,
        (result) => result.meanLength,
        ({ emergence }) => emergence.meanLength,
      ),
    compare: ({ emergence }) => emergence.meanLength,
  },
  {
    id: "rewardMean",
    group: "reward",
    title: "Reward by part",
    unit: "mean, each part before its weight",
    format: "decimal",
    kind: "lines",
    healthy: "The total rises together with accuracy; a total that rises while accuracy falls is a reward being gamed.",
    series: (figures) => [
      ...partNames(figures).flatMap((name, i) =>
        stepSeries(figures, {
          name,
          colour: (["chart-2", "chart-3", "chart-4", "chart-5", "chart-6"] as const)[i % 5] ?? "chart-2",
          of: (metrics) => (Object.hasOwn(metrics.rewardByPart, name) ? metrics.rewardByPart[name] : undefined),
        }),
      ),
      ...stepSeries(figures, {
        name: "total",
        colour: "chart-1",
        of: (metrics) => metrics.rewardMean,
        style: "dashed",
      }),
    ],
    compare: (metrics) => metrics.rewardMean,
  },
  {
    id: "signalShare",
    group: "reward",
    title: "Groups with signal",
    unit: "share of groups whose rewards differ",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy: "Well above 20 %: a group whose completions all earn the same teaches nothing.",
    series: (figures) =>
      stepSeries(figures, { name: "groups with signal", colour: "chart-1", of: (metrics) => metrics.signalShare }),
    compare: (metrics) => metrics.signalShare,
  },
  {
    id: "truncatedShare",
    group: "reward",
    title: "Truncated completions",
    unit: "share cut at the length limit",
    format: "percent",
    kind: "lines",
    healthy: "Low, a few per cent at most times; when it climbs the limit is too short, or the policy no longer ends.",
    series: (figures) =>
      stepSeries(figures, { name: "truncated", colour: "chart-1", of: (metrics) => metrics.truncatedShare }),
    levels: (figures) =>
      baseLevel(
        figures,
        (result) => result.truncatedShare,
        (metrics) => metrics.truncatedShare,
      ),
    compare: (metrics) => metrics.truncatedShare,
  },
  {
    id: "formatShare",
    group: "reward",
    title: "Format kept",
    unit: "share of completions",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy: "Rises early and stays near 100 %: an answer out of its tags can't be checked.",
    series: (figures) =>
      stepSeries(figures, {
        name: "one thinking, one answer",
        colour: "chart-1",
        of: (metrics) => metrics.formatShare,
      }),
    levels: (figures) =>
      baseLevel(
        figures,
        (result) => result.formatShare,
        (metrics) => metrics.formatShare,
      ),
    compare: (metrics) => metrics.formatShare,
  },
  {
    id: "entropy",
    group: "update",
    title: "Entropy",
    unit: "nats a token",
    format: "decimal",
    kind: "lines",
    healthy:
      "Falls slowly and stays above zero: at zero every completion of a group is the same and nothing more is tried.",
    series: (figures) => stepSeries(figures, { name: "entropy", colour: "chart-1", of: (metrics) => metrics.entropy }),
    compare: (metrics) => metrics.entropy,
  },
  {
    id: "kl",
    group: "update",
    title: "KL to the reference",
    unit: "nats a token",
    format: "scientific",
    kind: "lines",
    healthy:
      "Grows gently; a jump means that the policy left its reference in one step. Zero where no reference is kept.",
    series: (figures) => stepSeries(figures, { name: "KL", colour: "chart-1", of: (metrics) => metrics.kl }),
    compare: (metrics) => metrics.kl,
  },
  {
    id: "clipFraction",
    group: "update",
    title: "Clipped tokens",
    unit: "share of completion tokens",
    format: "percent",
    kind: "lines",
    healthy: "A few per cent or less: much more means that each batch is used for too many or too large updates.",
    series: (figures) =>
      stepSeries(figures, { name: "clipped", colour: "chart-1", of: (metrics) => metrics.clipFraction }),
    compare: (metrics) => metrics.clipFraction,
  },
  {
    id: "gradNorm",
    group: "update",
    title: "Gradient norm",
    unit: "before clipping",
    format: "decimal",
    kind: "lines",
    healthy: "About the same size all along; spikes that grow are the first sign of a collapse.",
    series: (figures) =>
      stepSeries(figures, { name: "gradient norm", colour: "chart-1", of: (metrics) => metrics.gradNorm }),
    compare: (metrics) => metrics.gradNorm,
  },
  {
    id: "samplerGap",
    group: "update",
    title: "Sampler and trainer apart",
    unit: "mean difference of log-probabilities, nats",
    format: "scientific",
    kind: "lines",
    healthy: "Rounding alone, below 0.0001: the trainer must see the probabilities that the sampler drew from.",
    series: (figures) =>
      stepSeries(figures, { name: "mean difference", colour: "chart-1", of: (metrics) => metrics.samplerGap }),
    compare: (metrics) => metrics.samplerGap,
  },
  {
    id: "loss",
    group: "update",
    title: "Policy loss",
    unit: "",
    format: "scientific",
    kind: "lines",
    healthy: "Around zero, with noise: the loss of a policy gradient says nothing about how good the policy is.",
    series: (figures) => stepSeries(figures, { name: "loss", colour: "chart-1", of: (metrics) => metrics.loss }),
  },
  {
    id: "learningRate",
    group: "update",
    title: "Learning rate",
    unit: "",
    format: "scientific",
    kind: "lines",
    healthy: "The schedule as it was set.",
    series: (figures) =>
      stepSeries(figures, { name: "learning rate", colour: "chart-1", of: (metrics) => metrics.learningRate }),
  },
  ...aheadCharts,
  {
    id: "tokensPerSecond",
    group: "speed",
    title: "Sampled tokens per second",
    unit: "tokens/s, over the whole step",
    format: "count",
    kind: "lines",
    healthy: "Steady; it falls slowly as completions grow, and sharply when something else takes the processor.",
    series: (figures) =>
      stepSeries(figures, { name: "tokens/s", colour: "chart-1", of: (metrics) => metrics.tokensPerSecond }),
    compare: (metrics) => metrics.tokensPerSecond,
  },
  {
    id: "seconds",
    group: "speed",
    title: "Time by phase",
    unit: "seconds a step",
    format: "seconds",
    kind: "areas",
    healthy: "Rollouts and updates take nearly all of it; rewards that grow wide are a verifier that hangs.",
    series: ({ metrics: all }) => {
      const metrics = all.filter(isTimed);
      const x = metrics.map(({ step }) => step);
      const phase = (name: string, colour: Series["colour"], y: number[]): Series => ({
        name,
        colour,
        x,
        y,
        style: "line",
      });
      if (x.length === 0) return [];
      return [
        phase(
          "rollouts",
          "chart-1",
          metrics.map((step) => step.rolloutSeconds),
        ),
        phase(
          metrics.some(({ ahead }) => ahead !== undefined) ? "waiting for verdicts" : "rewards",
          "chart-5",
          metrics.map((step) => step.rewardSeconds),
        ),
        phase(
          "update",
          "chart-3",
          metrics.map((step) => step.updateSeconds),
        ),
        phase(
          "rest",
          "bare",
          metrics.map((step) =>
            Math.max(0, step.seconds - step.rolloutSeconds - step.rewardSeconds - step.updateSeconds),
          ),
        ),
      ];
    },
  },
  ...emergenceCharts,
  {
    id: "fit-loss",
    group: "fit",
    title: "Loss",
    unit: "nats a completion token",
    format: "decimal",
    kind: "lines",
    healthy: "Falls quickly, then slowly; a second epoch may begin with a step down.",
    series: (figures) => fitSeries(figures, { name: "loss", colour: "chart-1", of: (metrics) => metrics.loss }),
  },
  {
    id: "fit-gradNorm",
    group: "fit",
    title: "Gradient norm",
    unit: "before clipping",
    format: "decimal",
    kind: "lines",
    healthy: "Falls at first and then stays about the same.",
    series: (figures) =>
      fitSeries(figures, { name: "gradient norm", colour: "chart-1", of: (metrics) => metrics.gradNorm }),
  },
  {
    id: "fit-learningRate",
    group: "fit",
    title: "Learning rate",
    unit: "",
    format: "scientific",
    kind: "lines",
    healthy: "The schedule as it was set.",
    series: (figures) =>
      fitSeries(figures, { name: "learning rate", colour: "chart-1", of: (metrics) => metrics.learningRate }),
  },
  {
    id: "fit-tokensPerSecond",
    group: "fit",
    title: "Tokens learnt from per second",
    unit: "tokens/s",
    format: "count",
    kind: "lines",
    healthy: "Steady.",
    series: (figures) =>
      fitSeries(figures, { name: "tokens/s", colour: "chart-1", of: (metrics) => metrics.tokensPerSecond }),
  },
];

function partNames({ metrics }: RunFigures): string[] {
  return [...new Set(metrics.flatMap(({ rewardByPart }) => Object.keys(rewardByPart)))];
}
