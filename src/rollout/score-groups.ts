import { groupAdvantages, type AdvantageFunction } from "../advantages/index.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, ScoredRollout } from "../records/rollout.ts";
import type { ScoreCompletions } from "../rewards/index.ts";

/** A group with what its rollouts earned and how each compares to its siblings. */
export interface ScoredGroup {
  readonly problem: Problem;
  readonly rollouts: readonly ScoredRollout[];
  /** False where all scored rollouts earned the same: nothing can be learnt from it. */
  readonly signal: boolean;
}

/** Rewards the judged completions of a problem, then compares each with its siblings. */
export async function scoreGroup(
  problem: Problem,
  judged: readonly JudgedRollout[],
  reward: ScoreCompletions<Problem>,
  advantages: AdvantageFunction,
): Promise<ScoredGroup> {
  const rewards = await reward(judged);
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
