import {
  accuracyReward,
  formatReward,
  languageConsistencyReward,
  lengthShaping,
  type RewardPart,
} from "../rewards/index.ts";
import type { Rollout } from "../records/rollout.ts";
import type { Problem } from "../records/problem.ts";
import type { GrpoOptions } from "./grpo-options.ts";

/**
 * What a reward model said of each rollout, from 0 to 1; a rollout is named by the list of its tokens, which judging
 * leaves as it is.
 */
export type ModelScores = ReadonlyMap<Rollout["tokens"], number>;

/** Whether a reward model scores the completions of a problem at this step. */
export function isScoredByModel(problem: Problem, options: GrpoOptions, step: number): boolean {
  if (options.rewardModel === "") return false;
  return options.rewardModelScores === "all" || (problem.general === true && isPreferenceStep(options, step));
}

/**
 * General prompts and preference rewards come in the last steps alone: over many steps the reward model is hacked (R1,
 * arXiv:2501.12948, section 2.3.4).
 */
export function isPreferenceStep(options: GrpoOptions, step: number): boolean {
  return step > options.steps - options.preferenceSteps;
}

/**
 * The reward of a problem's completions: rules where there are rules, the reward model where it is asked, language
 * consistency for both. R1, arXiv:2501.12948: r = r_reasoning + r_general + r_language, with r_general = model +
 * format.
 */
export function rewardParts(
  problem: Problem,
  options: GrpoOptions,
  scores: ModelScores,
  step: number,
): RewardPart<Problem>[] {
  const byModel = isScoredByModel(problem, options, step);
  const model: RewardPart<Problem> = {
    name: "model",
    weight: options.rewardModelWeight,
    score: ({ tokens }) => scores.get(tokens) ?? null,
  };
  const ruled = problem.general !== true && !byModel;
  return [
    ...(ruled ? [accuracyReward<Problem>({ weight: options.accuracyWeight })] : []),
    ...(byModel ? [model] : []),
    formatReward<Problem>({ weight: options.formatWeight }),
    ...(options.languageWeight > 0 ? [languageConsistencyReward<Problem>({ weight: options.languageWeight })] : []),
    ...(options.overlongWeight > 0
      ? [
          lengthShaping<Problem>({
            maxLength: options.maxCompletionTokens,
            marginLength: options.overlongMargin,
            weight: options.overlongWeight,
          }),
        ]
      : []),
  ];
}
