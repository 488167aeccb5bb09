import { mean } from "../numbers/metrics.ts";
import { sumOf } from "../numbers/sum.ts";
import { numberOption } from "../errors.ts";
import { allEqual, checkGroup } from "./advantage.ts";

export interface GroupRelativeOptions {
  /** Added to the standard deviation; 1e-6 where absent. */
  readonly epsilon?: number;
}

/**
 * Group-relative advantages, the A of GRPO: the distance from the group's mean in standard deviations.
 *
 *   A_i = (r_i - mean(r)) / (std(r) + epsilon)        DeepSeekMath 4.1.2, arXiv:2402.03300; R1 2.2.1, arXiv:2501.12948
 *
 * The papers leave open which standard deviation, epsilon and equal rewards: it is the sample standard deviation
 * (divided by G - 1), epsilon is 1e-6, and a group without spread gives zeros. docs/numerics.md
 *
 * @param rewards one total a completion, shape [groupSize]
 * @returns shape [groupSize], without a unit
 * @throws OptionError for a group of fewer than two, or a reward that is not a finite number
 */
export function groupRelativeAdvantages(rewards: readonly number[], options: GroupRelativeOptions = {}): number[] {
  checkGroup(rewards);
  const epsilon = numberOption("epsilon", options.epsilon ?? 1e-6, 0);
  if (allEqual(rewards)) return rewards.map(() => 0);

  const centre = mean(rewards);
  const variance = sumOf(rewards, (reward) => (reward - centre) ** 2) / (rewards.length - 1);
  // Rewards that differ by less than the square root can resolve have no spread either.
  if (variance === 0) return rewards.map(() => 0);
  return rewards.map((reward) => (reward - centre) / (Math.sqrt(variance) + epsilon));
}
