import { OptionError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { RandomKey } from "../random.ts";
import type { Split, Task } from "../tasks/index.ts";
import type { Policy } from "../policy/local/policy.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

/** How much a policy's answers to general prompts are liked. */
export interface GeneralEvaluation {
  /** Mean preference, from 0 to 1. */
  readonly preference: number;
  /** Over prompts. */
  readonly standardError: number;
  readonly prompts: number;
}

export interface EvaluateGeneralOptions {
  readonly template: PromptTemplate;
  readonly split: Split;
  readonly samples: number;
  readonly temperature: number;
  readonly maxCompletionTokens: number;
  readonly key: RandomKey;
}

/** Measures answers to a task's general prompts by its own preference. @throws OptionError for a task without any */
export async function evaluateGeneral(
  policy: Policy,
  tokenizer: Tokenizer,
  task: Task,
  options: EvaluateGeneralOptions,
): Promise<GeneralEvaluation> {
  const { general } = task;
  if (general === undefined)
    throw new OptionError(`Expected the task ${task.name} to have general prompts, it has none.`);
  const groups = await sampleProblems(policy, tokenizer, general.problems(options.split), {
    ...options,
    groupSize: options.samples,
    topK: 0,
    topP: 1,
    greedy: false,
    maxNewTokens: options.maxCompletionTokens,
    policyStep: 0,
    frozen: true,
  });
  const byPrompt = groups.map(({ problem, rollouts }) =>
    mean(rollouts.map(({ text }) => general.preference(problem, text))),
  );
  return { preference: mean(byPrompt), standardError: standardError(byPrompt), prompts: byPrompt.length };
}
