/**
 * Makes a synthetic run as large as one wants, to try what reads runs:
 *
 *   npx tsx scripts/make-huge-run.ts FOLDER [--steps 2000] [--rollouts 500000] [--seed 1]
 *
 * The completions are those of the corpus that the base was made from, the figures follow the curves of a real run. The
 * same seed gives the same run.
 */
import { sumOf } from "../src/numbers/sum.ts";
import { corpusOf } from "../src/pretraining/corpora.ts";
import { copyFileSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { OptionError, integerOption } from "../src/errors.ts";
import { readJsonFile } from "../src/host/json-file.ts";
import { loadTokenizer } from "../src/tokenizer/tokenizer.ts";
import { randomKey, RandomStream, splitKey } from "../src/random.ts";
import {
  createRunStore,
  type EvaluationResult,
  type RunStore,
  type StepMetrics,
  type StoredRollout,
} from "../src/store/index.ts";
import { findTask } from "../src/tasks/index.ts";

const BASE = join(dirname(fileURLToPath(import.meta.url)), "..", "models", "countdown-base");
const GROUP_SIZE = 10;
const DOCUMENTS = 5000;
const EVALUATIONS = 20;
const END = 2;

/** A completion that rollouts are made of. */
interface Document {
  readonly problemId: string;
  readonly prompt: string;
  readonly promptTokens: readonly number[];
  readonly difficulty: number;
  readonly text: string;
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
}

async function documents(random: RandomStream): Promise<readonly Document[]> {
  const corpus = corpusOf(findTask("countdown"));
  const tokenizer = loadTokenizer(await readJsonFile(join(BASE, "tokenizer.json"), 2 ** 25));
  return Array.from({ length: DOCUMENTS }, () => {
    const { problem, completion } = corpus!.document("default", random);
    const prompt = `<bos> ${problem.compactQuestion} :`;
    const tokens = [...tokenizer.encode(completion), END];
    return {
      problemId: problem.id,
      prompt,
      promptTokens: tokenizer.encode(prompt),
      difficulty: problem.difficulty,
      text: completion,
      tokens,
      logprobs: tokens.map(() => -(random.next() ** 4) * 2),
    };
  });
}

/** How far a run has learnt, from 0 to 1. */
function progress(step: number, steps: number): number {
  return 1 - Math.exp((-4 * step) / steps);
}

interface StepPlan {
  readonly step: number;
  /** Rollouts of the step. */
  readonly count: number;
  readonly accuracy: number;
}

/** Groups of one problem each; at the end of a step the last one may be smaller. */
function rolloutsOf(
  { step, count, accuracy }: StepPlan,
  pool: readonly Document[],
  random: RandomStream,
): StoredRollout[] {
  const rollouts: StoredRollout[] = [];
  for (let problemIndex = 0; rollouts.length < count; problemIndex++) {
    const asked = random.pick(pool);
    const size = Math.min(GROUP_SIZE, count - rollouts.length);
    const right = Array.from({ length: size }, () => random.next() < accuracy);
    const mean = right.filter(Boolean).length / size;
    for (const [sample, isRight] of right.entries()) {
      const { text, tokens, logprobs } = random.pick(pool);
      const total = isRight ? 1 : 0;
      rollouts.push({
        step,
        problemIndex,
        problemId: asked.problemId,
        prompt: asked.prompt,
        difficulty: asked.difficulty,
        rollout: {
          promptTokens: asked.promptTokens,
          tokens,
          logprobs,
          text,
          stop: random.next() < 0.02 ? "length" : "end",
          version: step - 1,
          sample,
        },
        reward: {
          total,
          breakdown: { accuracy: total, format: 1 },
          verdict: isRight ? { kind: "right" } : { kind: "wrong", reason: "makes 42, not 24" },
        },
        advantage: mean === 0 || mean === 1 ? null : total - mean,
      });
    }
  }
  return rollouts;
}

function metricsOf(
  step: number,
  accuracy: number,
  rollouts: readonly StoredRollout[],
  random: RandomStream,
): StepMetrics {
  const near = (value: number, share = 0.05): number => value * (1 + share * (2 * random.next() - 1));
  const tokens = sumOf(rollouts, ({ rollout }) => rollout.tokens.length);
  const right = rollouts.filter(({ reward }) => reward.verdict.kind === "right").length / rollouts.length;
  const length = near(30 + 70 * accuracy);
  return {
    step,
    loss: near(1e-3, 1),
    gradNorm: near(0.2, 0.4),
    clipFraction: near(0.01, 0.5),
    kl: 0,
    entropy: near(0.35 - 0.2 * accuracy),
    samplerGap: near(1.5e-7),
    samplerGapMax: near(3e-6),
    learningRate: 5e-4,
    updates: 1,
    trainedTokens: tokens,
    accuracy: right,
    accuracyError: Math.sqrt((right * (1 - right)) / rollouts.length),
    rewardMean: right,
    rewardByPart: { accuracy: right, format: near(0.95) },
    formatShare: near(0.95),
    truncatedShare: near(0.02),
    signalShare: near(0.7),
    unverifiable: { count: 0, reasons: [] },
    rollouts: rollouts.length,
    completionTokens: tokens,
    emergence: {
      meanLength: length,
      rightLength: near(length),
      wrongLength: near(length),
      truncatedLength: 256,
      selfCorrectionShare: near(0.3 + 0.4 * accuracy),
      selfCorrectionError: 0.03,
      selfCorrectionRight: near(accuracy),
      selfCorrectionRightError: 0.04,
      paperReflectionRate: near(6),
      taskReflectionRate: near(8 + 40 * accuracy),
      meanAttempts: near(1 + 3 * accuracy),
      lengthByDifficulty: [0.7, 0.85, 1, 1.15, 1.3].map((factor) => near(length * factor)),
      effortCorrelation: near(0.2),
    },
    rolloutSeconds: near(0.47),
    rewardSeconds: near(0.003),
    updateSeconds: near(0.5),
    seconds: near(0.98),
    tokensPerSecond: near(7500),
  };
}

function evaluationOf(accuracy: number, random: RandomStream): EvaluationResult {
  const measured = accuracy + 0.02 * (random.next() - 0.5);
  return {
    accuracy: measured,
    standardError: 0.018,
    greedyAccuracy: measured + 0.05,
    meanLength: 30 + 70 * accuracy,
    selfCorrectionShare: 0.3 + 0.4 * accuracy,
    truncatedShare: 0.02,
    formatShare: 0.95,
    languageMixing: null,
    problems: 444,
    samples: 4,
    judged: 1776,
    unverifiable: { count: 0, reasons: [] },
  };
}

interface RunPlan {
  readonly steps: number;
  readonly rollouts: number;
  readonly seed: number;
}

/** Records every step. */
function record(store: RunStore, { steps, rollouts, seed }: RunPlan, pool: readonly Document[]): void {
  const every = Math.max(1, Math.floor(steps / EVALUATIONS));
  const random = (name: string, step: number): RandomStream => new RandomStream(splitKey(randomKey(seed), name, step));
  store.recordState("started", "countdown-base");
  store.recordEvaluation("before", 0, evaluationOf(0.24, random("evaluation", 0)));
  for (let step = 1; step <= steps; step++) {
    const accuracy = 0.24 + 0.6 * progress(step, steps);
    const count = Math.floor((rollouts * step) / steps) - Math.floor((rollouts * (step - 1)) / steps);
    const made = rolloutsOf({ step, count, accuracy }, pool, random("rollouts", step));
    store.recordStep(step, metricsOf(step, accuracy, made, random("metrics", step)), made);
    if (step % every === 0)
      store.recordEvaluation(
        step === steps ? "after" : "during",
        step,
        evaluationOf(accuracy, random("evaluation", step)),
      );
    if (step % 100 === 0) console.error(`${step} of ${steps} steps`);
  }
  store.recordState("finished");
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    steps: { type: "string", default: "2000" },
    rollouts: { type: "string", default: "500000" },
    seed: { type: "string", default: "1" },
  },
});
const folder = positionals[0];
if (folder === undefined) throw new OptionError("Expected the folder of the run to make.");
const steps = integerOption("steps", Number(values.steps), 1);
const rollouts = integerOption("rollouts", Number(values.rollouts), steps);
const seed = integerOption("seed", Number(values.seed), 0);

const pool = await documents(new RandomStream(splitKey(randomKey(seed), "documents")));
const store = createRunStore(folder, {
  kind: "zero",
  task: "countdown",
  steps,
  seed,
  groupSize: GROUP_SIZE,
  problemsPerStep: Math.ceil(rollouts / steps / GROUP_SIZE),
});
try {
  record(store, { steps, rollouts, seed }, pool);
} finally {
  store.close();
}
mkdirSync(join(folder, "final"), { recursive: true });
for (const name of ["tokenizer.json", "tokenizer_config.json"])
  copyFileSync(join(BASE, name), join(folder, "final", name));
