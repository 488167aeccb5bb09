import { OptionError } from "../errors.ts";
import { allEqual, checkReward, type AdvantageFunction } from "./advantage.ts";
import { groupRelativeAdvantages } from "./group-relative.ts";

/**
 * The advantages of a group in which some completions could not be scored. Those are left out: the baseline is that
 * of the scored ones, and they get null, as does everybody in a group that carries no signal because fewer than two
 * were scored or all scored alike. Null means "do not train on this", which a 0 would not: a KL penalty would still act
 * on it.
 *
 * @param rewards one total a completion, null where unscored, shape [groupSize]
 * @param advantage how scored rewards become advantages; GRPO's where absent
 * @returns shape [groupSize]
 * @throws OptionError for a reward that is neither null nor a finite number
 */
export function groupAdvantages(
  rewards: readonly (number | null)[],
  advantage: AdvantageFunction = groupRelativeAdvantages,
): (number | null)[] {
  const scored: number[] = [];
  for (const [index, reward] of rewards.entries()) {
    if (reward === null) continue;
    checkReward(reward, index);
    scored.push(reward);
  }
  if (scored.length < 2 || allEqual(scored)) return rewards.map(() => null);

  const advantages = advantage(scored);
  if (advantages.length !== scored.length || !advantages.every(Number.isFinite)) {
    throw new OptionError(
      `Expected the advantage function to give ${scored.length} finite numbers, got [${advantages.join(", ")}].`,
    );
  }
  let next = 0;
  return rewards.map((reward) => (reward === null ? null : (advantages[next++] as number)));
}
