import { EngineError } from "../errors.ts";
import type { PolicyLoss, TokenAggregation } from "../losses/index.ts";
import type { Schedule } from "../optimizer/index.ts";
import { RandomStream, splitKey, type RandomKey } from "../random.ts";
import { isLearntFrom } from "../policy/gradients/training-batch.ts";
import type { RolloutPrecision } from "../policy/sampling/rollout-precision.ts";
import type { Policy } from "../policy/policy.ts";
import type { TrainingSequence } from "../records/rollout.ts";
import type { UpdateMetrics } from "../records/metrics.ts";
import type { AdvantagedSequence } from "./algorithm.ts";

export interface UpdateOptions {
  readonly loss: PolicyLoss;
  readonly schedule: Schedule;
  readonly clipNorm: number;
  readonly temperature: number;
  readonly aggregation: TokenAggregation;
  /** Optimizer steps that the rollouts are split into, at random. */
  readonly minibatches: number;
  /** Times that every rollout is used. */
  readonly innerEpochs: number;
  /** Decides the split into minibatches. */
  readonly key: RandomKey;
  /**
   * The rollouts may be of older policies: nothing says how far the trainer's log-probabilities may be from the
   * sampler's, and their distance is measured instead (`samplerKl`).
   */
  readonly aged?: boolean;
  /** What wrote the rollouts; `float32` where absent. */
  readonly precision?: RolloutPrecision;
}

/**
 * A sampler and a trainer that differ by more than this, in mean |log-probability|, are not the same policy: something
 * is broken.
 */
const LARGEST_GAP = 0.01;
/**
 * A sampler with rounded weights is another policy by design, and the loss's ratio is from it to the trained one. So
 * far away it isn't the same model.
 */
const LARGEST_ROUNDED_GAP = 1;

/** How far a trainer's log-probabilities are from those that were sampled with, in nats; and over how many tokens. */
export interface LogprobGap {
  readonly mean: number;
  readonly max: number;
  /** The sampler's log-probability less the trainer's, summed. */
  readonly fall: number;
  readonly tokens: number;
}

/** What is summed over the updates of a step. */
const NOTHING_YET = { loss: 0, gradNorm: 0, clipped: 0, kl: 0, entropy: 0, fall: 0, tokens: 0, updates: 0 };

/** What an update of rollouts that may be of older policies tells besides. */
export interface PolicyUpdate extends UpdateMetrics {
  /**
   * KL from the policies that sampled to this one, in nats a token: mean of log-probability sampled less that now, over
   * the tokens learnt from. Only of rollouts that are `aged` or written with rounded weights.
   */
  readonly samplerKl?: number;
}

/**
 * One policy update: minibatches, forward, backward, clip, optimizer step. Advantages come from whole groups, made
 * before the split. With no rollout that carries signal nothing is computed.
 *
 * @throws EngineError when the first minibatch's ratios aren't 1, or numbers aren't finite
 */
export async function updatePolicy(
  policy: Policy,
  rollouts: readonly AdvantagedSequence[],
  options: UpdateOptions,
): Promise<PolicyUpdate> {
  const { loss, schedule, clipNorm, temperature, aged = false, precision = "float32" } = options;
  const learningRate = schedule(policy.version);
  const sums = { ...NOTHING_YET };
  let first: LogprobGap = { mean: 0, max: 0, fall: 0, tokens: 0 };
  const summary = (): PolicyUpdate => ({
    ...summarize(sums, first, learningRate),
    ...(aged || precision !== "float32" ? { samplerKl: sums.fall / Math.max(1, sums.tokens) } : {}),
  });
  if (rollouts.length === 0) return summary();
  const sequences = await withReference(policy, rollouts, options);
  for (let epoch = 0; epoch < options.innerEpochs; epoch++) {
    const random = new RandomStream(epochKey(options.key, epoch));
    for (const indices of splitMinibatches(rollouts.length, options.minibatches, random)) {
      const weights = options.aggregation(indices.map((index) => ownTokens(rollouts[index]!)));
      const batch = indices.map((index, i) => ({
        ...sequences[index]!,
        weight: maskedWeight(rollouts[index]!, weights[i]!),
      }));
      const step = { learningRate: schedule(policy.version), clipNorm, temperature };
      const result = await policy.update(batch, loss, step);
      const gap = logprobGap(
        batch,
        indices.map((index) => rollouts[index]!.logprobs),
        result.logprobs,
      );
      if (sums.updates === 0) first = gap;
      if (sums.updates === 0 && !aged) checkGap(gap, precision);
      sums.fall += gap.fall;
      for (const name of ["loss", "gradNorm", "clipped", "kl", "entropy"] as const) sums[name] += result[name];
      sums.tokens += gap.tokens;
      sums.updates++;
    }
  }
  return summary();
}

/** How many of its tokens the model wrote. */
export function ownTokens({ tokens, mask }: Pick<AdvantagedSequence, "tokens" | "mask">): number {
  return mask === undefined ? tokens.length : mask.filter(Boolean).length;
}

/** What a tool or an environment wrote is not learnt from. */
export function maskedWeight({ mask }: Pick<AdvantagedSequence, "mask">, weight: number): TrainingSequence["weight"] {
  return mask === undefined ? weight : mask.map((own) => (own ? weight : 0));
}

/** The key of an epoch's split: the update's own for the first, so that one epoch needs no other. */
function epochKey(key: RandomKey, epoch: number): RandomKey {
  return epoch === 0 ? key : splitKey(key, "epoch", epoch);
}

/** The rollouts as sequences, with the reference's log-probabilities where the loss reads them. */
async function withReference(
  policy: Policy,
  rollouts: readonly AdvantagedSequence[],
  { loss, temperature }: UpdateOptions,
): Promise<TrainingSequence[]> {
  const sequences = rollouts.map(asSequence);
  if (!loss.inputs.includes("refLogprobs")) return sequences;
  const scores = await policy.score("reference", sequences, temperature);
  return sequences.map((sequence, i) => ({ ...sequence, refLogprobs: Array.from(scores[i]!) }));
}

/**
 * @throws EngineError where sampler and trainer, with the same weights, aren't the same policy; or, where the sampler
 *   rounds them, no longer the same model
 */
export function checkGap({ mean }: Pick<LogprobGap, "mean">, precision: RolloutPrecision = "float32"): void {
  if (precision !== "float32" && !(mean <= LARGEST_ROUNDED_GAP))
    throw new EngineError(
      `Expected rollouts written in ${precision} to be of the model that is trained; log-probabilities differ by ${mean.toExponential(2)} on average (at most ${LARGEST_ROUNDED_GAP}). Use a higher \`rolloutPrecision\`.`,
    );
  if (precision !== "float32" || !(mean > LARGEST_GAP)) return;
  throw new EngineError(
    `Expected the trainer to give the sampler's log-probabilities; they differ by ${mean.toExponential(2)} on average (at most ${LARGEST_GAP}). Report this with the model's config.`,
  );
}

/** Its weight is given by the minibatch. */
function asSequence(sequence: AdvantagedSequence): TrainingSequence {
  const { promptTokens, tokens, advantage, logprobs, oldLogprobs = logprobs } = sequence;
  return { promptTokens, tokens, weight: 0, advantage, oldLogprobs };
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

/**
 * Compares the trainer's log-probabilities of completions with the sampler's; by completion, shape [tokens].
 *
 * @param batch with the weight of each token: what has none was not sampled, and isn't compared
 */
export function logprobGap(
  batch: readonly TrainingSequence[],
  sampled: readonly (readonly number[])[],
  trained: readonly Float32Array[],
): LogprobGap {
  let total = 0;
  let fall = 0;
  let max = 0;
  let tokens = 0;
  batch.forEach((sequence, i) => {
    trained[i]!.forEach((logprob, t) => {
      // What a tool or an environment wrote was not sampled.
      if (!isLearntFrom(sequence, t)) return;
      const lost = sampled[i]![t]! - logprob;
      total += Math.abs(lost);
      fall += lost;
      max = Math.max(max, Math.abs(lost));
      tokens++;
    });
  });
  return { mean: total / Math.max(1, tokens), max, fall, tokens };
}

function summarize(sums: Readonly<typeof NOTHING_YET>, gap: LogprobGap, learningRate: number): UpdateMetrics {
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
