/**
 * Draws the share of right answers over the steps of some runs, a line each, smoothed over five steps:
 *
 *   npx tsx scripts/draw-accuracy.ts FILE.svg "TITLE" "LABEL=runs/first" "LABEL=runs/second" ...
 */
import { writeFileSync } from "node:fs";
import { readSteps } from "../src/claims/read-steps.ts";
import { lineChart } from "../src/draw/line-chart.ts";
import { LIGHT, seriesColour } from "../src/draw/palette.ts";
import type { Series } from "../src/draw/series.ts";
import { svgFile } from "../src/draw/svg-text.ts";
import { smoothed } from "../src/numbers/smoothed.ts";

const WINDOW = 5;

/** @param argument `LABEL=FOLDER` */
function accuracySeries(argument: string, index: number): Series {
  const [name, folder] = argument.split("=") as [string, string | undefined];
  if (folder === undefined) throw new Error(`Expected "LABEL=FOLDER", got ${argument}.`);
  const steps = readSteps(folder).filter(({ accuracy }) => accuracy !== null);
  const accuracies = steps.map(({ accuracy }) => accuracy!);
  const x = steps.map(({ step }) => step);
  return { name, colour: seriesColour(index), style: "line", x, y: smoothed(accuracies, WINDOW) };
}

const [file, title, ...labelled] = process.argv.slice(2);
if (file === undefined || title === undefined || labelled.length === 0)
  throw new Error('Expected a file, a title and runs as "LABEL=FOLDER".');
const { node } = lineChart(labelled.map(accuracySeries), {
  width: 640,
  height: 340,
  title,
  label: title,
  unit: "right answers in training",
  format: "percent",
  yTo: 1,
});
writeFileSync(file, svgFile(node, LIGHT));
