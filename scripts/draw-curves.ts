/**
 * Draws the curves of finished runs, one pale line a run and their mean, as one SVG:
 *
 *   npx tsx scripts/draw-curves.ts docs/r1-zero-curves.svg runs/first runs/second ...
 */
import { writeFileSync } from "node:fs";
import { readSteps } from "../src/claims/read-steps.ts";
import { lineChart } from "../src/draw/line-chart.ts";
import type { NumberFormat } from "../src/draw/number-format.ts";
import { LIGHT } from "../src/draw/palette.ts";
import type { Series } from "../src/draw/series.ts";
import { sideBySide } from "../src/draw/side-by-side.ts";
import type { SvgNode } from "../src/draw/svg-node.ts";
import { svgFile } from "../src/draw/svg-text.ts";
import { mean } from "../src/numbers/metrics.ts";
import { smoothed } from "../src/numbers/smoothed.ts";
import type { StepMetrics } from "../src/store/index.ts";

interface Panel {
  readonly title: string;
  readonly of: (metrics: StepMetrics) => number;
  /** The axis reaches at least so far. */
  readonly yTo: number;
  readonly format: NumberFormat;
}

const PANELS: readonly Panel[] = [
  { title: "Right answers", of: ({ accuracy }) => accuracy ?? 0, yTo: 1, format: "percent" },
  { title: "Mean length, tokens", of: ({ emergence }) => emergence.meanLength, yTo: 120, format: "count" },
  {
    title: "Completions that correct themselves",
    of: ({ emergence }) => emergence.selfCorrectionShare ?? 0,
    yTo: 1,
    format: "percent",
  },
];
const WINDOW = 5;

function drawPanel({ title, of, yTo, format }: Panel, runs: readonly (readonly StepMetrics[])[]): SvgNode {
  const curves = runs.map((run) => smoothed(run.map(of), WINDOW));
  const shortest = Math.min(...curves.map((curve) => curve.length));
  const means = Array.from({ length: shortest }, (_, i) => mean(curves.map((curve) => curve[i]!)));
  const line = (name: string, y: readonly number[], style: Series["style"]): Series => ({
    name,
    colour: "chart-1",
    style,
    x: y.map((_, i) => i + 1),
    y,
  });
  const series = [
    ...curves.map((curve, i) => line(`run ${i + 1}`, curve, "faint")),
    line(`mean of ${runs.length} runs`, means, "line"),
  ];
  return lineChart(series, { width: 320, height: 260, title, label: title, format, yTo }).node;
}

const [target, ...folders] = process.argv.slice(2);
if (target === undefined || folders.length === 0)
  throw new Error("Expected a file to write and at least one run's folder.");
const runs = folders.map(readSteps);
const label = `Accuracy, length and self-correction over the steps of ${runs.length} runs`;
const panels = PANELS.map((panel) => drawPanel(panel, runs));
writeFileSync(target, svgFile(sideBySide(panels, label), LIGHT));
