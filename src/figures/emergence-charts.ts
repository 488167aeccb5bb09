import type { ChartDescription } from "./chart-list.ts";
import { baseLevel, evaluationSeries, stepSeries } from "./run-figures.ts";

/** The charts of the emergence view, each with the base's value at step 0. */
export const emergenceCharts: readonly ChartDescription[] = [
  {
    id: "selfCorrectionShare",
    group: "emergence",
    title: "Self-correction",
    unit: "share that reject a candidate and try another",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy:
      "Rises well above the base's share, together with accuracy; where it stays flat, no correction was there to be reinforced.",
    series: (figures) => [
      ...stepSeries(figures, {
        name: "training rollouts",
        colour: "chart-2",
        of: ({ emergence }) => emergence.selfCorrectionShare,
      }),
      ...evaluationSeries(figures, { name: "held-out", colour: "chart-1", of: (result) => result.selfCorrectionShare }),
    ],
    levels: (figures) =>
      baseLevel(
        figures,
        (result) => result.selfCorrectionShare,
        ({ emergence }) => emergence.selfCorrectionShare,
      ),
    compare: ({ emergence }) => emergence.selfCorrectionShare,
  },
  {
    id: "selfCorrectionRight",
    group: "emergence",
    title: "Corrections that end right",
    unit: "share of those that correct themselves",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy: "Rises: second thoughts that don't end right are only length.",
    series: (figures) =>
      stepSeries(figures, {
        name: "end right",
        colour: "chart-3",
        of: ({ emergence }) => emergence.selfCorrectionRight,
      }),
    levels: (figures) => baseLevel(figures, null, ({ emergence }) => emergence.selfCorrectionRight),
    compare: ({ emergence }) => emergence.selfCorrectionRight,
  },
  {
    id: "falseRejectionRate",
    group: "emergence",
    title: "Rejected though right",
    unit: "share of the right tries that were decided on",
    format: "percent",
    kind: "lines",
    healthy: "Falls towards zero: a right try that is turned down costs the answer, or another search.",
    series: (figures) =>
      stepSeries(figures, {
        name: "rejected though right",
        colour: "chart-2",
        of: ({ emergence }) => emergence.falseRejectionRate,
      }),
    levels: (figures) => baseLevel(figures, null, ({ emergence }) => emergence.falseRejectionRate),
    compare: ({ emergence }) => emergence.falseRejectionRate,
  },
  {
    id: "falseAcceptanceRate",
    group: "emergence",
    title: "Accepted though wrong",
    unit: "share of the wrong tries that were decided on",
    format: "percent",
    kind: "lines",
    healthy: "Falls towards zero: a wrong try that is taken ends the search with a wrong answer.",
    series: (figures) =>
      stepSeries(figures, {
        name: "accepted though wrong",
        colour: "chart-4",
        of: ({ emergence }) => emergence.falseAcceptanceRate,
      }),
    levels: (figures) => baseLevel(figures, null, ({ emergence }) => emergence.falseAcceptanceRate),
    compare: ({ emergence }) => emergence.falseAcceptanceRate,
  },
  {
    id: "paperReflectionRate",
    group: "emergence",
    title: "Reflective words",
    unit: "per thousand tokens",
    format: "decimal",
    kind: "lines",
    healthy:
      "Rises where a policy says that it thinks again; one that retries without a word lets it fall. The paper's ten words are rare in small vocabularies, where the task's own say more.",
    series: (figures) => [
      ...stepSeries(figures, {
        name: "the task's own",
        colour: "chart-3",
        of: ({ emergence }) => emergence.taskReflectionRate,
      }),
      ...stepSeries(figures, {
        name: "the paper's ten",
        colour: "chart-1",
        of: ({ emergence }) => emergence.paperReflectionRate,
      }),
    ],
    levels: (figures) => [
      ...baseLevel(figures, null, ({ emergence }) => emergence.paperReflectionRate),
      ...baseLevel(figures, null, ({ emergence }) => emergence.taskReflectionRate).map((level) => ({
        ...level,
        name: "base, the task's",
      })),
    ],
    compare: ({ emergence }) => emergence.taskReflectionRate,
  },
  {
    id: "meanAttempts",
    group: "emergence",
    title: "Tries in a completion",
    unit: "candidates considered, mean",
    format: "count",
    kind: "lines",
    healthy: "Rises at first, as the policy goes on after a miss, and may fall again as it needs fewer tries.",
    series: (figures) =>
      stepSeries(figures, { name: "tries", colour: "chart-1", of: ({ emergence }) => emergence.meanAttempts }),
    levels: (figures) => baseLevel(figures, null, ({ emergence }) => emergence.meanAttempts),
    compare: ({ emergence }) => emergence.meanAttempts,
  },
  {
    id: "effortCorrelation",
    group: "emergence",
    title: "Effort follows difficulty",
    unit: "correlation of length with difficulty",
    format: "decimal",
    kind: "lines",
    healthy: "Rises above zero: harder problems get longer thought.",
    series: (figures) =>
      stepSeries(figures, {
        name: "correlation",
        colour: "chart-1",
        of: ({ emergence }) => emergence.effortCorrelation,
      }),
    levels: (figures) => baseLevel(figures, null, ({ emergence }) => emergence.effortCorrelation),
    compare: ({ emergence }) => emergence.effortCorrelation,
  },
];
