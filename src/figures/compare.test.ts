import { describe, expect, test } from "vitest";
import { EVALUATION, stepMetrics } from "../../test/contracts/run-samples.ts";
import { withinRange } from "../draw/series.ts";
import { differenceText, heldOutRows, heldOutSeries, type ScoredEvaluation } from "./compare-held-out.ts";
import { CHARTS } from "./chart-list.ts";
import { compareSeries, type ComparedRun } from "./compare-series.ts";

const accuracy = CHARTS.find(({ id }) => id === "accuracy")!;

function evaluation(
  name: string,
  step: number,
  value: number,
  firstScores?: ScoredEvaluation["firstScores"],
): ScoredEvaluation {
  const result = { ...EVALUATION, accuracy: value, standardError: 0.02, problems: 444 };
  return { name, step, result, ...(firstScores === undefined ? {} : { firstScores }) };
}

const asked = (questions: string, scores: readonly (number | null)[]) => ({ questions, scores });

function run(id: string, experiment: string, seed: number, evaluations: readonly ScoredEvaluation[]): ComparedRun {
  const accuracies = [0.2, 0.4, 0.3, 0.4].slice(0, evaluations.length === 0 ? 4 : 2);
  const metrics = accuracies.map((value, i) =>
    stepMetrics(i + 1, { accuracy: value, completionTokens: 1000, seconds: 30 }),
  );
  return { id, experiment, seed, figures: { metrics, fit: [], evaluations } };
}

describe("held-out accuracy side by side", () => {
  test("one run has its interval over problems, and is paired by them with another", () => {
    const rows = heldOutRows([
      run("a", "x", 1, [evaluation("before", 0, 0.2), evaluation("after", 2, 0.5, asked("q", [0, 1, 0, 1, null]))]),
      run("b", "y", 1, [evaluation("before", 0, 0.2), evaluation("after", 2, 0.7, asked("q", [1, 1, 0, 1, 1]))]),
    ]);
    expect(rows[0]).toMatchObject({ before: 0.2, step: 2, difference: null });
    // t(0.975, 443) = 1.96533
    expect(rows[0]!.now.high).toBeCloseTo(0.5 + 1.96533 * 0.02, 5);
    // Differences 1 0 0 0: mean 1/4, deviation 1/2, error 1/4, t(0.975, 3) = 3.18245.
    expect(rows[1]!.difference).toMatchObject({ how: "paired over the first sample of 4 problems" });
    expect(rows[1]!.difference!.value).toBe(0.25);
    expect(rows[1]!.difference!.low).toBeCloseTo(0.25 - 3.18245 / 4, 5);
  });

  test("other problems aren't paired: the errors add up", () => {
    const [, second] = heldOutRows([
      run("a", "x", 1, [evaluation("after", 2, 0.5, asked("one", [0, 1]))]),
      run("b", "y", 2, [evaluation("after", 2, 0.7, asked("another", [1, 1]))]),
    ]);
    expect(second!.difference!.how).toMatch(/^not paired/);
    expect(second!.difference!.value).toBeCloseTo(0.2, 12);
    expect(second!.difference!.high).toBeCloseTo(0.2 + 1.96533 * Math.hypot(0.02, 0.02), 5);
  });

  test("seeds are one row with the interval between them, paired by seed", () => {
    const after = (value: number) => [evaluation("after", 2, value)];
    const rows = heldOutRows([
      run("a", "x", 1, after(0.5)),
      run("b", "x", 2, after(0.6)),
      run("c", "y", 2, after(0.7)),
      run("d", "y", 1, after(0.62)),
    ]);
    expect(rows.map(({ experiment }) => experiment.name)).toEqual(["a and 1 more seed", "c and 1 more seed"]);
    expect(rows[0]!.now.value).toBeCloseTo(0.55, 12);
    // Deviation 0.0707, error 0.05, t(0.975, 1) = 12.7062.
    expect(rows[0]!.now.high).toBeCloseTo(0.55 + 12.7062 * 0.05, 4);
    expect(rows[1]!.difference!.how).toBe("paired by 2 seeds");
    expect(rows[1]!.difference!.value).toBeCloseTo(0.11, 12);
    expect(heldOutSeries([run("a", "x", 1, [])], "step")).toEqual([]);
    expect(heldOutRows([run("a", "x", 1, [evaluation("before", 0, 0.2)])])).toEqual([]);
  });

  test("in points, with its interval", () => {
    expect(differenceText({ value: 0.032, low: -0.0041, high: 0.068 })).toBe("+3.2 points [−0.4, +6.8]");
  });
});

test("over tokens and over time", () => {
  const runs = [run("a", "x", 1, [evaluation("before", 0, 0.2), evaluation("after", 2, 0.5)])];
  expect(compareSeries(accuracy, runs, "tokens")[0]!.x).toEqual([1000, 2000]);
  expect(compareSeries(accuracy, runs, "minutes")[0]!.x).toEqual([0.5, 1]);
  expect(heldOutSeries(runs, "minutes")[0]).toMatchObject({ x: [0, 1], y: [0.2, 0.5], style: "points" });
});

test("colours go by the order of the runs that are given, not of their arrival", () => {
  const [a, b] = [run("a", "x", 1, []), run("b", "y", 1, [])];
  expect(compareSeries(accuracy, [a, b]).map(({ name, colour }) => [name, colour])).toEqual([
    ["a", "chart-1"],
    ["b", "chart-2"],
  ]);
});

test("a range of a chart keeps what lies in it, its ends included", () => {
  const [series] = compareSeries(accuracy, [run("a", "x", 1, [])]);
  expect(withinRange([series!], [2, 3])[0]).toMatchObject({ x: [2, 3], y: [0.4, 0.3] });
  expect(withinRange([series!], [8, 9])[0]).toMatchObject({ x: [], y: [] });
});
