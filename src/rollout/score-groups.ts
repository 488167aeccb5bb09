import { groupAdvantages, type AdvantageFunction } from "../advantages/index.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, ScoredRollout } from "../records/rollout.ts";
import type { ScoreCompletion } from "../rewards/index.ts";

/** A group with what its rollouts earned and how each compares to its siblings. */
export interface ScoredGroup {
  readonly problem: Problem;
  readonly rollouts: readonly ScoredRollout[];
  /** False where all scored rollouts earned the same: nothing can be learnt from it. */
  readonly signal: boolean;
}

/** Rewards each judged completion of a group, then compares it with its siblings. */
export async function scoreGroup(
  problem: Problem,
  judged: readonly JudgedRollout[],
  reward: ScoreCompletion<Problem>,
  advantages: AdvantageFunction,
): Promise<ScoredGroup> {
  const rewards = await Promise.all(judged.map(reward));
  const compared = groupAdvantages(
    rewards.map(({ total }) => total),
    advantages,
  );
  return {
    problem,
    signal: compared.some((advantage) => advantage !== null),
    rollouts: judged.map((completion, i) => ({ ...completion, reward: rewards[i]!, advantage: compared[i]! })),
  };
}
