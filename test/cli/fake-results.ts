import type { DataReport } from "../../src/data/data-report.ts";
import type { Compositions, TrainingSummary } from "../../src/cli/compositions.ts";
import type { TrainingEvent } from "../../src/training/training-event.ts";
import type { EvaluationResult, StepMetrics } from "../../src/records/metrics.ts";

export const BEFORE: EvaluationResult = {
  accuracy: 0.241,
  standardError: 0.021,
  greedyAccuracy: 0.502,
  meanLength: 33.2,
  selfCorrectionShare: 0.34,
  truncatedShare: 0.002,
  formatShare: 0.7,
  languageMixing: null,
  problems: 403,
  samples: 4,
  judged: 1612,
  unverifiable: { count: 0, reasons: [] },
};

export const AFTER: EvaluationResult = {
  ...BEFORE,
  accuracy: 0.821,
  standardError: 0.019,
  greedyAccuracy: 0.64,
  meanLength: 97.4,
  selfCorrectionShare: 0.77,
  truncatedShare: 0.09,
};

/** An evaluation as `aha eval` gets it. */
export const EVALUATED = { ...AFTER, emergence: stepMetrics(1, 0, 0).emergence };

export const SUMMARY: TrainingSummary = {
  run: "runs/first",
  steps: 86,
  seconds: 220,
  before: BEFORE,
  after: AFTER,
  interrupted: false,
  stopped: null,
  server: null,
  newest: null,
  warnings: [],
  peakMegabytes: 976,
  plannedMegabytes: 1010,
  example: {
    question: "Make 10 from 3, 4 and 2.",
    beforeText: "<think> 3 + 4 = 7 </think> <answer> 3 + 4 </answer>",
    beforeAnswer: "3 + 4",
    afterText: "<think> 3 + 4 = 7 no , 3 * 2 = 6 , 6 + 4 = 10 yes </think> <answer> 3 * 2 + 4 </answer>",
    afterAnswer: "3 * 2 + 4",
  },
};

/** The metrics of a step; only what the progress shows varies. */
export function stepMetrics(step: number, accuracy: number, meanLength: number, seconds = 2): StepMetrics {
  return {
    loss: 0,
    gradNorm: 1,
    clipFraction: 0,
    kl: 0,
    entropy: 1,
    samplerGap: 0,
    samplerGapMax: 0,
    learningRate: 2e-4,
    updates: 1,
    trainedTokens: 1000,
    step,
    accuracy,
    accuracyError: 0.02,
    rewardMean: accuracy,
    rewardByPart: { accuracy },
    formatShare: 1,
    truncatedShare: 0.01,
    signalShare: 0.8,
    unverifiable: { count: 0, reasons: [] },
    rollouts: 256,
    completionTokens: 256 * meanLength,
    emergence: {
      meanLength,
      rightLength: null,
      wrongLength: null,
      truncatedLength: null,
      selfCorrectionShare: 0.5,
      selfCorrectionRight: null,
      paperReflectionRate: 0,
      taskReflectionRate: 0,
      meanAttempts: null,
      lengthByDifficulty: [],
      effortCorrelation: null,
    },
    rolloutSeconds: 1,
    rewardSeconds: 0,
    updateSeconds: 1,
    seconds,
    tokensPerSecond: 38_400,
  };
}

/** A step of ten that take two seconds each. */
export function stepEvent(step: number, accuracy: number, meanLength: number): TrainingEvent {
  const metrics = stepMetrics(step, accuracy, meanLength);
  return { kind: "step", metrics, steps: 10, secondsLeft: (10 - step) * metrics.seconds };
}

/** What `aha data` found, hostile text among it. */
export const DATA_REPORT: DataReport = {
  data: "qa.jsonl",
  formats: ["JSONL"],
  files: 2,
  reading: {
    shape: "GSM8K",
    question: '"question"',
    gold: 'the text after the last #### of "answer"',
    kind: "number",
    answerIn: "hashes",
    splitColumn: "split",
  },
  counts: {
    rows: 12,
    questions: 7,
    damaged: [{ reason: "no JSON", count: 1, first: 'Expected line 3 of "qa.jsonl" to be JSON.' }],
    leftOut: [{ reason: "a proof", count: 1, first: 'row 4 of "qa.jsonl"' }],
    duplicates: 1,
    contradictions: 2,
    overlaps: 0,
    goldsChecked: 9,
  },
  splits: { train: 5, validation: 0, heldOut: 2, rule: "the data's own" },
  lengths: { question: { median: 12, p95: 300, longest: 512 }, gold: { median: 1, p95: 2, longest: 3 } },
  questionTokens: { median: 4, p95: 100, longest: 170 },
  rows: [{ question: `Two\n\u001b[2Jlines ${"x".repeat(200)}`, gold: "7", kind: "number" }],
  warnings: ["2 questions are kept for measuring."],
  digest: "0".repeat(64),
};

/** Compositions that refuse everything but what a test gives. */
export function fakeCompositions(given: Partial<Compositions>): Compositions {
  const refuse = (name: string) => (): Promise<never> => Promise.reject(new Error(`the test gave no ${name}`));
  return {
    zero: refuse("zero"),
    config: refuse("config"),
    resume: refuse("resume"),
    sft: refuse("sft"),
    rewardModel: refuse("rewardModel"),
    distil: refuse("distil"),
    r1: refuse("r1"),
    planR1: refuse("planR1"),
    reproduce: refuse("reproduce"),
    planReproduction: refuse("planReproduction"),
    pretrain: refuse("pretrain"),
    evaluate: refuse("evaluate"),
    templates: refuse("templates"),
    testTime: refuse("testTime"),
    sample: refuse("sample"),
    preview: refuse("preview"),
    data: refuse("data"),
    init: refuse("init"),
    verifier: refuse("verifier"),
    codeRunner: refuse("codeRunner"),
    checkTasks: refuse("checkTasks"),
    showTask: refuse("showTask"),
    importTasks: refuse("importTasks"),
    chat: refuse("chat"),
    serve: refuse("serve"),
    serveRewards: refuse("serveRewards"),
    export: refuse("export"),
    exportRun: refuse("exportRun"),
    exportRecipe: refuse("exportRecipe"),
    importRun: refuse("importRun"),
    bench: refuse("bench"),
    report: refuse("report"),
    record: refuse("record"),
    runs: refuse("runs"),
    compare: refuse("compare"),
    show: refuse("show"),
    queue: refuse("queue"),
    serveQueue: refuse("serveQueue"),
    evaluator: refuse("evaluator"),
    sampler: refuse("sampler"),
    rejudge: refuse("rejudge"),
    engine: refuse("engine"),
    devices: refuse("devices"),
    dashboard: refuse("dashboard"),
    dashboardBeside: refuse("dashboardBeside"),
    play: refuse("play"),
    lessons: refuse("lessons"),
    runProgram: refuse("runProgram"),
    ...given,
  };
}
