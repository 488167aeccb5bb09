import { spreadOver } from "../../numbers/spread.ts";
import type { Policy } from "../../policy/policy.ts";
import type { Rollout } from "../../records/rollout.ts";
import type { WrittenBatch } from "../../records/schedule.ts";
import type { GrpoOptions } from "../grpo-options.ts";
import { checkGap, logprobGap, maskedWeight } from "../update-policy.ts";

/** Completions that are looked at, each of another problem. */
const LOOKED_AT = 4;

/**
 * Whether the trainer gives a batch's completions the log-probabilities that they were drawn with. It is asked while
 * the weights are those that wrote them: later their distance is age, and no mistake.
 *
 * @throws EngineError where it doesn't
 */
export async function measureGap(
  policy: Policy,
  sampled: readonly (readonly Rollout[])[],
  { temperature }: Pick<GrpoOptions, "temperature">,
): Promise<NonNullable<WrittenBatch["gap"]>> {
  const few = spreadOver(sampled, LOOKED_AT).map((group) => group[0]!);
  const sequences = few.map((rollout) => {
    const { promptTokens, tokens, logprobs } = rollout;
    return { promptTokens, tokens, weight: maskedWeight(rollout, 1), advantage: 0, oldLogprobs: logprobs };
  });
  const { mean, max } = logprobGap(
    sequences,
    few.map(({ logprobs }) => logprobs),
    await policy.score("policy", sequences, temperature),
  );
  checkGap({ mean });
  return { mean, max };
}
