import type { Rollout } from "../records/rollout.ts";
import type { ScalarModel } from "../policy/local/scalar-model.ts";

/**
 * What a reward model says of completions, as the chance that it would be preferred to an average one: sigmoid(score).
 * Bounded, so that it can stand beside rules; its order is the model's own. By the lists of their tokens.
 */
export async function scoreByModel(
  model: ScalarModel,
  rollouts: readonly Pick<Rollout, "promptTokens" | "tokens">[],
): Promise<Map<Rollout["tokens"], number>> {
  const scores = await model.scores(rollouts.map(({ promptTokens, tokens }) => [...promptTokens, ...tokens]));
  return new Map(rollouts.map(({ tokens }, i) => [tokens, 1 / (1 + Math.exp(-scores[i]!))]));
}
