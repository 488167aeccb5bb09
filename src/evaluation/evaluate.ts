import { emergenceSample } from "../rollout/emergence-sample.ts";
import { measureEmergence, measureLanguageMixing } from "../emergence/index.ts";
import type { EmergenceMetrics } from "../records/emergence-metrics.ts";
import { OptionError } from "../errors.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { splitKey, type RandomKey } from "../random.ts";
import type { EvaluationResult } from "../records/run-event.ts";
import type { Problem } from "../records/problem.ts";
import type { Task } from "../tasks/index.ts";
import type { Policy } from "../policy/local/policy.ts";
import { judgeGroup, type Judge, type JudgedRollout } from "../judging/judge.ts";
import { majorityVote, mean, passAtK, standardError } from "../numbers/metrics.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";

export interface EvaluateOptions {
  readonly task: Task;
  readonly judge: Judge;
  readonly template: PromptTemplate;
  readonly problems: readonly Problem[];
  /** Samples of each problem. */
  readonly samples: number;
  readonly temperature: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly maxCompletionTokens: number;
  readonly key: RandomKey;
  readonly policyStep: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface Evaluation extends EvaluationResult {
  /** By k: 1, 2, 4, ... up to the number of samples. */
  readonly passAtK: Readonly<Record<string, number>>;
  readonly majorityVote: Readonly<Record<string, number>>;
}

export interface EvaluationDetails {
  readonly evaluation: Evaluation;
  readonly emergence: EmergenceMetrics;
  /** By problem and sample. */
  readonly judged: readonly (readonly JudgedRollout[])[];
}

/** Problems that are sampled between two reports of progress. */
const CHUNK = 64;

/**
 * Measures a policy on problems: pass@1 with its standard error over problems, pass@k and majority vote from the same
 * samples, the greedy completion beside them (R1, arXiv:2501.12948, section 3.1: sampled, since greedy decoding repeats
 * itself).
 */
export async function evaluate(
  policy: Policy,
  tokenizer: Tokenizer,
  options: EvaluateOptions,
): Promise<EvaluationDetails> {
  if (options.problems.length === 0) throw new OptionError("Expected at least one problem to evaluate on, got none.");
  const judged: JudgedRollout[][] = [];
  const greedyRight: number[] = [];
  const total = options.problems.length;
  for (let start = 0; start < total; start += CHUNK) {
    options.signal?.throwIfAborted();
    const problems = options.problems.slice(start, start + CHUNK);
    const shared = {
      template: options.template,
      policyStep: options.policyStep,
      maxNewTokens: options.maxCompletionTokens,
      frozen: true,
    };
    const groups = await sampleProblems(policy, tokenizer, problems, {
      ...shared,
      groupSize: options.samples,
      temperature: options.temperature,
      topK: options.topK ?? 0,
      topP: options.topP ?? 1,
      greedy: false,
      key: splitKey(options.key, "samples"),
    });
    const greedy = await sampleProblems(policy, tokenizer, problems, {
      ...shared,
      groupSize: 1,
      temperature: 1,
      topK: 0,
      topP: 1,
      greedy: true,
      key: splitKey(options.key, "greedy"),
    });
    for (const group of groups) judged.push(await judgeGroup(options.task, options.judge, group));
    for (const group of greedy)
      greedyRight.push((await judgeGroup(options.task, options.judge, group))[0]!.verdict.kind === "right" ? 1 : 0);
    options.onProgress?.(Math.min(total, start + CHUNK), total);
  }
  const emergence = measureEmergence(judged.flat().map(emergenceSample), {
    taskReflectiveWords: options.task.reflectiveWords ?? [],
  });
  return { evaluation: summarize(judged, mean(greedyRight), emergence, options.samples), emergence, judged };
}

function summarize(
  judged: readonly (readonly JudgedRollout[])[],
  greedyAccuracy: number,
  emergence: EmergenceMetrics,
  samples: number,
): Evaluation {
  const all = judged.flat();
  const byProblem = judged.map((rollouts) => mean(rollouts.map(({ verdict }) => (verdict.kind === "right" ? 1 : 0))));
  const majorityVote = (k: number): number => mean(judged.map((rollouts) => (votedRight(rollouts, k) ? 1 : 0)));
  const ks = Array.from({ length: 31 }, (_, i) => 2 ** i).filter((k) => k <= samples);
  return {
    accuracy: mean(byProblem),
    standardError: standardError(byProblem),
    greedyAccuracy,
    meanLength: mean(all.map(({ rollout }) => rollout.tokens.length)),
    selfCorrectionShare: emergence.selfCorrectionShare ?? 0,
    formatShare: mean(all.map(({ parsed }) => (parsed.wellFormed ? 1 : 0))),
    languageMixing: measureLanguageMixing(
      all.map(({ parsed, problem }) => ({ thinking: parsed.thinking ?? "", language: problem.language })),
    ).mixing,
    truncatedShare: mean(all.map(({ rollout }) => (rollout.status === "truncated" ? 1 : 0))),
    problems: judged.length,
    samples,
    passAtK: Object.fromEntries(
      ks.map((k) => [
        String(k),
        mean(
          judged.map((rollouts) =>
            passAtK(rollouts.length, rollouts.filter(({ verdict }) => verdict.kind === "right").length, k),
          ),
        ),
      ]),
    ),
    majorityVote: Object.fromEntries(ks.map((k) => [String(k), majorityVote(k)])),
    majorityAccuracy: majorityVote(ks.at(-1)!),
    majoritySamples: ks.at(-1)!,
  };
}

/** Answers are counted as equal when they differ in white space only. */
function votedRight(rollouts: readonly JudgedRollout[], k: number): boolean {
  const answers = rollouts.map(({ parsed }) => parsed.answer?.replaceAll(/\s/g, "") ?? null);
  const winner = majorityVote(answers, k);
  return winner !== null && rollouts[answers.indexOf(winner)]!.verdict.kind === "right";
}
