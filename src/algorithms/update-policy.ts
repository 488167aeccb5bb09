import { EngineError } from "../errors.ts";
import type { TokenAggregation } from "../losses/index.ts";
import type { Schedule } from "../optimizer/index.ts";
import { RandomStream, type RandomKey } from "../random.ts";
import type { Policy } from "../policy/local/policy.ts";
import type { TrainingSequence } from "../policy/gradients/training-batch.ts";
import type { UpdateMetrics } from "../records/update-metrics.ts";

/** A rollout with its advantage, ready to be learnt from. */
export interface AdvantagedRollout {
  readonly promptTokens: readonly number[];
  readonly tokens: readonly number[];
  readonly logprobs: readonly number[];
  /** Of the whole completion (GRPO), or of each of its tokens (PPO). */
  readonly advantage: number | readonly number[];
}

export interface UpdateOptions {
  readonly schedule: Schedule;
  readonly clipNorm: number;
  readonly temperature: number;
  readonly aggregation: TokenAggregation;
  /** Optimizer steps that the rollouts are split into, at random. */
  readonly minibatches: number;
  /** Times that every rollout is used. */
  readonly innerEpochs: number;
  readonly klCoefficient: number;
  readonly clipEpsilonLow: number;
  readonly clipEpsilonHigh: number;
  /** Decides the split into minibatches. */
  readonly key: RandomKey;
}

/**
 * A sampler and a trainer that differ by more than this, in mean |log-probability|, are not the same policy: something
 * is broken.
 */
const LARGEST_GAP = 0.01;

/**
 * One policy update: minibatches, forward, backward, clip, optimizer step. Advantages come from whole groups, made
 * before the split. With no rollout that carries signal nothing is computed.
 *
 * @throws EngineError when the first minibatch's ratios aren't 1, or numbers aren't finite
 */
export async function updatePolicy(
  policy: Policy,
  rollouts: readonly AdvantagedRollout[],
  options: UpdateOptions,
): Promise<UpdateMetrics> {
  const learningRate = options.schedule(policy.updates);
  const sums = { loss: 0, gradNorm: 0, clipped: 0, kl: 0, entropy: 0, tokens: 0, updates: 0 };
  let gap = { mean: 0, max: 0 };
  if (rollouts.length === 0) return summarize(sums, gap, learningRate);
  const refLogprobs =
    options.klCoefficient > 0
      ? await policy.score(
          "reference",
          rollouts.map((rollout) => asSequence(rollout, 0)),
          options.temperature,
        )
      : undefined;
  for (let epoch = 0; epoch < options.innerEpochs; epoch++) {
    for (const indices of splitMinibatches(
      rollouts.length,
      options.minibatches,
      new RandomStream({ ...options.key, low: options.key.low ^ epoch }),
    )) {
      const weights = options.aggregation(indices.map((index) => rollouts[index]!.tokens.length));
      const batch = indices.map((index, i) => ({
        ...asSequence(rollouts[index]!, weights[i]!),
        ...(refLogprobs === undefined ? {} : { refLogprobs: Array.from(refLogprobs[index]!) }),
      }));
      const result = await policy.update("policy", batch, {
        learningRate: options.schedule(policy.updates),
        clipNorm: options.clipNorm,
        temperature: options.temperature,
      });
      const ratios = compareLogprobs(batch, result.logprobs, options);
      if (sums.updates === 0) gap = ratios.gap;
      if (sums.updates === 0 && gap.mean > LARGEST_GAP) {
        throw new EngineError(
          `Expected the trainer to give the sampler's log-probabilities; they differ by ${gap.mean.toExponential(2)} on average (at most ${LARGEST_GAP}). Report this with the model's config.`,
        );
      }
      sums.loss += result.loss;
      sums.gradNorm += result.gradNorm;
      sums.clipped += ratios.clipped;
      sums.kl += result.kl;
      sums.entropy += result.entropy;
      sums.tokens += ratios.tokens;
      sums.updates++;
    }
  }
  return summarize(sums, gap, learningRate);
}

function asSequence(rollout: AdvantagedRollout, weight: number): TrainingSequence {
  return {
    promptTokens: rollout.promptTokens,
    tokens: rollout.tokens,
    weight,
    advantage: rollout.advantage,
    oldLogprobs: rollout.logprobs,
  };
}

/** A random split into parts of nearly equal size; one part keeps the order. */
function splitMinibatches(count: number, parts: number, random: RandomStream): number[][] {
  const order = Array.from({ length: count }, (_, i) => i);
  if (parts <= 1) return [order];
  const shuffled = random.shuffle(order);
  const used = Math.min(parts, count);
  return Array.from({ length: used }, (_, part) =>
    shuffled.slice(Math.floor((part * count) / used), Math.floor(((part + 1) * count) / used)),
  );
}

function compareLogprobs(
  batch: readonly TrainingSequence[],
  logprobs: readonly Float32Array[],
  options: UpdateOptions,
): { gap: { mean: number; max: number }; clipped: number; tokens: number } {
  let total = 0;
  let max = 0;
  let clipped = 0;
  let tokens = 0;
  batch.forEach((sequence, i) => {
    logprobs[i]!.forEach((logprob, t) => {
      const difference = logprob - sequence.oldLogprobs![t]!;
      total += Math.abs(difference);
      max = Math.max(max, Math.abs(difference));
      const ratio = Math.exp(difference);
      // Only the side that the advantage pushes towards is cut by the minimum.
      const advantage = typeof sequence.advantage === "number" ? sequence.advantage : sequence.advantage[t]!;
      if (
        (advantage > 0 && ratio > 1 + options.clipEpsilonHigh) ||
        (advantage < 0 && ratio < 1 - options.clipEpsilonLow)
      )
        clipped++;
      tokens++;
    });
  });
  return { gap: { mean: total / Math.max(1, tokens), max }, clipped, tokens };
}

function summarize(
  sums: {
    loss: number;
    gradNorm: number;
    clipped: number;
    kl: number;
    entropy: number;
    tokens: number;
    updates: number;
  },
  gap: { mean: number; max: number },
  learningRate: number,
): UpdateMetrics {
  const byUpdate = Math.max(1, sums.updates);
  const byToken = Math.max(1, sums.tokens);
  return {
    loss: sums.loss / byUpdate,
    gradNorm: sums.gradNorm / byUpdate,
    clipFraction: sums.clipped / byToken,
    kl: sums.kl / byToken,
    entropy: sums.entropy / byToken,
    samplerGap: gap.mean,
    samplerGapMax: gap.max,
    learningRate,
    updates: sums.updates,
    trainedTokens: sums.tokens,
  };
}
