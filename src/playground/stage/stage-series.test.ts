import { expect, test } from "vitest";
import type { StepMetrics } from "../../records/metrics.ts";
import type { SeenEvaluation } from "../messages.ts";
import { stageSeries } from "./stage-series.ts";

const NAMES = { rollouts: "rollouts", heldOut: "held out" };
const metrics = [1, 2, 3].map(
  (step) =>
    ({ step, accuracy: step / 10, emergence: { meanLength: 20 * step, wrongLength: 7 } }) as unknown as StepMetrics,
);
const evaluations = [
  {
    step: 0,
    accuracy: 0.2,
    standardError: 0.03,
    meanLength: 26,
    problems: 64,
    majorityAccuracy: 0.3,
  } as SeenEvaluation,
];

test("a figure has the rollouts and what is held out, in the reader's words, and no more", () => {
  const { series } = stageSeries("accuracy", metrics, evaluations, NAMES);
  expect(series.slice(1).map(({ name, x, y }) => [name, x, y])).toEqual([
    ["rollouts", [1, 2, 3], [0.1, 0.2, 0.3]],
    ["held out", [0], [0.2]],
  ]);
  expect(stageSeries("length", metrics, evaluations, NAMES).series.slice(1)).toMatchObject([
    { name: "rollouts", y: [20, 40, 60] },
    { name: "held out", y: [26] },
  ]);
});

test("it has room for the first twenty steps, and grows with the run", () => {
  expect(stageSeries("accuracy", [], [], NAMES).series).toMatchObject([{ x: [0, 20], y: [null, null] }]);
  const long = [{ ...metrics[0]!, step: 44 }];
  expect(stageSeries("accuracy", long, [], NAMES).series[0]!.x).toEqual([0, 44]);
});
