import { generalizedAdvantages } from "../advantages/index.ts";
import { clippedPolicyLoss, tokenMean } from "../losses/index.ts";
import { withScalarHead } from "../model/scalar-head.ts";
import { ScalarModel } from "../policy/local/scalar-model.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";
import type { AdvantagedSequence, Algorithm, AlgorithmChoices, AlgorithmContext, AlgorithmValue } from "./algorithm.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import { ADVANTAGES } from "./presets.ts";
import { maskedWeight, ownTokens } from "./update-policy.ts";

/** With the advantage of each token what the critic should have said of it. */
type SequenceWithReturns = AdvantagedSequence & {
  readonly advantage: readonly number[];
  readonly returns: readonly number[];
};

/**
 * Proximal Policy Optimization (Schulman et al. 2017, arXiv:1707.06347) with a critic of the policy's size: what R1
 * compares GRPO with (arXiv:2501.12948, appendix).
 */
export function ppo(options: Omit<AlgorithmChoices, "critic"> = {}): AlgorithmValue {
  return { name: "ppo", options: { ...options, critic: true } };
}

/** Starts a critic that begins as the base with a head of zeros. */
export async function openPpo({ options, model, engine }: AlgorithmContext): Promise<Algorithm> {
  const head = withScalarHead(model.config, model.parameters);
  const optimizer = { weightDecay: options.weightDecay };
  const critic = await ScalarModel.start(head.config, head.parameters, { ...engine, optimizer });
  let last: readonly SequenceWithReturns[] = [];
  return {
    name: "ppo",
    loss: clippedPolicyLoss(options),
    withinGroup: ADVANTAGES[options.advantages],
    async advantages(groups) {
      last = await criticAdvantages(critic, groups, options);
      return last;
    },
    learn: () => updateCritic(critic, last, options),
    state() {
      const { firstMoment, secondMoment } = critic.moments();
      return new Map([
        ["critic", critic.parameters()],
        ["critic_first_moment", firstMoment],
        ["critic_second_moment", secondMoment],
      ]);
    },
    restore: (state, updates) =>
      critic.restore(state.get("critic")!, {
        firstMoment: state.get("critic_first_moment")!,
        secondMoment: state.get("critic_second_moment")!,
        updates,
      }),
    stop: () => critic.stop(),
  };
}

/**
 * The advantages of each token of each completion against what the critic expected before it, then set to mean 0 and
 * deviation 1 over the batch.
 */
async function criticAdvantages(
  critic: ScalarModel,
  groups: readonly ScoredGroup[],
  { gaeLambda }: Pick<GrpoOptions, "gaeLambda">,
): Promise<SequenceWithReturns[]> {
  const scored = groups.flatMap(({ rollouts }) =>
    rollouts.flatMap((rollout) => (rollout.reward.total === null ? [] : [{ rollout, total: rollout.reward.total }])),
  );
  const values = await critic.values(scored.map(({ rollout: { promptTokens, tokens } }) => ({ promptTokens, tokens })));
  const estimates = scored.map(({ rollout: { mask }, total }, i) =>
    generalizedAdvantages(total, values[i]!, { lambda: gaeLambda, mask }),
  );
  // What a tool or an environment wrote has no advantage, and counts in no mean.
  const all = estimates.flatMap(({ advantages }, i) => ownOf(advantages, scored[i]!.rollout.mask));
  const mean = all.reduce((sum, advantage) => sum + advantage, 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(
    all.reduce((sum, advantage) => sum + (advantage - mean) ** 2, 0) / Math.max(1, all.length),
  );
  return scored.map(({ rollout }, i) => ({
    promptTokens: rollout.promptTokens,
    tokens: rollout.tokens,
    logprobs: rollout.logprobs,
    ...(rollout.mask === undefined ? {} : { mask: rollout.mask }),
    advantage: estimates[i]!.advantages.map((advantage) => (advantage - mean) / (deviation + 1e-8)),
    returns: estimates[i]!.returns,
  }));
}

/** Those numbers of a completion's that stand for tokens which the model wrote. */
function ownOf(numbers: readonly number[], mask: readonly boolean[] | undefined): readonly number[] {
  return mask === undefined ? numbers : numbers.filter((_, t) => mask[t]);
}

/** One step of the critic towards the returns that came. */
async function updateCritic(
  critic: ScalarModel,
  rollouts: readonly SequenceWithReturns[],
  { criticLearningRate, clipNorm }: Pick<GrpoOptions, "criticLearningRate" | "clipNorm">,
): Promise<void> {
  const weights = tokenMean(rollouts.map(ownTokens));
  await critic.updateValues(
    rollouts.map(({ promptTokens, tokens, returns }, i) => {
      const weight = maskedWeight(rollouts[i]!, weights[i]!);
      return { promptTokens, tokens, returns, weight };
    }),
    { learningRate: criticLearningRate, clipNorm },
  );
}
