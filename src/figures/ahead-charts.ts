import type { ChartDescription } from "./chart-list.ts";
import { stepSeries } from "./run-figures.ts";

/** The charts of runs whose rollouts are written ahead of the updates; others have nothing in them. */
export const aheadCharts: readonly ChartDescription[] = [
  {
    id: "aheadKl",
    group: "ahead",
    title: "KL from the rollouts' policies",
    unit: "nats a token, before the update",
    format: "decimal",
    kind: "lines",
    healthy: "Below 0.03; runs that came above 0.05 collapsed soon after, so that three such steps of five end a run.",
    series: (figures) => stepSeries(figures, { name: "KL", colour: "chart-1", of: ({ ahead }) => ahead?.kl }),
    levels: ({ metrics }) =>
      metrics.some(({ ahead }) => ahead !== undefined)
        ? [
            { name: "warned of", value: 0.03 },
            { name: "ends the run", value: 0.05 },
          ]
        : [],
    compare: ({ ahead }) => ahead?.kl,
  },
  {
    id: "aheadLag",
    group: "ahead",
    title: "Age of the rollouts",
    unit: "steps between writing and learning",
    format: "decimal",
    kind: "lines",
    healthy: "About 1 on average with two batches open: that is where all of the gain is; older ones only slow down.",
    series: (figures) => [
      ...stepSeries(figures, {
        name: "largest",
        colour: "chart-2",
        of: ({ ahead }) => ahead?.largestLag,
        style: "dashed",
      }),
      ...stepSeries(figures, { name: "mean", colour: "chart-1", of: ({ ahead }) => ahead?.lag }),
    ],
    compare: ({ ahead }) => ahead?.lag,
  },
  {
    id: "aheadOpen",
    group: "ahead",
    title: "Groups open and dropped",
    unit: "groups, after the step took its own",
    format: "count",
    kind: "lines",
    healthy: "No group is dropped: one that is was kept past the bound by a check that hung.",
    series: (figures) => [
      ...stepSeries(figures, {
        name: "dropped",
        colour: "chart-4",
        of: ({ ahead }) => ahead?.dropped,
        style: "dashed",
      }),
      ...stepSeries(figures, { name: "late checks", colour: "chart-2", of: ({ ahead }) => ahead?.late }),
      ...stepSeries(figures, { name: "open", colour: "chart-1", of: ({ ahead }) => ahead?.open }),
    ],
  },
  {
    id: "aheadBusy",
    group: "ahead",
    title: "Checks busy",
    unit: "share of those under way at most",
    format: "percent",
    kind: "lines",
    yTo: 1,
    healthy:
      "Near 100 % where checks are what takes the time: idle ones are worth more open groups, busy ones are not.",
    series: (figures) => stepSeries(figures, { name: "busy", colour: "chart-1", of: ({ ahead }) => ahead?.busy }),
  },
];
