import { collectGroups } from "../../src/policy/collect-groups.ts";
import type { Policy } from "../../src/policy/policy.ts";
import type { SamplingOptions, SamplingRequest } from "../../src/policy/sampling/sampling-request.ts";
import type { TrainingSequence } from "../../src/records/rollout.ts";

/** What a policy samples, as sequences to learn from: advantages are of each group's first, and of its others. */
export async function sampledSequences(
  policy: Policy,
  requests: readonly SamplingRequest[],
  options: SamplingOptions,
  { weight, advantages }: { readonly weight: number; readonly advantages: readonly [first: number, others: number] },
): Promise<TrainingSequence[]> {
  const groups = await collectGroups(policy.sample(requests, options));
  return groups.flatMap((completions, i) =>
    completions.map(({ tokens, logprobs }, sample) => ({
      promptTokens: requests[i]!.prompt,
      tokens,
      oldLogprobs: logprobs,
      weight,
      advantage: advantages[sample === 0 ? 0 : 1],
    })),
  );
}
