import { spreadOver } from "../../numbers/spread.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Rollout } from "../../records/rollout.ts";
import type { WrittenBatch } from "../../records/schedule.ts";
import type { GrpoOptions } from "../grpo-options.ts";
import { checkGap, logprobGap, maskedWeight } from "../update-policy.ts";

/** Completions that are looked at, each of another problem. */
const LOOKED_AT = 4;

/**
 * Whether the trainer gives a batch's completions the log-probabilities that they were drawn with. It is asked of the
 * weights that wrote them: with later ones the distance is age, and no mistake.
 *
 * @param weights that wrote the batch: the policy's own, or earlier ones, which it then takes for a moment
 * @throws EngineError where it doesn't
 */
export async function measureGap(
  policy: Policy,
  sampled: readonly (readonly Rollout[])[],
  { temperature, rolloutPrecision }: Pick<GrpoOptions, "temperature" | "rolloutPrecision">,
  weights: Float32Array,
): Promise<NonNullable<WrittenBatch["gap"]>> {
  const few = spreadOver(sampled, LOOKED_AT).map((group) => group[0]!);
  const sequences = few.map((rollout) => {
    const { promptTokens, tokens, logprobs } = rollout;
    return { promptTokens, tokens, weight: maskedWeight(rollout, 1), advantage: 0, oldLogprobs: logprobs };
  });
  const { mean, max } = logprobGap(
    sequences,
    few.map(({ logprobs }) => logprobs),
    await under(policy, weights, () => policy.score("policy", sequences, temperature)),
  );
  checkGap({ mean }, rolloutPrecision);
  return { mean, max };
}

/** Does something with a policy that has other weights meanwhile, where it hasn't them already. */
async function under<T>(policy: Policy, weights: Float32Array, work: () => Promise<T>): Promise<T> {
  const { parameters } = await policy.state();
  if (weights.buffer === parameters.buffer || isSame(weights, parameters)) return work();
  const now = parameters.slice();
  await policy.restore({ parameters: weights });
  try {
    return await work();
  } finally {
    await policy.restore({ parameters: now });
  }
}

function isSame(a: Float32Array, b: Float32Array): boolean {
  return a.every((value, i) => Object.is(value, b[i]));
}
