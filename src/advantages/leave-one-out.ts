import { sum } from "../numbers/sum.ts";
import { allEqual, checkGroup } from "./advantage.ts";

/**
 * Leave-one-out advantages (RLOO): the baseline of a completion is the mean of the others, so it does not depend on
 * the completion's own reward and the gradient stays unbiased.
 *
 *   A_i = r_i - 1/(G - 1) sum_{j != i} r_j  =  G/(G - 1) (r_i - mean(r))
 *
 * Kool et al. 2019, "Buy 4 REINFORCE samples, get a baseline for free!"; Ahmadian et al., arXiv:2402.14740, section
 * 2.2.
 *
 * @param rewards one total a completion, shape [groupSize]
 * @returns shape [groupSize], in units of reward; zeros where all rewards are equal
 * @throws OptionError for a group of fewer than two, or a reward that is not a finite number
 */
export function leaveOneOutAdvantages(rewards: readonly number[]): number[] {
  checkGroup(rewards);
  if (allEqual(rewards)) return rewards.map(() => 0);
  const total = sum(rewards);
  return rewards.map((reward) => reward - (total - reward) / (rewards.length - 1));
}
