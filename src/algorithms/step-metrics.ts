import { emergenceSample } from "../rollout/emergence-sample.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import { measureEmergence } from "../emergence/index.ts";
import type { StepMetrics, UpdateMetrics } from "../records/run-event.ts";
import type { Task } from "../tasks/index.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";

/**
 * One line of the curve from what a step sampled and what its update did. Accuracy is over what could be verified, its
 * error over problems.
 */
export function stepMetrics(
  step: number,
  groups: readonly ScoredGroup[],
  update: UpdateMetrics,
  laps: Readonly<Record<"rollout" | "reward" | "update", number>>,
  task: Task,
): StepMetrics {
  const all = groups.flatMap((group) => group.rollouts);
  const rightShares = groups.flatMap((group) => {
    const verified = group.rollouts.filter(({ verdict }) => verdict.kind !== "unverifiable");
    return verified.length === 0 ? [] : [mean(verified.map(({ verdict }) => (verdict.kind === "right" ? 1 : 0)))];
  });
  const scored = all.filter(({ reward }) => reward.total !== null);
  const parts = [...new Set(scored.flatMap(({ reward }) => Object.keys(reward.breakdown)))];
  const completionTokens = all.reduce((sum, { rollout }) => sum + rollout.tokens.length, 0);
  const seconds = laps.rollout + laps.reward + laps.update;
  return {
    ...update,
    step,
    accuracy: mean(rightShares),
    accuracyError: standardError(rightShares),
    rewardMean: mean(scored.map(({ reward }) => reward.total!)),
    rewardByPart: Object.fromEntries(
      parts.map((part) => [part, mean(scored.map(({ reward }) => reward.breakdown[part] ?? 0))]),
    ),
    formatShare: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    truncatedShare: mean(all.map(({ rollout }) => (rollout.status === "truncated" ? 1 : 0))),
    signalShare: mean(groups.map((group) => (group.signal ? 1 : 0))),
    unverifiable: all.length - scored.length,
    rollouts: all.length,
    completionTokens,
    emergence: measureEmergence(all.map(emergenceSample), { taskReflectiveWords: task.reflectiveWords ?? [] }),
    rolloutSeconds: laps.rollout,
    rewardSeconds: laps.reward,
    updateSeconds: laps.update,
    seconds,
    tokensPerSecond: completionTokens / seconds,
  };
}
