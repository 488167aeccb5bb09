import { availableParallelism } from "node:os";
import { clippedPolicyLoss } from "../../src/losses/index.ts";
import { initialAdapter } from "../../src/model/lora.ts";
import { LORA_TARGETS } from "../../src/model/lora-targets.ts";
import type { BasePrecision } from "../../src/policy/device/base-precision.ts";
import { collectGroups } from "../../src/policy/collect-groups.ts";
import { startLocalPolicy } from "../../src/policy/local/local-policy.ts";
import type { Policy, PolicyModel } from "../../src/policy/policy.ts";
import type { SamplingOptions } from "../../src/policy/sampling/sampling-request.ts";
import { randomKey, splitKey } from "../../src/random.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";
import { median } from "../../src/numbers/metrics.ts";
import type { Measurement } from "./measurement.ts";
import { distance } from "./self-test.ts";
import { repeatedWeights, shapeOf, type ShapeName } from "./shapes.ts";

const LOSS = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.28, klCoefficient: 0 });
const STEP = { learningRate: 1e-6, clipNorm: 1, temperature: 1 };
export const DRAWN: Pick<SamplingOptions, "temperature" | "topK" | "topP" | "greedy"> = {
  temperature: 1,
  topK: 0,
  topP: 1,
  greedy: false,
};

/** What is measured, and whether with tiny sizes. */
export interface Job {
  /** Of the base under an adapter: float16 where the device has it. */
  readonly halves?: boolean;
  readonly recompute?: boolean;
  readonly device: string;
  readonly shape: ShapeName;
  readonly isQuick: boolean;
}

/** Whole updates: gradients, clipping, AdamW. @param sizes such as `8x128`: sequences times positions */
export async function* trainingSpeed(job: Job, rank: number, sizes: readonly string[]): AsyncGenerator<Measurement> {
  for (const size of sizes) {
    const [rows, length] = sizeOf(size, job.isQuick);
    // All in one micro-batch, as PyTorch has it; and in smaller ones where there is more than that.
    const budgets = [...new Set([rows * length, Math.min(rows * length, 2048)])];
    let best: Measurement | undefined;
    for (const tokenBudget of budgets) {
      const found = await updates(job, { rank, size, tokenBudget });
      if (best === undefined || (found["ms"] as number) < (best["ms"] as number)) best = found;
    }
    yield best!;
  }
}

/** One of the updates that `trainingSpeed` compares. */
export async function updates(
  job: Job,
  { rank, size, tokenBudget }: { readonly rank: number; readonly size: string; readonly tokenBudget: number },
): Promise<Measurement> {
  const [rows, length] = sizeOf(size, job.isQuick);
  const { policy, startMs, basePrecision } = await start(job, { rank, tokenBudget, positions: length + 1 });
  try {
    const sequences = Array.from({ length: rows }, (_, row) => sequence(policy, row, length));
    let last = { loss: 0, gradNorm: 0 };
    const timed = await timeRuns(async () => (last = await policy.update(sequences, LOSS, STEP)), job.isQuick);
    const rate = (rows * length * 1000) / timed.ms;
    return {
      name: `${job.device} ${job.shape} train-${rank > 0 ? "lora" : "full"}${job.recompute === true ? "-recompute" : ""} ${size}`,
      ...timed,
      tokensPerSecond: rate,
      tokenBudget,
      basePrecision,
      recompute: job.recompute ?? false,
      startMs,
      loss: last.loss,
      gradNorm: last.gradNorm,
    };
  } finally {
    await policy.stop();
  }
}

/** Prompts of 224 tokens and 64 more for each, prompts read included; once more in groups of 8 by one prompt. */
export async function* writingSpeed(job: Job): AsyncGenerator<Measurement> {
  const [prompt, added] = job.isQuick ? [8, 4] : [224, 64];
  const { policy, startMs } = await start(job, { rank: 0, tokenBudget: 1024, positions: prompt + added });
  try {
    for (const [sequences, group] of [
      [32, 1],
      [256, 1],
      [256, 8],
    ] as const) {
      let round = 0;
      const timed = await timeRuns(
        () => write(policy, { sequences, group, prompt, added, round: round++ }),
        job.isQuick,
      );
      const name = `${job.device} ${job.shape} write ${sequences}${group > 1 ? ` in groups of ${group}` : ""}`;
      yield { name, ...timed, tokensPerSecond: (sequences * added * 1000) / timed.ms, prompt, added, startMs };
    }
  } finally {
    await policy.stop();
  }
}

/** A whole step of GRPO with LoRA 16: 8 prompts, 8 completions of each, one update on them. */
export async function* stepSpeed(job: Job): AsyncGenerator<Measurement> {
  const [prompt, added] = job.isQuick ? [8, 4] : [64, 64];
  const { policy, startMs } = await start(job, { rank: 16, tokenBudget: 8192, positions: prompt + added });
  let round = 0;
  let [writingMs, trainingMs] = [0, 0];
  const step = async (sequences: number): Promise<void> => {
    const began = performance.now();
    const written = await write(policy, { sequences, group: 8, prompt, added, round: round++ });
    const wrote = performance.now();
    await policy.update(written, LOSS, STEP);
    [writingMs, trainingMs] = [wrote - began, performance.now() - wrote];
  };
  try {
    // The CPU has nothing to compile but once, and its steps are long: one is timed.
    if (job.device === "cpu") await step(8);
    const timed = await timeRuns(() => step(64), job.isQuick, job.device === "cpu" ? 1 : undefined);
    yield { name: `${job.device} ${job.shape} step-lora`, ...timed, writingMs, trainingMs, prompt, added, startMs };
  } finally {
    await policy.stop();
  }
}

/** One update of the whole shape on a device and on the CPU: the gradients that AdamW saw, and scores. */
export async function* largeTest(job: Job): AsyncGenerator<Measurement> {
  const [rows, length] = sizeOf("4x64", job.isQuick);
  const results = async (device: string) => {
    const { policy } = await start({ ...job, device }, { rank: 0, tokenBudget: rows * length, positions: length + 1 });
    try {
      const sequences = Array.from({ length: rows }, (_, row) => sequence(policy, row, length));
      const scores = await policy.score("policy", sequences, 1);
      const { gradNorm } = await policy.update(sequences, LOSS, STEP);
      const { moments } = await policy.state();
      const all = Float32Array.from(scores.flatMap((values) => [...values]));
      return { scores: all, gradNorm, firstMoment: moments.firstMoment.slice() };
    } finally {
      await policy.stop();
    }
  };
  const [expected, found] = [await results("cpu"), await results(job.device)];
  const gradients = distance(found.firstMoment, expected.firstMoment);
  const scores = distance(found.scores, expected.scores);
  const norm = Math.abs(found.gradNorm / expected.gradNorm - 1);
  yield {
    name: `${job.device} ${job.shape} like-cpu`,
    worst: Math.max(gradients, scores, norm),
    gradients,
    scores,
    gradNorm: norm,
  };
}

async function start(
  { device, shape, isQuick, halves = false, recompute = false }: Job,
  options: { readonly rank: number; readonly tokenBudget: number; readonly positions: number },
): Promise<{ readonly policy: Policy; readonly startMs: number; readonly basePrecision: BasePrecision }> {
  const config = shapeOf(shape, isQuick);
  const { rank, ...rest } = options;
  const lora = { rank, alpha: 2 * rank, targets: LORA_TARGETS };
  const model: PolicyModel = {
    config,
    parameters: repeatedWeights(config),
    ...(rank === 0 ? {} : { adapter: initialAdapter(config, lora, "random", randomKey(5)) }),
  };
  // A device has one worker, whatever the model's size: one thread of a process may use WebGPU.
  const workers = device === "cpu" ? availableParallelism() : 1;
  const startIn = async (basePrecision: BasePrecision) => {
    const began = performance.now();
    const policy = await startLocalPolicy(model, { device, workers, recompute, basePrecision, ...rest });
    return { policy, startMs: performance.now() - began, basePrecision };
  };
  if (!halves) return startIn("float32");
  try {
    return await startIn("float16");
  } catch (error) {
    if (!(error as Error).message.includes("to hold numbers of 16 bits")) throw error;
    return startIn("float32");
  }
}

/** One row to train on: so many positions are read, and as many tokens scored. */
function sequence({ config: { vocabSize } }: Policy, row: number, length: number): TrainingSequence {
  return {
    promptTokens: [(3 + row) % vocabSize],
    tokens: Array.from({ length }, (_, t) => (row * 7919 + t * 31 + 5) % vocabSize),
    weight: 1 / length,
    advantage: row % 2 === 0 ? 1 : -1,
    oldLogprobs: Array.from({ length }, () => -Math.log(vocabSize)),
  };
}

interface Writing {
  readonly sequences: number;
  /** Completions of one prompt. */
  readonly group: number;
  readonly prompt: number;
  readonly added: number;
  readonly round: number;
}

/** Writes, and gives what was written as sequences to train on. */
async function write(policy: Policy, { sequences, group, prompt, added, round }: Writing): Promise<TrainingSequence[]> {
  const requests = Array.from({ length: sequences / group }, (_, i) => ({
    prompt: Array.from({ length: prompt }, (_token, t) => (i * 53 + t * 11 + 100) % policy.config.vocabSize),
    keys: Array.from({ length: group }, (_sample, j) => splitKey(randomKey(6), round, i, j)),
  }));
  const groups = await collectGroups(
    policy.sample(requests, { ...DRAWN, maxNewTokens: added, slots: sequences, frozen: true }),
  );
  return groups.flatMap((completions, i) =>
    completions.map(({ tokens, logprobs }, j) => {
      if (tokens.length !== added) throw new Error(`Expected ${added} tokens to be written, got ${tokens.length}.`);
      const advantage = j % 2 === 0 ? 1 : -1;
      return { promptTokens: requests[i]!.prompt, tokens, weight: 1 / added, advantage, oldLogprobs: logprobs };
    }),
  );
}

/** The median of some runs after two that aren't counted; the first takes in what is compiled for it. */
export async function timeRuns(
  run: () => Promise<unknown>,
  isQuick: boolean,
  runs: number = isQuick ? 1 : 10,
): Promise<{ readonly ms: number; readonly firstMs: number; readonly runs: number }> {
  const once = async (): Promise<number> => {
    const began = performance.now();
    await run();
    return performance.now() - began;
  };
  const firstMs = runs === 1 ? 0 : await once();
  if (runs > 1) await once();
  const times: number[] = [];
  const until = performance.now() + 5000;
  while (times.length < runs && (times.length < 3 || performance.now() < until)) times.push(await once());
  return { ms: median(times), firstMs, runs: times.length };
}

function sizeOf(size: string, isQuick: boolean): readonly [number, number] {
  const [rows, length] = size.split("x").map(Number) as [number, number];
  return isQuick ? [2, 8] : [rows, length];
}
