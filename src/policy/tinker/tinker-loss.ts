import { EngineError } from "../../errors.ts";
import type { PolicyLoss, PolicyLossOptions } from "../../losses/index.ts";
import type { TrainingSequence } from "../../records/rollout.ts";
import { isLearntFrom } from "../gradients/training-batch.ts";
import type { TinkerDatum, TinkerPassRequest } from "./tinker-shapes.ts";

/**
 * How a server makes one number of the losses of tokens: their sum (Tinker's own service, SkyRL on Ray), or their mean
 * in each sequence and then over sequences (SkyRL on JAX).
 */
export type TinkerReduction = "sum" | "sequence-mean";

/**
 * The sequences as the server takes them. Each token's weight in our loss goes into its advantage, so that what the
 * server adds up is our loss, whatever aggregation was chosen.
 */
export function datumsOf(sequences: readonly TrainingSequence[], reduction: TinkerReduction): TinkerDatum[] {
  return sequences.map((sequence) => {
    const { promptTokens, tokens, advantage, weight, oldLogprobs = [] } = sequence;
    const all = [...promptTokens, ...tokens];
    const own = tokens.map((_, t) => (isLearntFrom(sequence, t) ? 1 : 0));
    const undone = reduction === "sum" ? 1 : sequences.length * own.filter(Boolean).length;
    const advantages = own.map((counts, t) => (counts === 0 ? 0 : at(weight, t) * at(advantage, t) * undone));
    const prompt = new Array<number>(promptTokens.length - 1).fill(0);
    return {
      tokens: all.slice(0, -1),
      targets: all.slice(1),
      weights: [...prompt, ...own],
      advantages: [...prompt, ...advantages],
      logprobs: [...prompt, ...(oldLogprobs.length === 0 ? tokens.map(() => 0) : oldLogprobs)],
    };
  });
}

/**
 * Which loss the server is asked for. With one update of a batch the ratio is 1 but for what sampler and trainer round
 * otherwise: the clip never acts, and the plain importance ratio has the same gradient. Neither is ever truncated where
 * the advantage is negative.
 */
export function tinkerLoss(loss: PolicyLoss, oneUpdate: boolean): Pick<TinkerPassRequest, "loss" | "lossConfig"> {
  if (loss.name !== "clipped" || loss.module !== undefined)
    throw new EngineError(`Expected the clipped policy loss for a policy on a server, got ${loss.name}.`);
  if (oneUpdate) return { loss: "importance_sampling", lossConfig: {} };
  const { clipEpsilonLow, clipEpsilonHigh } = loss.options as PolicyLossOptions;
  return {
    loss: "ppo",
    lossConfig: { clip_low_threshold: 1 - clipEpsilonLow, clip_high_threshold: 1 + clipEpsilonHigh },
  };
}

/** What the server's own figures don't tell, or tell in other words, from its log-probabilities. */
export interface MeasuredLoss {
  readonly loss: number;
  /** Summed over the tokens learnt from: minus the log-probability of what was sampled, whose mean is the entropy. */
  readonly entropy: number;
  readonly clipped: number;
}

/** @param logprobs of the completions' tokens, before the update */
export function measureLoss(
  sequences: readonly TrainingSequence[],
  logprobs: readonly Float32Array[],
  { clipEpsilonLow, clipEpsilonHigh }: Pick<PolicyLossOptions, "clipEpsilonLow" | "clipEpsilonHigh">,
): MeasuredLoss {
  let [loss, entropy, clipped] = [0, 0, 0];
  sequences.forEach((sequence, i) => {
    logprobs[i]!.forEach((logprob, t) => {
      if (!isLearntFrom(sequence, t)) return;
      const advantage = at(sequence.advantage, t);
      const ratio = Math.exp(logprob - (sequence.oldLogprobs?.[t] ?? logprob));
      const within = Math.min(1 + clipEpsilonHigh, Math.max(1 - clipEpsilonLow, ratio));
      loss -= at(sequence.weight, t) * Math.min(ratio * advantage, within * advantage);
      entropy -= logprob;
      if (within * advantage < ratio * advantage) clipped++;
    });
  });
  return { loss, entropy, clipped };
}

function at(value: number | readonly number[], place: number): number {
  return typeof value === "number" ? value : value[place]!;
}
