import { evaluate, type EvaluateOptions, type EvaluationDetails } from "../evaluation/evaluate.ts";
import type { Tokenizer } from "../model/tokenizer.ts";
import { randomKey, splitKey } from "../random.ts";
import type { Split } from "../tasks/index.ts";
import type { Policy } from "../update/policy.ts";

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

/** Measures a run's policy, before or after training: the same seed draws the same samples, whatever was trained. */
export async function evaluateRun(policy: Policy, tokenizer: Tokenizer, given: Pick<EvaluateOptions, "task" | "judge" | "template" | "temperature" | "policyStep" | "onProgress">, setting: EvaluationSetting): Promise<EvaluationDetails> {
  const problems = given.task.problems(setting.evaluationSplit);
  return evaluate(policy, tokenizer, {
    ...given,
    problems: setting.evaluationProblems > 0 ? problems.slice(0, setting.evaluationProblems) : problems,
    samples: setting.evaluationSamples,
    maxCompletionTokens: setting.maxCompletionTokens,
    key: splitKey(randomKey(setting.seed), "evaluation"),
  });
}
