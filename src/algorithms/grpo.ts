import type { ScoredGroup } from "../rollout/score-groups.ts";
import { clippedPolicyLoss, type PolicyLoss } from "../losses/index.ts";
import type { AdvantageFunction } from "../advantages/index.ts";
import type { AdvantagedSequence, Algorithm, AlgorithmChoices, AlgorithmValue } from "./algorithm.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import { ADVANTAGES } from "./presets.ts";

/**
 * Group Relative Policy Optimization (DeepSeekMath, arXiv:2402.03300; R1, arXiv:2501.12948, section 2.2): no critic;
 * each completion against the mean of its group, the policy's ratio clipped. `preset` says whose choices the rest are:
 * `paper` (R1) or `modern` (no deviation, clip-higher, no reference).
 */
export function grpo(options: AlgorithmChoices = {}): AlgorithmValue {
  return { name: "grpo", options };
}

/** The member of the GRPO family that the options say. */
export function openGrpo(options: GrpoOptions): Algorithm {
  return groupAlgorithm("grpo", ADVANTAGES[options.advantages], clippedPolicyLoss(options));
}

/** An algorithm that compares completions with their siblings and keeps nothing from step to step. */
export function groupAlgorithm(name: string, withinGroup: AdvantageFunction, loss: PolicyLoss): Algorithm {
  return { name, loss, withinGroup, advantages: (groups) => groups.flatMap(sequencesWithSignal) };
}

function sequencesWithSignal(group: ScoredGroup): AdvantagedSequence[] {
  return group.rollouts.flatMap((rollout) =>
    group.signal && rollout.advantage !== null ? [{ ...rollout, advantage: rollout.advantage }] : [],
  );
}
