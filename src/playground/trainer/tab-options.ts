import type { GrpoOptions } from "../../algorithms/grpo-options.ts";
import { groupAlgorithm, openGrpo } from "../../algorithms/grpo.ts";
import type { Algorithm } from "../../algorithms/algorithm.ts";
import { optionRewards, ownRewards, type StepRewards } from "../../algorithms/step-rewards.ts";
import { clippedPolicyLoss } from "../../losses/index.ts";
import type { ZeroOptions } from "../../training/zero-groups.ts";
import type { TabSettings } from "../settings.ts";

/** GRPO, or what is left of it without a baseline: every completion's advantage is its reward. */
export function tabAlgorithm({ baseline }: Pick<TabSettings, "baseline">, options: GrpoOptions): Algorithm {
  if (baseline !== "none") return openGrpo(options);
  return groupAlgorithm("no baseline", (rewards) => [...rewards], clippedPolicyLoss(options));
}

/** What the options say, or length alone: a reward for each token up to the limit. */
export function tabRewards({ rewards }: Pick<TabSettings, "rewards">, options: ZeroOptions): StepRewards {
  if (rewards === "rules") return optionRewards(options);
  const length = { name: "length", weight: 1, score: rewardLength(options.maxCompletionTokens) };
  return ownRewards([length]);
}

function rewardLength(limit: number): (completion: { readonly tokens: readonly number[] }) => number {
  return ({ tokens }) => tokens.length / limit;
}
