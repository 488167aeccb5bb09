import {
  accuracyReward,
  formatReward,
  languageConsistencyReward,
  lengthShaping,
  type CompletionReward,
  type RewardPart,
} from "../rewards/index.ts";
import type { Rollout } from "../records/rollout.ts";
import type { Problem } from "../records/problem.ts";
import type { ScalarModel } from "../policy/local/scalar-model.ts";
import type { TrainingSamplingOptions } from "../policy/sampling/sampling-options.ts";
import type { RewardOptions } from "../rewards/reward-options.ts";
import type { RunOptions } from "./run-options.ts";
import { scoreByModel } from "./reward-model-score.ts";

/** The options that decide on rewards. */
type RewardingOptions = RewardOptions &
  Pick<TrainingSamplingOptions, "maxCompletionTokens"> &
  Pick<RunOptions, "steps">;

/** What the completions of a problem earn. */
export type PartsOfProblem = (problem: Problem) => readonly RewardPart[];

/** What completions earn at a step: asked once for all that was sampled, before the verdicts are there. */
export type StepRewards = (sampled: readonly Rollout[], step: number) => Promise<PartsOfProblem>;

/** The same parts for every problem of every step: those of one's own. */
export function ownRewards(parts: readonly RewardPart[]): StepRewards {
  return () => Promise.resolve(() => parts);
}

/**
 * What a run's options say.
 *
 * @param rewardModel scores what no rule decides on; there where the options ask for one
 */
export function optionRewards(options: RewardingOptions, rewardModel?: ScalarModel): StepRewards {
  return async (sampled, step) => {
    const asked = sampled.filter(({ problem }) => isScoredByModel(problem, options, step));
    const scores: ModelScores = asked.length === 0 ? new Map() : await scoreByModel(rewardModel!, asked);
    return (problem) => rewardParts(problem, options, scores, step);
  };
}

/**
 * What a reward model said of each rollout, from 0 to 1; a rollout is named by the list of its tokens, which judging
 * leaves as it is.
 */
type ModelScores = ReadonlyMap<Rollout["tokens"], number>;

/** Whether a reward model scores the completions of a problem at this step. */
function isScoredByModel(problem: Problem, options: RewardingOptions, step: number): boolean {
  if (options.rewardModel === "") return false;
  return options.rewardModelScores === "all" || (problem.general === true && isPreferenceStep(options, step));
}

/**
 * General prompts and preference rewards come in the last steps alone: over many steps the reward model is hacked (R1,
 * arXiv:2501.12948, section 2.3.4).
 */
export function isPreferenceStep(options: Pick<RewardingOptions, "steps" | "preferenceSteps">, step: number): boolean {
  return step > options.steps - options.preferenceSteps;
}

/**
 * The reward of a problem's completions: rules where there are rules, the reward model where it is asked, language
 * consistency for both. R1, arXiv:2501.12948: r = r_reasoning + r_general + r_language, with r_general = model +
 * format.
 */
function rewardParts(
  problem: Problem,
  options: RewardingOptions,
  scores: ModelScores,
  step: number,
): CompletionReward[] {
  const byModel = isScoredByModel(problem, options, step);
  const model: CompletionReward = {
    name: "model",
    weight: options.rewardModelWeight,
    score: ({ tokens }) => scores.get(tokens) ?? null,
  };
  const ruled = problem.general !== true && !byModel;
  return [
    ...(ruled ? [accuracyReward<Problem>({ weight: options.accuracyWeight, truncated: options.truncated })] : []),
    ...(byModel ? [model] : []),
    formatReward<Problem>({ weight: options.formatWeight }),
    ...(options.languageWeight > 0 ? [languageConsistencyReward<Problem>({ weight: options.languageWeight })] : []),
    ...(options.overlongWeight > 0 ? [overlong(options)] : []),
  ];
}

function overlong({ maxCompletionTokens, overlongMargin, overlongWeight }: RewardingOptions): CompletionReward {
  return lengthShaping({ maxLength: maxCompletionTokens, marginLength: overlongMargin, weight: overlongWeight });
}
