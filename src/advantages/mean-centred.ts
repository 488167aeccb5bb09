import { mean } from "../numbers/metrics.ts";
import { allEqual, checkGroup } from "./advantage.ts";

/**
 * Mean-centred advantages, those of Dr. GRPO: no division, so that problems that are nearly always or nearly never
 * solved don't weigh more than others.
 *
 *   A_i = r_i - mean(r)        Liu et al., "Understanding R1-Zero-Like Training", arXiv:2503.20783, section 3.2
 *
 * @param rewards one total a completion, shape [groupSize]
 * @returns shape [groupSize], in units of reward; zeros where all rewards are equal
 * @throws OptionError for a group of fewer than two, or a reward that is not a finite number
 */
export function meanCentredAdvantages(rewards: readonly number[]): number[] {
  checkGroup(rewards);
  if (allEqual(rewards)) return rewards.map(() => 0);
  const centre = mean(rewards);
  return rewards.map((reward) => reward - centre);
}
