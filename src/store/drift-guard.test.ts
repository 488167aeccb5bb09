import { expect, test } from "vitest";
import type { StepMetrics } from "../records/metrics.ts";
import { stepMetrics } from "../../test/contracts/run-samples.ts";
import { diagnoseRun } from "./diagnose-run.ts";
import { tooOldSince } from "./drift-guard.ts";

function stepsOf(kls: readonly number[], clipFraction: number = 0): StepMetrics[] {
  const ahead = { lag: 1, largestLag: 2, open: 32, dropped: 0, droppedInAll: 0, late: 0, busy: 1 };
  return kls.map((kl, i) => ({ ...stepMetrics(i + 1, { accuracy: 0.5, clipFraction }), ahead: { ...ahead, kl } }));
}
const kindsOf = (steps: readonly StepMetrics[]): string[] => diagnoseRun(steps, [], []).map(({ kind }) => kind);

test("rollouts are too old where three steps of the last five are above the limit", () => {
  expect(tooOldSince(stepsOf([0.06, 0.01, 0.06, 0.01, 0.06]))).toBe(1);
  expect(tooOldSince(stepsOf([0.06, 0.01, 0.01, 0.06, 0.01, 0.06]))).toBeNull();
  expect(tooOldSince(stepsOf([0.9, 0.9]))).toBeNull();
  expect(tooOldSince(stepsOf([0.05, 0.05, 0.05]))).toBeNull();
  expect(tooOldSince([stepMetrics(1), stepMetrics(2), stepMetrics(3)])).toBeNull();
});

test("they are warned of before, and the words name options", () => {
  expect(kindsOf(stepsOf([0.01, 0.01, 0.01, 0.01, 0.01]))).toEqual([]);
  expect(kindsOf(stepsOf([0.04, 0.04, 0.04, 0.04, 0.04]))).toEqual(["stale"]);
  const [ended] = diagnoseRun(stepsOf([0.04, 0.04, 0.06, 0.07, 0.08]), [], []);
  expect(ended).toMatchObject({ kind: "stale", step: 3, chart: "aheadKl" });
  expect(ended!.message).toMatch(/^The rollouts are too old: .*Lower `open` \(or `lag`\) or `learningRate`/);
});

test("clipped tokens of a policy near its rollouts are called slow; of a synchronous run nothing is said", () => {
  expect(kindsOf(stepsOf([0.01, 0.01, 0.01, 0.01, 0.01], 0.03))).toEqual(["held-back"]);
  const synchronous = stepsOf([0.01, 0.01, 0.01, 0.01, 0.01], 0.03).map(({ ahead: _ahead, ...step }) => step);
  expect(kindsOf(synchronous)).toEqual([]);
});
