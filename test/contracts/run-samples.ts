import type { EvaluationResult, StepMetrics } from "../../src/records/metrics.ts";
import type { StoredRollout } from "../../src/records/rollout.ts";
import type { RunConfig } from "../../src/records/run-event.ts";
import type { Verdict } from "../../src/records/verdict.ts";

export const CONFIG: RunConfig = {
  kind: "zero",
  task: "countdown",
  seed: 1,
  groupSize: 2,
  optimizer: { learningRate: 0.001 },
};

/** Metrics of a step; its number stands in some of the fields. */
export function stepMetrics(step: number, changes: Partial<StepMetrics> = {}): StepMetrics {
  return {
    step,
    accuracy: step / 100,
    accuracyError: 0.02,
    rewardMean: 0.5,
    rewardByPart: { accuracy: 0.5 },
    formatShare: 1,
    truncatedShare: 0,
    signalShare: 0.75,
    unverifiable: { count: 0, reasons: [] },
    rollouts: 4,
    completionTokens: 12,
    emergence: {
      meanLength: 30 + step,
      rightLength: null,
      wrongLength: 3,
      truncatedLength: null,
      selfCorrectionShare: 0,
      selfCorrectionRight: null,
      paperReflectionRate: 0,
      taskReflectionRate: 0,
      meanAttempts: 1,
      lengthByDifficulty: [null, 3, null, null, null],
      effortCorrelation: null,
    },
    loss: -0.25,
    gradNorm: 1.5,
    clipFraction: 0,
    kl: 0,
    entropy: 0.7,
    samplerGap: 1e-7,
    samplerGapMax: 1e-6,
    learningRate: 0.001,
    updates: step,
    trainedTokens: 9,
    rolloutSeconds: 1,
    rewardSeconds: 0.1,
    updateSeconds: 1,
    seconds: 2.1,
    tokensPerSecond: 5.7,
    ...changes,
  };
}

const VERDICTS: readonly Verdict[] = [
  { kind: "right" },
  { kind: "wrong", reason: "13" },
  { kind: "unverifiable", reason: "timed out" },
  { kind: "wrong", reason: "13" },
];

/** Two problems of two samples each; the samples are right, wrong, unverifiable, wrong. */
export function stepRollouts(step: number): StoredRollout[] {
  return [0, 1, 2, 3].map((index): StoredRollout => {
    const verdict = VERDICTS[index]!;
    const total = verdict.kind === "unverifiable" ? null : Number(verdict.kind === "right");
    return {
      step,
      problemId: index < 2 ? "2 7 9 make 25" : "1 2 3 make 9",
      prompt: "<bos> 2 7 9 make 25 :",
      difficulty: 0.25,
      rollout: {
        promptTokens: [1, 60_000],
        tokens: [5, step, 2],
        logprobs: [-0.5, -0.25, Math.fround(-0.1)],
        text: `wait\u0000 "é" ${step}`,
        stop: index === 3 ? "length" : "end",
        version: step - 1,
        sample: index % 2,
      },
      reward: {
        total,
        breakdown: total === null ? {} : { accuracy: total },
        verdict,
      },
      advantage: [0.5, -0.5, null, null][index]!,
    };
  });
}

export const EVALUATION: EvaluationResult = {
  accuracy: 0.24,
  standardError: 0.02,
  greedyAccuracy: 0.3,
  meanLength: 33,
  selfCorrectionShare: 0.34,
  truncatedShare: 0.1,
  formatShare: 0.7,
  languageMixing: null,
  problems: 10,
  samples: 4,
  judged: 40,
  unverifiable: { count: 0, reasons: [] },
};
