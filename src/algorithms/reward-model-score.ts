import type { Rollout, RolloutGroup } from "../records/rollout.ts";
import type { Problem } from "../tasks/index.ts";
import type { ScalarModel } from "../policy/local/scalar-model.ts";

/**
 * What a reward model says of completions, as the chance that it would be preferred to an average one: sigmoid(score).
 * Bounded, so that it can stand beside rules; its order is the model's own.
 */
export async function scoreByModel(
  model: ScalarModel,
  groups: readonly RolloutGroup<Problem>[],
): Promise<Map<Rollout, number>> {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const scores = await model.scores(rollouts.map(({ promptTokens, tokens }) => [...promptTokens, ...tokens]));
  return new Map(rollouts.map((rollout, i) => [rollout, 1 / (1 + Math.exp(-scores[i]!))]));
}
