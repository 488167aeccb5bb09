import { OptionError, show } from "../errors.ts";

/**
 * Turns the rewards of one group into advantages: how much better each completion is than its siblings.
 *
 * @param rewards one total a completion, shape [groupSize]
 * @returns shape [groupSize]
 * @throws OptionError for a group of fewer than two, or a reward that is not a finite number
 */
export type AdvantageFunction = (rewards: readonly number[]) => number[];

/** Rewards beyond this would overflow when squared; real ones are nowhere near. */
const LARGEST_REWARD = 1e100;

/** Checks what every advantage function takes. @throws OptionError */
export function checkGroup(rewards: readonly number[]): void {
  if (rewards.length < 2) {
    throw new OptionError(
      `Expected a group of at least 2 rewards, got ${rewards.length}; a completion is scored against its siblings, so set \`groupSize\` to 2 or more.`,
    );
  }
  for (const [index, reward] of rewards.entries()) checkReward(reward, index);
}

/** @throws OptionError */
export function checkReward(reward: unknown, index: number): asserts reward is number {
  if (typeof reward === "number" && Math.abs(reward) <= LARGEST_REWARD) return;
  throw new OptionError(
    `Expected reward ${index} of the group to be a finite number, got ${show(reward)}; a completion that can't be scored has the reward null.`,
  );
}

/** Compared one by one: the mean of equal numbers may differ from them by rounding, and its spread from 0. */
export function allEqual(rewards: readonly number[]): boolean {
  return rewards.every((reward) => reward === rewards[0]);
}
