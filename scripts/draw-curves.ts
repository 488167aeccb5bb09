/**
 * Draws the curves of finished runs, one thin line a run and their mean, as one SVG:
 *
 *   npx tsx scripts/draw-curves.ts docs/r1-zero-curves.svg runs/first runs/second ...
 */
import { sumOf } from "../src/numbers/sum.ts";
import { writeFileSync } from "node:fs";
import { smoothed, stepMetrics } from "../src/claims/training-curves.ts";
import type { StepMetrics } from "../src/store/index.ts";

interface Panel {
  readonly title: string;
  readonly of: (metrics: StepMetrics) => number;
  /** The axis ends here, or at the next such multiple that holds all values. */
  readonly top: number;
  readonly unit: string;
}

const PANELS: readonly Panel[] = [
  { title: "right answers", of: (metrics) => metrics.accuracy * 100, top: 100, unit: " %" },
  { title: "mean length, tokens", of: (metrics) => metrics.emergence.meanLength, top: 120, unit: "" },
  {
    title: "completions that correct themselves",
    of: (metrics) => (metrics.emergence.selfCorrectionShare ?? 0) * 100,
    top: 100,
    unit: " %",
  },
];
const WIDTH = 280;
const HEIGHT = 180;
const GAP = 40;
const TOP = 30;

function drawPanel(panel: Panel, runs: readonly (readonly StepMetrics[])[], left: number): string {
  const steps = Math.max(...runs.map((run) => run.length));
  const x = (step: number): string => (left + (step / (steps - 1)) * WIDTH).toFixed(1);
  const top = panel.top * Math.ceil(Math.max(...runs.flat().map(panel.of)) / panel.top);
  const y = (value: number): string => (TOP + HEIGHT * (1 - value / top)).toFixed(1);
  const line = (values: readonly number[], style: string): string =>
    `<polyline fill="none" ${style} points="${values.map((value, i) => `${x(i)},${y(value)}`).join(" ")}"/>`;
  const curves = runs.map((run) => smoothed(run.map(panel.of)));
  const mean = Array.from(
    { length: Math.min(...curves.map((curve) => curve.length)) },
    (_, i) => sumOf(curves, (curve) => curve[i]!) / curves.length,
  );
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const value = share * top;
    return `<line x1="${left}" x2="${left + WIDTH}" y1="${y(value)}" y2="${y(value)}" stroke="#8884"/><text x="${left - 4}" y="${Number(y(value)) + 4}" text-anchor="end">${value}${panel.unit}</text>`;
  });
  return [
    `<text x="${left}" y="18" font-weight="bold">${panel.title}</text>`,
    ...grid,
    `<text x="${left}" y="${TOP + HEIGHT + 16}">step 1</text><text x="${left + WIDTH}" y="${TOP + HEIGHT + 16}" text-anchor="end">${steps}</text>`,
    ...curves.map((curve) => line(curve, 'stroke="#3b82f6" stroke-width="1" opacity="0.35"')),
    line(mean, 'stroke="#1d4ed8" stroke-width="2.5"'),
  ].join("\n");
}

const [target, ...folders] = process.argv.slice(2);
if (target === undefined || folders.length === 0)
  throw new Error("Expected a file to write and at least one run's folder.");
const runs = folders.map(stepMetrics);
const full = PANELS.length * (WIDTH + GAP) + GAP;
writeFileSync(
  target,
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${full} ${TOP + HEIGHT + 30}" width="${full}" font-family="sans-serif" font-size="11" fill="#444" role="img" aria-label="Accuracy, length and self-correction over the steps of ${runs.length} runs">
<rect width="100%" height="100%" fill="#fff"/>
${PANELS.map((panel, i) => drawPanel(panel, runs, GAP + 8 + i * (WIDTH + GAP))).join("\n")}
</svg>
`,
);
