import { mean, standardError } from "../numbers/metrics.ts";
import { measureEmergence } from "../emergence/index.ts";
import type { StepMetrics } from "../records/metrics.ts";
import type { RolloutPrecision } from "../policy/sampling/rollout-precision.ts";
import type { ScoredRollout } from "../records/rollout.ts";
import type { Unverifiable } from "../records/verdict.ts";
import { countReasons, groupScores, verdictReason } from "../verifiers/verdict-score.ts";
import type { Task } from "../tasks/index.ts";
import type { TakenGroups } from "./judged-groups.ts";
import type { PolicyUpdate } from "./update-policy.ts";

/**
 * One line of the curve from what a step sampled and what its update did. Accuracy is over what could be verified, its
 * error over problems.
 */
export function stepMetrics(
  step: number,
  taken: TakenGroups,
  { samplerKl, ...update }: PolicyUpdate & { readonly seconds: number },
  { task, precision }: { readonly task: Task; readonly precision: RolloutPrecision },
): StepMetrics {
  const { groups, rolloutSeconds, rewardSeconds, ahead } = taken;
  const { seconds: updateSeconds, ...updated } = update;
  const all = groups.flatMap((group) => group.rollouts);
  const byProblem = groupScores(groups.map(({ rollouts }) => rollouts.map(({ verdict }) => verdict)));
  const scored = all.filter(({ reward }) => reward.total !== null);
  const parts = [...new Set(scored.flatMap(({ reward }) => Object.keys(reward.breakdown)))];
  const completionTokens = all.reduce((sum, { tokens }) => sum + tokens.length, 0);
  const seconds = rolloutSeconds + rewardSeconds + updateSeconds;
  return {
    ...updated,
    ...ahead?.gap,
    step,
    accuracy: byProblem.length === 0 ? null : mean(byProblem),
    accuracyError: standardError(byProblem),
    rewardMean: mean(scored.map(({ reward }) => reward.total!)),
    rewardByPart: Object.fromEntries(
      parts.map((part) => [part, mean(scored.map(({ reward }) => reward.breakdown[part] ?? 0))]),
    ),
    formatShare: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    truncatedShare: mean(all.map(({ stop }) => (stop === "length" ? 1 : 0))),
    signalShare: mean(groups.map((group) => (group.signal ? 1 : 0))),
    unverifiable: unscored(all),
    rollouts: all.length,
    completionTokens,
    emergence: measureEmergence(all, { taskReflectiveWords: task.reflectiveWords ?? [] }),
    rolloutSeconds,
    rewardSeconds,
    updateSeconds,
    seconds,
    tokensPerSecond: completionTokens / seconds,
    ...(ahead === undefined ? {} : { ahead: { ...ahead.metrics, kl: samplerKl ?? 0 } }),
    ...(precision === "float32" ? {} : { rounded: { precision, kl: samplerKl ?? 0 } }),
  };
}

/** The rollouts without a reward: their verdict or a part of their reward could not be given. */
function unscored(rollouts: readonly ScoredRollout[]): Unverifiable {
  const reasons = rollouts.flatMap(({ reward }) =>
    reward.total === null ? [verdictReason(reward.verdict) ?? "a part of the reward gave no score"] : [],
  );
  return { count: reasons.length, reasons: countReasons(reasons) };
}
