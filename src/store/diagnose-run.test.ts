import { describe, expect, onTestFinished, test } from "vitest";
import { CONFIG, EVALUATION, stepMetrics } from "../../test/contracts/run-samples.ts";
import { temporaryFolder } from "../../test/contracts/temporary-folder.ts";
import { recordedRun, type RecordedName } from "../../test/figures/recorded-run.ts";
import { diagnoseRun, runWarnings } from "./diagnose-run.ts";
import { createRunStore } from "./open-run.ts";
import { warningLine } from "./run-warning.ts";
import type { StepMetrics } from "../records/metrics.ts";
import type { StoredEvaluation } from "../records/run-event.ts";

/** What is told of a recorded run as it was after so many steps. */
function toldOf(name: RecordedName, steps?: number): string[] {
  const { metrics, evaluations } = recordedRun(name);
  return diagnoseRun(metrics.slice(0, steps), evaluations, []).map(({ kind, step }) => `${kind} ${step}`);
}

const LENGTHS = { healthy: 30, "healthy-lora": 45, "learning-rate": 24, "cut-short": 16, "format-lost": 40 } as const;

/** Steps of a made-up run: a healthy step with what changes. */
function steps(count: number, changes: (step: number) => Partial<StepMetrics>): StepMetrics[] {
  return Array.from({ length: count }, (_, i) =>
    stepMetrics(i + 1, { accuracy: 0.5, rewardMean: 0.5, entropy: 0.3, ...changes(i + 1) }),
  );
}

const told = (
  metrics: readonly StepMetrics[],
  evaluations: readonly StoredEvaluation[] = [],
): (readonly [string, number])[] => diagnoseRun(metrics, evaluations, []).map(({ kind, step }) => [kind, step]);

test("of a store, each as one line for a terminal", () => {
  const folder = temporaryFolder();
  const store = createRunStore(folder, CONFIG);
  onTestFinished(() => store.close());
  for (let step = 1; step <= 8; step++) store.recordStep(step, stepMetrics(step, { truncatedShare: 0.9 }), []);
  expect(runWarnings(store).map(warningLine)).toContainEqual(
    expect.stringMatching(/^From step \d+: 90 % of the completions are cut at the length limit/),
  );
});

describe("recorded runs", () => {
  test.each(["healthy", "healthy-lora"] as const)("%s: nothing, at no step", (name) => {
    for (let length = 0; length <= LENGTHS[name]; length++) expect(toldOf(name, length)).toEqual([]);
  });

  test("an absurd learning rate: collapsed, cut and without signal, from the third step on", () => {
    expect(toldOf("learning-rate")).toEqual(["collapse 3", "truncated 6", "no-signal 6"]);
    expect(toldOf("learning-rate", 2)).toEqual([]);
    const { metrics, evaluations } = recordedRun("learning-rate");
    expect(diagnoseRun(metrics, evaluations, [])[0]).toEqual({
      kind: "collapse",
      step: 3,
      chart: "accuracy",
      message:
        "Accuracy fell from 20 % to 0.0 %: the policy has collapsed. Use a lower learning rate, and start again or go on from a model before step 3.",
    });
  });

  test("cut too short: told while it is so, and no more when the policy has learnt to be brief", () => {
    expect(toldOf("cut-short", 8)).toEqual(["truncated 3"]);
    expect(toldOf("cut-short")).toEqual([]);
  });

  test("paid for brevity alone: the format goes", () => {
    expect(toldOf("format-lost")).toEqual(["format-lost 16"]);
    expect(toldOf("format-lost", 12)).toEqual([]);
  });
});

describe("made-up runs", () => {
  test("entropy gone: told where the answers aren't right, and never where nothing was trained", () => {
    const vanishing = (accuracy: number, trainedTokens = 9): StepMetrics[] =>
      steps(20, (step) => ({
        accuracy,
        trainedTokens: step > 10 ? trainedTokens : 9,
        entropy: step > 10 ? 0.001 : 0.3,
      }));
    expect(told(vanishing(0.5))).toEqual([["collapse", 15]]);
    expect(told(vanishing(0.95))).toEqual([]);
    expect(told(vanishing(0.5, 0))).toEqual([]);
  });

  test("no signal: told unless the task is learnt", () => {
    const silent = (accuracy: number): StepMetrics[] =>
      steps(12, (step) => ({ accuracy, signalShare: step > 4 ? 0 : 0.5 }));
    expect(told(silent(0.5))).toEqual([["no-signal", 9]]);
    expect(told(silent(0.97))).toEqual([]);
    expect(diagnoseRun(silent(0.02), [], [])[0]?.message).toContain("use easier problems");
  });

  test("a run of a step or two: collapsed by what was measured before and after", () => {
    const look = (name: "before" | "after", accuracy: number, standardError = 0.03): StoredEvaluation => ({
      name,
      step: name === "before" ? 0 : 1,
      result: { ...EVALUATION, accuracy, standardError },
    });
    const one = steps(1, () => ({ accuracy: 0.2 }));
    expect(told(one, [look("before", 0.2), look("after", 0)])).toEqual([["collapse", 1]]);
    expect(told(one, [look("before", 0.2), look("after", 0.12)])).toEqual([]);
    expect(told(one, [look("before", 0.2, 0.1), look("after", 0, 0.1)])).toEqual([]);
    expect(told(one, [look("before", 0.2)])).toEqual([]);
  });

  test("three steps are enough at the beginning, two aren't", () => {
    expect(told(steps(3, () => ({ truncatedShare: 1 })))).toEqual([["truncated", 3]]);
    expect(told(steps(2, () => ({ truncatedShare: 1 })))).toEqual([]);
  });

  test("reward up while accuracy falls; both up is no hacking", () => {
    const hacked = steps(40, (step) => ({
      rewardMean: 0.3 + step / 100,
      accuracy: step < 15 ? 0.4 + step / 100 : 0.55 - (step - 15) / 150,
    }));
    const [kind, step] = told(hacked)[0]!;
    expect([kind, step >= 13 && step <= 23]).toEqual(["reward-hacking", true]);
    expect(told(steps(40, (step) => ({ rewardMean: 0.3 + step / 100, accuracy: 0.3 + step / 100 })))).toEqual([]);
    const byModel = diagnoseRun(
      steps(40, (step) => ({ rewardByPart: { model: 0.3 + step / 100 }, rewardMean: 0.5, accuracy: 0.6 - step / 200 })),
      [],
      [],
    );
    expect(byModel.map(({ chart }) => chart)).toEqual(["rewardByPart"]);
  });

  test("held-out answers worse while the reward in training rises", () => {
    const look = (step: number, accuracy: number): StoredEvaluation => ({
      name: "during",
      step,
      result: { ...EVALUATION, accuracy, standardError: 0.02 },
    });
    const rising = steps(40, (step) => ({ rewardMean: 0.3 + step / 100, accuracy: 0.3 + step / 100 }));
    expect(told(rising, [look(10, 0.5), look(20, 0.6), look(30, 0.45), look(40, 0.44)])).toEqual([
      ["reward-hacking", 30],
    ]);
    // Within three standard errors of the difference, and back again at the end.
    expect(told(rising, [look(10, 0.5), look(20, 0.6), look(30, 0.55)])).toEqual([]);
    expect(told(rising, [look(10, 0.5), look(20, 0.6), look(30, 0.45), look(40, 0.6)])).toEqual([]);
  });

  test("a gap between sampler and trainer, and a gradient that explodes", () => {
    expect(told(steps(12, (step) => ({ samplerGap: step > 6 ? 0.002 : 1e-7 })))).toEqual([["sampler-gap", 7]]);
    // Rounded weights differ by design, as long as they don't drift away.
    const rounded = (kl: number): Partial<StepMetrics> => ({ samplerGap: 0.02, rounded: { precision: "int8", kl } });
    expect(told(steps(12, () => rounded(0.001)))).toEqual([]);
    expect(told(steps(12, (step) => rounded(step > 6 ? 0.3 : 0.001)))).toEqual([["sampler-gap", 7]]);
    expect(told(steps(20, (step) => ({ gradNorm: step > 10 ? 50 : 0.5 })))).toEqual([["gradient", 11]]);
    expect(told(steps(20, (step) => ({ gradNorm: step === 10 ? 8 : 0.5 })))).toEqual([]);
  });

  test("cut completions are told as cut, not as a lost format", () => {
    expect(
      told(steps(20, (step) => ({ formatShare: step > 8 ? 0.1 : 0.9, truncatedShare: step > 8 ? 0.9 : 0.1 }))),
    ).toEqual([["truncated", 11]]);
  });
});

test("a failed run, with what it failed of; an empty run has nothing to tell", () => {
  const state = { state: "failed", time: 1, step: 3, detail: "the disk is full" } as const;
  expect(diagnoseRun([], [], [state])).toEqual([
    { kind: "failed", step: 3, chart: "accuracy", message: "The run failed after step 3: the disk is full" },
  ]);
  expect(diagnoseRun([], [], [state, { ...state, state: "resumed" }])).toEqual([]);
  expect(diagnoseRun([], [], [])).toEqual([]);
});

test("rollouts of unlike machines are told of from the step that had them", () => {
  const by = (...kinds: string[]): Partial<StepMetrics> => ({
    samplers: { jobs: 1, again: 0, bytesOut: 1, bytesIn: 1, samplers: 1, kinds },
  });
  expect(told(steps(4, () => by("a")))).toEqual([]);
  expect(told(steps(4, (step) => (step < 3 ? by("a") : by("a", "b"))))).toEqual([["mixed-samplers", 3]]);
});
