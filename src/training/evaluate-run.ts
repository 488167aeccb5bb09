import { evaluatePolicy, type EvaluateOptions, type EvaluationDetails } from "../evaluation/evaluate.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Problem, Split } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import type { Policy } from "../policy/policy.ts";

/** What a run's options say of its evaluations. */
export interface EvaluationSetting {
  readonly evaluationSplit: Split;
  /** 0 for all. */
  readonly evaluationProblems: number;
  readonly evaluationSamples: number;
  readonly maxCompletionTokens: number;
  readonly seed: number;
  readonly workers: number;
}

/** The problems on which a run is measured before and after. */
export function evaluatedProblems(
  task: Task,
  { evaluationSplit, evaluationProblems }: Pick<EvaluationSetting, "evaluationSplit" | "evaluationProblems">,
): readonly Problem[] {
  const problems = task.problems(evaluationSplit);
  return evaluationProblems > 0 ? problems.slice(0, evaluationProblems) : problems;
}

/**
 * Measures a run's policy, before, during or after training: the same seed draws the same samples, whatever was
 * trained.
 */
export async function evaluateRun(
  policy: Policy,
  tokenizer: Tokenizer,
  given: Pick<EvaluateOptions, "judge" | "template" | "temperature" | "version" | "signal" | "onProgress">,
  setting: EvaluationSetting,
  problems: readonly Problem[] = evaluatedProblems(given.judge.task, setting),
): Promise<EvaluationDetails> {
  return evaluatePolicy(policy, tokenizer, {
    ...given,
    problems,
    samples: setting.evaluationSamples,
    maxCompletionTokens: setting.maxCompletionTokens,
    key: splitKey(randomKey(setting.seed), "evaluation"),
  });
}
