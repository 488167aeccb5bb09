import type { AdvantagedSequence, Algorithm } from "../algorithms/algorithm.ts";
import type { PolicySetting } from "../algorithms/train-policy.ts";

/**
 * What makes up for the age of rollouts:
 *
 * - `clip`: the loss as it is, its ratio against the log-probabilities that were sampled with, and clipped around them;
 * - `truncated`: the ratio against the policy as it is (1 before the update, so that no clip acts), and advantages
 *   weighed by min(ratio to the sampler, 2), as papers advise;
 * - `none`: the same without the weights.
 */
export type Correction = "clip" | "truncated" | "none";

/** Of truncated weights. */
const LARGEST_WEIGHT = 2;

/** The setting's algorithm with another correction than its own, to compare with: learning collapses with either. */
export function withCorrection(setting: PolicySetting, correction: Correction): PolicySetting {
  if (correction === "clip") return setting;
  const { policy, algorithm, options } = setting;
  const advantages: Algorithm["advantages"] = async (groups) => {
    const sequences = await algorithm.advantages(groups);
    const asked = sequences.map(({ promptTokens, tokens }) => ({ promptTokens, tokens, weight: 0, advantage: 0 }));
    const scores = await policy.score("policy", asked, options.temperature);
    return sequences.map((sequence, i) => corrected(sequence, Array.from(scores[i]!), correction));
  };
  return { ...setting, algorithm: { ...algorithm, advantages } };
}

function corrected(
  sequence: AdvantagedSequence,
  now: readonly number[],
  correction: "truncated" | "none",
): AdvantagedSequence {
  const { advantage, logprobs } = sequence;
  if (correction === "none") return { ...sequence, oldLogprobs: now };
  const weighed = now.map((logprob, t) => {
    const given = typeof advantage === "number" ? advantage : advantage[t]!;
    return Math.min(Math.exp(logprob - logprobs[t]!), LARGEST_WEIGHT) * given;
  });
  return { ...sequence, oldLogprobs: now, advantage: weighed };
}
