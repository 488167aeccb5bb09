/**
 * Draws the lessons' pictures from the runs that their commands make:
 *
 *   npx tsx scripts/lesson-pictures.ts runs docs/lessons
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSteps } from "../src/claims/read-steps.ts";
import { barChart } from "../src/draw/bar-chart.ts";
import { lineChart } from "../src/draw/line-chart.ts";
import type { NumberFormat } from "../src/draw/number-format.ts";
import { LIGHT, seriesColour } from "../src/draw/palette.ts";
import type { Series } from "../src/draw/series.ts";
import { sideBySide } from "../src/draw/side-by-side.ts";
import type { SvgNode } from "../src/draw/svg-node.ts";
import { svgFile } from "../src/draw/svg-text.ts";
import { openRunStore, type StepMetrics, type StoredRollout } from "../src/store/index.ts";

const [runs, target] = process.argv.slice(2);
if (runs === undefined || target === undefined) throw new Error("Expected the folder of runs and the one to write in.");

/** A run by the name that its line has. */
type NamedRuns = Readonly<Record<string, string>>;

interface Panel {
  readonly title: string;
  readonly of: (metrics: StepMetrics) => number | null;
  readonly format: NumberFormat;
  readonly yTo: number;
}

const RIGHT: Panel = { title: "Right answers", of: ({ accuracy }) => accuracy, format: "percent", yTo: 1 };
const LENGTH: Panel = {
  title: "Mean length, tokens",
  of: ({ emergence }) => emergence.meanLength,
  format: "count",
  yTo: 100,
};
const CORRECTS: Panel = {
  title: "Corrects itself",
  of: ({ emergence }) => emergence.selfCorrectionShare,
  format: "percent",
  yTo: 1,
};
const USUAL = { "base with retries": "lesson-3" };

function drawPanel({ title, of, format, yTo }: Panel, named: NamedRuns, width: number): SvgNode {
  const series = Object.entries(named).map(([name, folder], i): Series => {
    const steps = readSteps(join(runs!, folder));
    const x = steps.map(({ step }) => step);
    return { name, colour: seriesColour(i), style: "line", x, y: steps.map(of) };
  });
  return lineChart(series, { width, height: 280, title, label: title, format, yTo, xTitle: "step" }).node;
}

const panels = (named: NamedRuns, label: string): SvgNode =>
  sideBySide(
    [RIGHT, LENGTH, CORRECTS].map((panel) => drawPanel(panel, named, 300)),
    label,
  );

/** The groups of a step, each as its rollouts in the order of their samples. */
function groupsOf(folder: string, step: number): StoredRollout[][] {
  const store = openRunStore(join(runs!, folder), { readOnly: true });
  try {
    const groups: StoredRollout[][] = [];
    for (const stored of store.rollouts({ step })) (groups[stored.problemIndex!] ??= []).push(stored);
    return groups;
  } finally {
    store.close();
  }
}

interface BarAxis {
  readonly format: NumberFormat;
  readonly unit: string;
  readonly xTitle: string;
  readonly yFrom: number;
  readonly yTo: number;
}

function drawBars(title: string, bars: Readonly<Record<string, number>>, axis: Partial<BarAxis>): SvgNode {
  const series = [{ name: axis.unit ?? title, colour: seriesColour(0), y: Object.values(bars) }];
  const options = {
    width: 640,
    height: 300,
    title,
    label: title,
    format: "count" as NumberFormat,
    xTitle: "",
    ...axis,
  };
  return barChart(series, { ...options, xLabels: Object.keys(bars) }).node;
}

/** How many groups of the step have 0, 1, ... 8 right answers. */
function rightPerGroup(): SvgNode {
  const right = groupsOf("lesson-3", 1).map((group) => group.filter(({ reward }) => reward.total === 1).length);
  const counts = Array.from({ length: 9 }, (_, n) => [String(n), right.filter((one) => one === n).length] as const);
  return drawBars("The base's answers to 32 problems, eight each", Object.fromEntries(counts), {
    unit: "problems",
    xTitle: "right answers of eight",
  });
}

/** The group that lesson 2 works out by hand. */
function advantagesByHand(): SvgNode {
  const group = groupsOf("lesson-3", 2).find(([first]) => first!.problemId === "countdown:3,4,11=4")!;
  const bars = group.map(({ rollout, advantage }) => [`sample ${rollout.sample}`, advantage ?? 0] as const);
  return drawBars("Make 4 of 3, 4 and 11: the advantages of a group", Object.fromEntries(bars), {
    unit: "advantage",
    format: "decimal",
    yFrom: -0.5,
    yTo: 0.75,
  });
}

interface Measured {
  readonly result: { readonly evaluation: { readonly accuracy: number } };
}

function distilled(): SvgNode {
  const folder = join(runs!, "lesson-6");
  const measured = (stage: string): number => {
    const name = readdirSync(folder).find((one) => one.startsWith(`measure-${stage}-s1-`))!;
    return (JSON.parse(readFileSync(join(folder, name, "stage.json"), "utf8")) as Measured).result.evaluation.accuracy;
  };
  const bars = {
    "student, base": measured("base"),
    "student, RL alone": measured("direct"),
    "student, distilled": measured("distilled"),
    teacher: measured("teacher"),
  };
  return drawBars("Two ways to teach a small model", bars, { format: "percent", yTo: 1, unit: "right, held out" });
}

const broken = {
  usual: "lesson-3",
  "format only": "lesson-5-format",
  "rate x 10": "lesson-5-rate",
  "groups of two": "lesson-5-two",
  "temperature 0.3": "lesson-5-cold",
};
const pictures: Readonly<Record<string, SvgNode>> = {
  "1-what-a-base-does": rightPerGroup(),
  "2-one-group-by-hand": advantagesByHand(),
  "3-train-and-look": panels(USUAL, "Right answers, mean length and self-correction over fifteen steps"),
  "4-the-control": panels({ ...USUAL, "control, no retries": "lesson-4" }, "The base with retries and the control"),
  "5-break-it": drawPanel(RIGHT, broken, 720),
  "6-distil-or-rl": distilled(),
};
for (const [name, node] of Object.entries(pictures)) writeFileSync(join(target, `${name}.svg`), svgFile(node, LIGHT));
