import type { PolicyStep } from "../../algorithms/train-policy.ts";
import { sha256OfLines } from "../../host/sha256.ts";

/**
 * Names a step and all before it: the same digest, the same tokens, log-probabilities and update, to the last bit.
 *
 * @param before the digest of the step before; empty for the first
 */
export function chainedDigest(before: string, { metrics, groups }: PolicyStep): string {
  const { step, loss, gradNorm, entropy } = metrics;
  const lines = groups.flatMap(({ rollouts }) =>
    rollouts.map(({ tokens, logprobs, reward, advantage }) =>
      JSON.stringify([tokens, logprobs, reward.total, advantage]),
    ),
  );
  return sha256OfLines([before, JSON.stringify([step, loss, gradNorm, entropy]), ...lines]);
}
