import type { RandomKey } from "../random.ts";
import { splitKey } from "../random.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Rollout, RolloutGroup } from "../records/rollout.ts";
import type { SamplingOptions } from "../policy/sampling/sampling-request.ts";
import type { Problem } from "../tasks/task.ts";
import type { Policy } from "../policy/local/policy.ts";

/** How completions are drawn. */
export interface SampleProblemsOptions extends SamplingOptions {
  /** Completions by problem. */
  readonly groupSize: number;
  readonly template: PromptTemplate;
  /** The draws of problem i, sample j depend on this key, the problem's id and j alone. */
  readonly key: RandomKey;
  readonly policyStep: number;
}

/** Samples a group of completions for each problem. */
export async function sampleProblems(
  policy: Policy,
  tokenizer: Tokenizer,
  problems: readonly Problem[],
  options: SampleProblemsOptions,
): Promise<RolloutGroup<Problem>[]> {
  const prompts = problems.map((problem) => options.template(problem));
  const seen = new Map<string, number>();
  const requests = prompts.map((prompt, i) => {
    const { id } = problems[i]!;
    // A task with few problems comes round within one step; the same problem again gets draws of its own.
    const again = seen.get(id) ?? 0;
    seen.set(id, again + 1);
    const key = again === 0 ? splitKey(options.key, id) : splitKey(options.key, id, "again", again);
    return {
      prompt: tokenizer.encode(prompt),
      keys: Array.from({ length: options.groupSize }, (_, sample) => splitKey(key, sample)),
    };
  });
  const { temperature, topK, topP, greedy, maxNewTokens, slots, frozen = false } = options;
  const completions = await policy.sample(requests, { temperature, topK, topP, greedy, maxNewTokens, slots, frozen });
  return problems.map((problem, i) => ({
    problem,
    prompt: prompts[i]!,
    rollouts: completions[i]!.map((completion, sample): Rollout => ({
      promptTokens: requests[i]!.prompt,
      tokens: completion.tokens,
      logprobs: completion.logprobs,
      text: tokenizer.decode(completion.finished ? completion.tokens.slice(0, -1) : completion.tokens),
      status: completion.finished ? "finished" : "truncated",
      policyStep: options.policyStep,
      sample,
    })),
  }));
}
