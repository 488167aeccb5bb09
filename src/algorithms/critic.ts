import { generalizedAdvantages } from "../advantages/index.ts";
import { tokenMean } from "../losses/index.ts";
import type { ScalarModel } from "../policy/local/scalar-model.ts";
import type { AdvantagedSequence } from "./update-policy.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";
import type { GrpoOptions } from "./grpo-options.ts";

/** With the advantage of each token what the critic should have said of it. */
type SequenceWithReturns = AdvantagedSequence & {
  readonly advantage: readonly number[];
  readonly returns: readonly number[];
};

/**
 * PPO's advantages: each token of each completion against what the critic expected before it, then set to mean 0 and
 * deviation 1 over the batch. Schulman et al. 2017, arXiv:1707.06347; the baseline of R1's comparison with GRPO.
 */
export async function criticAdvantages(
  critic: ScalarModel,
  groups: readonly ScoredGroup[],
  { gaeLambda }: Pick<GrpoOptions, "gaeLambda">,
): Promise<SequenceWithReturns[]> {
  const scored = groups.flatMap(({ rollouts }) =>
    rollouts.flatMap((rollout) => (rollout.reward.total === null ? [] : [{ rollout, total: rollout.reward.total }])),
  );
  const values = await critic.values(scored.map(({ rollout: { promptTokens, tokens } }) => ({ promptTokens, tokens })));
  const estimates = scored.map(({ total }, i) => generalizedAdvantages(total, values[i]!, { lambda: gaeLambda }));
  const all = estimates.flatMap(({ advantages }) => advantages);
  const mean = all.reduce((sum, advantage) => sum + advantage, 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(
    all.reduce((sum, advantage) => sum + (advantage - mean) ** 2, 0) / Math.max(1, all.length),
  );
  return scored.map(({ rollout }, i) => ({
    promptTokens: rollout.promptTokens,
    tokens: rollout.tokens,
    logprobs: rollout.logprobs,
    advantage: estimates[i]!.advantages.map((advantage) => (advantage - mean) / (deviation + 1e-8)),
    returns: estimates[i]!.returns,
  }));
}

/** One step of the critic towards the returns that came. Its loss before the step, a mean over tokens. */
export async function updateCritic(
  critic: ScalarModel,
  rollouts: readonly SequenceWithReturns[],
  { criticLearningRate, clipNorm }: Pick<GrpoOptions, "criticLearningRate" | "clipNorm">,
): Promise<number> {
  const weights = tokenMean(rollouts.map(({ tokens }) => tokens.length));
  const { loss } = await critic.updateValues(
    rollouts.map(({ promptTokens, tokens, returns }, i) => ({ promptTokens, tokens, returns, weight: weights[i]! })),
    { learningRate: criticLearningRate, clipNorm },
  );
  return loss;
}
