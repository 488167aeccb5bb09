import { engineEnvironment } from "../engine/index.ts";
import type { FlatValues } from "../options/index.ts";
import type { BENCH } from "./bench-options.ts";
import { median } from "../numbers/metrics.ts";
import { sum, sumOf } from "../numbers/sum.ts";
import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import type { Checkpoint } from "../formats/checkpoint.ts";
import type { ModelConfig } from "../model/model-config.ts";
import { parameterCount } from "../model/parameters.ts";
import { startWorker, workerModule } from "../host/worker-host.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Problem } from "../records/problem.ts";
import { startLocalPolicy } from "../policy/local/local-policy.ts";
import { clippedPolicyLoss } from "../losses/index.ts";
import type { BenchCalls, BenchInit } from "./bench-worker.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

export interface BenchResult {
  /** Matrix products of 1024 x 1024 with weights as inputs, summed over workers. */
  readonly gemmGflops: number;
  /** Forward and backward of the 4-layer, d 256 model on 64 x 128 tokens, summed over workers. */
  readonly trainGflops: number;
  readonly trainEfficiency: number;
  /** Completion tokens of the base through a whole policy update. */
  readonly trainTokensPerSecond: number;
  /** Sampled tokens of the base at 256 sequences at once; padding and prompts don't count. */
  readonly rolloutTokensPerSecond: number;
}

/** The model that training speed is stated for. */
const BENCH_CONFIG: ModelConfig = {
  vocabSize: 512,
  hiddenSize: 256,
  layers: 4,
  heads: 4,
  kvHeads: 1,
  headDim: 64,
  ffSize: 704,
  activation: "silu",
  ropeTheta: 10000,
  rmsNormEpsilon: 1e-6,
  maxPositions: 256,
  tiedEmbeddings: true,
  attentionBias: false,
  outputBias: false,
  qkNorm: false,
  bosTokenId: 1,
  eosTokenIds: [2],
  padTokenId: 0,
};
const SEQUENCES = 64;
const LENGTH = 128;

/**
 * Floating-point operations of the matrix products of one forward and backward pass: 6 for each weight and token, and
 * the attention's.
 */
export function trainingFlops(config: ModelConfig, sequences: number, length: number): number {
  const weights = parameterCount(config);
  const attention = 12 * config.layers * config.heads * config.headDim * length;
  return sequences * length * (6 * weights + attention);
}

export interface BenchOptions extends Pick<FlatValues<typeof BENCH>, "workers"> {
  readonly base: Checkpoint;
  readonly template: PromptTemplate;
  /** What the base is asked. */
  readonly problems: readonly Problem[];
  /** Of each measurement of the engine alone; 2 where absent. */
  readonly seconds?: number;
}

/** Measures what this machine reaches: all workers at once, one thread each, as training uses them. */
export async function bench({ seconds = 2, ...base }: BenchOptions): Promise<BenchResult> {
  const { workers } = base;
  const handles = await Promise.all(
    Array.from({ length: workers }, () =>
      startWorker<BenchInit, BenchCalls>({
        name: "the speed measurement",
        module: workerModule("./bench-worker", import.meta.url),
        init: { seconds },
        thread: { environment: engineEnvironment() },
      }),
    ),
  );
  const rates = await Promise.all(handles.map((handle) => handle.calls.matmul(1024)));
  const times = await Promise.all(
    handles.map((handle) => handle.calls.training(BENCH_CONFIG, SEQUENCES / workers, LENGTH)),
  );
  await Promise.all(handles.map((handle) => handle.stop()));
  const gemmGflops = sum(rates);
  const trainGflops = sumOf(times, (time) => trainingFlops(BENCH_CONFIG, SEQUENCES / workers, LENGTH) / time / 1e9);
  return {
    gemmGflops,
    trainGflops,
    trainEfficiency: trainGflops / gemmGflops,
    ...(await benchBase(base)),
  };
}

async function benchBase({
  base,
  template,
  problems,
  workers,
}: BenchOptions): Promise<Pick<BenchResult, "trainTokensPerSecond" | "rolloutTokensPerSecond">> {
  const loss = clippedPolicyLoss({ clipEpsilonLow: 0.2, clipEpsilonHigh: 0.2, klCoefficient: 0 });
  const policy = await startLocalPolicy(base, { workers });
  try {
    const rollout = await medianRate(async (round) => {
      const groups = await sampleProblems(policy, base.tokenizer, problems.slice(0, 256), {
        template,
        groupSize: 16,
        temperature: 1,
        ...WHOLE_DISTRIBUTION,
        maxNewTokens: Math.min(256, base.config.maxPositions >> 1),
        frozen: true,
        key: splitKey(randomKey(0), "bench", round),
        version: 0,
      });
      return groups.flat();
    });
    const sequences = rollout.last.slice(0, 256).map(({ promptTokens, tokens, logprobs }) => ({
      promptTokens,
      tokens,
      weight: 1e-4,
      advantage: 1,
      oldLogprobs: logprobs,
    }));
    const training = await medianRate(async () => {
      await policy.update(sequences, loss, { learningRate: 0, clipNorm: 1, temperature: 1 });
      return sequences;
    });
    return { trainTokensPerSecond: training.rate, rolloutTokensPerSecond: rollout.rate };
  } finally {
    await policy.stop();
  }
}

/** Tokens by second of the middle one of three rounds, after one to warm up. */
async function medianRate<T extends { readonly tokens: readonly number[] }>(
  work: (round: number) => Promise<readonly T[]>,
): Promise<{ rate: number; last: readonly T[] }> {
  const rates: number[] = [];
  let last: readonly T[] = [];
  for (let round = 0; round < 4; round++) {
    const started = performance.now();
    last = await work(round);
    const rate = (sumOf(last, (item) => item.tokens.length) * 1000) / (performance.now() - started);
    if (round > 0) rates.push(rate);
  }
  return { rate: median(rates), last };
}
