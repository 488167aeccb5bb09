import { WHOLE_DISTRIBUTION } from "../policy/sampling/draw-token.ts";
import { measureEmergence, measureLanguageMixing } from "../emergence/index.ts";
import type { EmergenceMetrics } from "../records/emergence-metrics.ts";
import type { JudgedRollout, Rollout } from "../records/rollout.ts";
import { OptionError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { splitKey, type RandomKey } from "../random.ts";
import type { EvaluationResult } from "../records/metrics.ts";
import type { Problem } from "../records/problem.ts";
import type { Policy } from "../policy/policy.ts";
import type { Task } from "../tasks/index.ts";
import { judgeGroups, type Judge } from "../judging/judge.ts";
import { checkJudged } from "../judging/nothing-judged.ts";
import { mean, standardError } from "../numbers/metrics.ts";
import { countUnverifiable, groupScores, judgedScores } from "../verifiers/verdict-score.ts";
import { averagePassAtK, averageVote } from "./group-votes.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

export interface EvaluateOptions {
  readonly judge: Judge;
  readonly template: PromptTemplate;
  readonly problems: readonly Problem[];
  /** Samples of each problem. */
  readonly samples: number;
  /** 0 takes the likeliest token always. */
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly maxCompletionTokens: number;
  readonly key: RandomKey;
  /** Of the policy: updates made before. */
  readonly version: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Evaluation extends EvaluationResult {
  readonly emergence: EmergenceMetrics;
  /** By k: 1, 2, 4, ... up to the number of samples; without those for which no problem has so many judged samples. */
  readonly passAtK: Readonly<Record<string, number>>;
  readonly majorityVote: Readonly<Record<string, number>>;
}

export interface EvaluationDetails {
  readonly evaluation: Evaluation;
  readonly task: Task;
  /** By problem and sample. */
  readonly judged: readonly (readonly JudgedRollout[])[];
}

/** Problems that are sampled between two reports of progress. */
const CHUNK = 64;

/**
 * Measures a policy on problems: pass@1 with its standard error over problems, pass@k and majority vote from the same
 * samples, the greedy completion beside them (R1, arXiv:2501.12948, section 3.1: sampled, since greedy decoding repeats
 * itself). What could not be judged is counted, and left out of all of them.
 *
 * @throws TaskError in the verifier's own words where nothing could be judged
 */
export async function evaluatePolicy(
  policy: Policy,
  tokenizer: Tokenizer,
  options: EvaluateOptions,
): Promise<EvaluationDetails> {
  if (options.problems.length === 0) throw new OptionError("Expected at least one problem to evaluate on, got none.");
  const judged: JudgedRollout[][] = [];
  const greedy: JudgedRollout[][] = [];
  const total = options.problems.length;
  for (let start = 0; start < total; start += CHUNK) {
    options.signal?.throwIfAborted();
    const problems = options.problems.slice(start, start + CHUNK);
    const sampled = await sampleBothWays(policy, tokenizer, problems, options);
    judged.push(...(await judgeGroups(options.judge, sampled.samples, options.signal)));
    greedy.push(...(await judgeGroups(options.judge, sampled.greedy, options.signal)));
    options.onProgress?.(Math.min(total, start + CHUNK), total);
  }
  checkJudged(options.judge.task.name, judged.flat());
  return { evaluation: summarize(judged, greedy, options), task: options.judge.task, judged };
}

/** Samples of each problem, and one that takes the likeliest token every time. */
async function sampleBothWays(
  policy: Policy,
  tokenizer: Tokenizer,
  problems: readonly Problem[],
  options: EvaluateOptions,
): Promise<{ readonly samples: Rollout[][]; readonly greedy: Rollout[][] }> {
  const shared = {
    template: options.template,
    version: options.version,
    maxNewTokens: options.maxCompletionTokens,
    frozen: true,
    signal: options.signal,
  };
  const samples = await sampleProblems(policy, tokenizer, problems, {
    ...shared,
    groupSize: options.samples,
    temperature: options.temperature,
    ...WHOLE_DISTRIBUTION,
    greedy: options.temperature === 0,
    ...(options.topK === undefined ? {} : { topK: options.topK }),
    ...(options.topP === undefined ? {} : { topP: options.topP }),
    key: splitKey(options.key, "samples"),
  });
  const greedy = await sampleProblems(policy, tokenizer, problems, {
    ...shared,
    groupSize: 1,
    temperature: 1,
    ...WHOLE_DISTRIBUTION,
    greedy: true,
    key: splitKey(options.key, "greedy"),
  });
  return { samples, greedy };
}

function summarize(
  judged: readonly (readonly JudgedRollout[])[],
  greedy: readonly (readonly JudgedRollout[])[],
  { judge, samples }: Pick<EvaluateOptions, "judge" | "samples">,
): Evaluation {
  const { task } = judge;
  const all = judged.flat();
  const verdicts = all.map(({ verdict }) => verdict);
  const byProblem = groupScores(judged.map((group) => group.map(({ verdict }) => verdict)));
  const greedyScores = judgedScores(greedy.flat().map(({ verdict }) => verdict));
  const emergence = measureEmergence(all, { taskReflectiveWords: task.reflectiveWords ?? [] });
  const ks = Array.from({ length: 31 }, (_, i) => 2 ** i).filter((k) => k <= samples);
  const votes = byK(ks, (k) => averageVote(judged, k, task.answerKey));
  const majorityAccuracy = votes[String(ks.at(-1)!)];
  return {
    accuracy: mean(byProblem),
    standardError: standardError(byProblem),
    greedyAccuracy: greedyScores.length === 0 ? null : mean(greedyScores),
    meanLength: mean(all.map(({ tokens }) => tokens.length)),
    selfCorrectionShare: emergence.selfCorrectionShare ?? 0,
    formatShare: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    languageMixing: measureLanguageMixing(
      all.map(({ parsed, problem }) => ({ thinking: parsed.thinking ?? "", language: problem.language })),
    ).mixing,
    truncatedShare: mean(all.map(({ stop }) => (stop === "length" ? 1 : 0))),
    problems: judged.length,
    samples,
    judged: judgedScores(verdicts).length,
    unverifiable: countUnverifiable(verdicts),
    passAtK: byK(ks, (k) => averagePassAtK(judged, k)),
    majorityVote: votes,
    ...(majorityAccuracy === undefined ? {} : { majorityAccuracy, majoritySamples: ks.at(-1)! }),
    emergence,
  };
}

/** A figure by k, where there is one. */
function byK(ks: readonly number[], of: (k: number) => number | null): Record<string, number> {
  return Object.fromEntries(ks.map((k) => [String(k), of(k)] as const).filter((entry) => entry[1] !== null)) as Record<
    string,
    number
  >;
}
