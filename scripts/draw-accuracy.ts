/**
 * Draws the share of right answers over the steps of some runs, a line each, smoothed over five steps:
 *
 *   npx tsx scripts/draw-accuracy.ts FILE.svg "TITLE" "LABEL=runs/first" "LABEL=runs/second" ...
 */
import { writeFileSync } from "node:fs";
import { drawFigure } from "../src/claims/draw-figure.ts";
import { smoothed, stepMetrics } from "../src/claims/training-curves.ts";

const [file, title, ...labelled] = process.argv.slice(2);
if (file === undefined || title === undefined || labelled.length === 0)
  throw new Error('Expected a file, a title and runs as "LABEL=FOLDER".');
const series = labelled.map((argument) => {
  const [name, folder] = argument.split("=") as [string, string | undefined];
  if (folder === undefined) throw new Error(`Expected "LABEL=FOLDER", got ${argument}.`);
  return {
    name,
    points: smoothed(stepMetrics(folder).map(({ accuracy }) => accuracy)).map((y, i) => ({ x: i + 1, y })),
  };
});
writeFileSync(
  file,
  drawFigure({
    name: "accuracy",
    title,
    kind: "lines",
    x: "step",
    y: "right answers in training",
    percent: true,
    series,
  }),
);
