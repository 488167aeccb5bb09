import {
  groupAdvantages,
  groupRelativeAdvantages,
  leaveOneOutAdvantages,
  meanCentredAdvantages,
  type AdvantageFunction,
} from "../../advantages/index.ts";
import { mean } from "../../numbers/metrics.ts";
import type { SeenGroup, SeenRollout } from "../messages.ts";
import type { TabSettings } from "../settings.ts";

/** What a group earned, in numbers. */
export interface GroupSums {
  /** Null where a completion could not be scored, shape [groupSize]. */
  readonly rewards: readonly (number | null)[];
  readonly scored: readonly number[];
  readonly right: number;
  /** Of the scored ones; null where there is none. */
  readonly mean: number | null;
  /** Sample deviation (divided by n - 1) of the scored ones; null below two. */
  readonly deviation: number | null;
  /** Whether rewards say who is right, by 1 and 0, and nothing else. */
  readonly isRightness: boolean;
}

export function groupSums({ rollouts }: Pick<SeenGroup, "rollouts">): GroupSums {
  const rewards = rollouts.map(({ reward }) => reward.total);
  const scored = rewards.filter((reward) => reward !== null);
  const centre = scored.length === 0 ? null : mean(scored);
  return {
    rewards,
    scored,
    right: rollouts.filter(isRight).length,
    mean: centre,
    deviation: centre === null ? null : deviationOf(scored, centre),
    isRightness: rollouts.every(
      (rollout) => rollout.reward.total === null || rollout.reward.total === (isRight(rollout) ? 1 : 0),
    ),
  };
}

function deviationOf(values: readonly number[], centre: number): number | null {
  if (values.length < 2) return null;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

export function isRight({ reward }: Pick<SeenRollout, "reward">): boolean {
  return reward.verdict.kind === "right";
}

/** Why nothing is learnt from a group; null where something is. */
export type NoSignal = "unverifiable" | "one scored" | "all right" | "all wrong" | "all equal";

export function whyNoSignal(group: Pick<SeenGroup, "rollouts" | "signal">): NoSignal | null {
  if (group.signal) return null;
  const { scored, right, isRightness } = groupSums(group);
  if (scored.length === 0) return "unverifiable";
  if (scored.length === 1) return "one scored";
  if (!isRightness) return "all equal";
  return right === 0 ? "all wrong" : "all right";
}

type Baseline = TabSettings["baseline"];

const FUNCTIONS: Readonly<Record<Baseline, AdvantageFunction>> = {
  "mean-centred": meanCentredAdvantages,
  "group-relative": (rewards) => groupRelativeAdvantages(rewards),
  "leave-one-out": leaveOneOutAdvantages,
  none: (rewards) => [...rewards],
};

/**
 * What the advantages would be under a baseline, null where nothing is learnt, shape [groupSize]. The own ones stand in
 * the rollouts.
 */
export function advantagesBy(baseline: Baseline, rewards: readonly (number | null)[]): (number | null)[] {
  return groupAdvantages(rewards, FUNCTIONS[baseline]);
}
