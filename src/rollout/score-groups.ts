import { groupAdvantages, type AdvantageFunction } from "../advantages/index.ts";
import { judgeGroup, type Judge, type JudgedRollout } from "../judging/judge.ts";
import type { Reward, ScoreCompletion } from "../rewards/index.ts";
import type { RolloutGroup } from "../records/rollout.ts";
import type { Problem, Task } from "../tasks/index.ts";

/** A group with what its rollouts earned and how each compares to its siblings. */
export interface ScoredGroup {
  readonly problem: Problem;
  readonly rollouts: readonly ScoredRollout[];
  /** False where all scored rollouts earned the same: nothing can be learnt from it. */
  readonly signal: boolean;
}

export interface ScoredRollout extends JudgedRollout {
  readonly reward: Reward;
  readonly advantage: number | null;
}

/** Rewards each completion of a group by the rules, then compares it with its siblings. */
export async function scoreGroup(
  task: Task,
  judge: Judge,
  group: RolloutGroup<Problem>,
  reward: ScoreCompletion<Problem>,
  advantages: AdvantageFunction,
): Promise<ScoredGroup> {
  const judged = await judgeGroup(task, judge, group);
  const rewards = await Promise.all(judged.map(reward));
  const compared = groupAdvantages(
    rewards.map((reward) => reward.total),
    advantages,
  );
  return {
    problem: group.problem,
    signal: compared.some((advantage) => advantage !== null),
    rollouts: judged.map((completion, i) => ({ ...completion, reward: rewards[i]!, advantage: compared[i]! })),
  };
}
