import type { RandomKey } from "../random.ts";
import { splitKey } from "../random.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import type { Rollout } from "../records/rollout.ts";
import type { SamplingOptions } from "../policy/sampling/sampling-request.ts";
import type { Problem } from "../records/problem.ts";
import { collectGroups } from "../policy/collect-groups.ts";
import type { Policy } from "../policy/policy.ts";

/** How completions are drawn. */
export interface SampleProblemsOptions extends SamplingOptions {
  /** Completions by problem. */
  readonly groupSize: number;
  readonly template: PromptTemplate;
  /** The draws of problem i, sample j depend on this key, the problem's id and j alone. */
  readonly key: RandomKey;
  /** Of the policy: updates made before. */
  readonly version: number;
  /** Ends the sampling, which then throws what it was aborted with. */
  readonly signal?: AbortSignal | undefined;
}

/** Samples a group of completions for each problem, in their order. */
export async function sampleProblems(
  policy: Policy,
  tokenizer: Tokenizer,
  problems: readonly Problem[],
  options: SampleProblemsOptions,
): Promise<Rollout[][]> {
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
  const { temperature, topK, topP, greedy, maxNewTokens, slots, frozen = false, precision, signal } = options;
  const completions = await collectGroups(
    policy.sample(requests, { temperature, topK, topP, greedy, maxNewTokens, slots, frozen, precision, signal }),
  );
  return problems.map((problem, i) =>
    completions[i]!.map((completion, sample): Rollout => ({
      ...completion,
      problem,
      prompt: prompts[i]!,
      promptTokens: requests[i]!.prompt,
      text: tokenizer.decode(completion.stop === "end" ? completion.tokens.slice(0, -1) : completion.tokens),
      version: options.version,
      sample,
    })),
  );
}
