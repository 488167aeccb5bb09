import type { SampledGroup } from "./policy.ts";

/** Waits for all groups. @returns completions by request and sample, in the order of the requests */
export async function collectGroups(groups: AsyncIterable<SampledGroup>): Promise<SampledGroup["completions"][]> {
  const collected: SampledGroup["completions"][] = [];
  for await (const { index, completions } of groups) collected[index] = completions;
  return collected;
}
