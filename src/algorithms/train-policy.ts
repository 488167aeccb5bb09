import { generalSet, problemSet } from "../data/problem-set.ts";
import { sampleProblems } from "../rollout/sample-problems.ts";
import { judgeGroups, type Judge } from "../judging/judge.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { linearSchedule } from "../optimizer/index.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { randomKey, splitKey, type RandomKey } from "../random.ts";
import { weightedReward } from "../rewards/index.ts";
import type { StepMetrics } from "../records/metrics.ts";
import type { Problem } from "../records/problem.ts";
import type { JudgedRollout, Rollout } from "../records/rollout.ts";
import type { Policy } from "../policy/policy.ts";
import { scoreGroup, type ScoredGroup } from "../rollout/score-groups.ts";
import type { Algorithm } from "./algorithm.ts";
import { drawRows } from "./draw-rows.ts";
import type { GrpoOptions } from "./grpo-options.ts";
import type { JudgedGroups } from "./judged-groups.ts";
import { AGGREGATIONS } from "./presets.ts";
import { stepMetrics } from "./step-metrics.ts";
import { isPreferenceStep, type PartsOfProblem, type StepRewards } from "./step-rewards.ts";
import { updatePolicy, type UpdateOptions } from "./update-policy.ts";

/** Everything that a step needs, each a value. */
export interface PolicySetting {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly judge: Judge;
  readonly template: PromptTemplate;
  readonly rewards: StepRewards;
  readonly algorithm: Algorithm;
  readonly options: GrpoOptions;
}

/** One step as it was made. */
export interface PolicyStep {
  readonly metrics: StepMetrics;
  readonly groups: readonly ScoredGroup[];
}

/**
 * Group Relative Policy Optimization, DeepSeekMath (arXiv:2402.03300), algorithm 1, as R1 uses it (arXiv:2501.12948,
 * section 2.2): no critic, a reward by rules, each completion compared with its siblings. Which rules, and which member
 * of the family, the setting's values say.
 *
 * @param from the first step, counted from 1
 * @param source of judged groups: each step's own, or those that were written ahead
 */
export async function* trainPolicy(
  setting: PolicySetting,
  from: number,
  source: JudgedGroups = eachStepsOwn(setting),
): AsyncGenerator<PolicyStep> {
  const { policy, algorithm, options, judge } = setting;
  const shown = { task: judge.task, precision: options.rolloutPrecision };
  try {
    for (let step = from; step <= options.steps; step++) {
      if (renewsReference(options, step)) await policy.keepReference();
      const taken = await source.take(step);
      const began = source.now();
      const sequences = await algorithm.advantages(taken.groups);
      const update = await updatePolicy(policy, sequences, updateOptions(setting, step, taken.ahead !== undefined));
      await algorithm.learn?.();
      await source.learnt(update.trainedTokens);
      const seconds = source.now() - began;
      yield { metrics: stepMetrics(step, taken, { ...update, seconds }, shown), groups: taken.groups };
    }
  } finally {
    source.stop();
  }
}

/** The source of a synchronous loop: a step samples and judges what it learns from. */
function eachStepsOwn(setting: PolicySetting): JudgedGroups {
  return {
    async take(step) {
      const timer = startTimer();
      const groups = await gatherGroups(setting, step, timer);
      return { groups, rolloutSeconds: timer.seconds.rollout, rewardSeconds: timer.seconds.reward };
    },
    learnt: () => Promise.resolve(),
    now: () => performance.now() / 1000,
    stop: () => undefined,
  };
}

/**
 * The groups of a step, sampled, judged and rewarded; while too few carry signal, of further problems too (DAPO,
 * arXiv:2503.14476, section 3.2), where the options allow rounds of that.
 */
async function gatherGroups(setting: PolicySetting, step: number, timer: Timer): Promise<ScoredGroup[]> {
  const { judge, options } = setting;
  const key = randomKey(options.seed);
  const drawn = await drawBatch(setting, step);
  let problems: readonly Problem[] = [...drawn, ...(await generalPrompts(setting, step))];
  const groups: ScoredGroup[] = [];
  for (let round = 0; round <= options.resampleRounds && problems.length > 0; round++) {
    const sampled = await sampleFromPolicy(setting, problems, batchKey(options.seed, step, round));
    timer.lap("rollout");
    groups.push(...(await scoreGroups(setting, sampled, step)));
    timer.lap("reward");
    const missing = options.problemsPerStep - groups.filter((group) => group.signal).length;
    const more = splitKey(key, "resampled problems", round);
    problems = missing > 0 ? await drawRows(problemSet(judge.task, "train"), missing, step, more) : [];
  }
  return groups;
}

/** The problems of a batch, counted from 1: the same whichever policy writes it. */
export function drawBatch(
  { judge, options }: Pick<PolicySetting, "judge" | "options">,
  batch: number,
): Promise<Problem[]> {
  const key = splitKey(randomKey(options.seed), "problems");
  return drawRows(problemSet(judge.task, "train"), options.problemsPerStep, batch, key);
}

/** What the draws of a batch depend on. */
export function batchKey(seed: number, batch: number, round: number = 0): RandomKey {
  return splitKey(randomKey(seed), "rollout", batch, round);
}

function updateOptions({ algorithm, options }: PolicySetting, step: number, aged: boolean): UpdateOptions {
  const { minibatches, innerEpochs, clipNorm, temperature, rolloutPrecision } = options;
  return {
    loss: algorithm.loss,
    clipNorm,
    temperature,
    minibatches,
    innerEpochs,
    schedule: linearSchedule(
      options.learningRate,
      options.steps * minibatches * innerEpochs,
      options.warmup,
      options.learningRateFloor,
    ),
    aggregation: AGGREGATIONS[options.aggregation](options.maxCompletionTokens),
    key: splitKey(randomKey(options.seed), "minibatches", step),
    aged,
    precision: rolloutPrecision,
  };
}

/**
 * Whether a step begins by making the current policy the reference of the KL penalty. R1, arXiv:2501.12948: every 400
 * steps.
 */
function renewsReference(
  { klCoefficient, referenceEvery }: Pick<GrpoOptions, "klCoefficient" | "referenceEvery">,
  step: number,
): boolean {
  return klCoefficient > 0 && referenceEvery > 0 && step > 1 && (step - 1) % referenceEvery === 0;
}

/** G completions of each problem from the current policy, drawn by a key. */
export function sampleFromPolicy(
  { policy, tokenizer, template, options }: Pick<PolicySetting, "policy" | "tokenizer" | "template" | "options">,
  problems: readonly Problem[],
  key: RandomKey,
  signal?: AbortSignal,
): Promise<Rollout[][]> {
  const { groupSize, temperature, topK, topP, maxCompletionTokens, rolloutPrecision } = options;
  return sampleProblems(policy, tokenizer, problems, {
    template,
    groupSize,
    temperature,
    topK,
    topP,
    greedy: false,
    maxNewTokens: maxCompletionTokens,
    precision: rolloutPrecision,
    key,
    version: policy.version,
    signal,
  });
}

/** Verdicts, rewards, and each completion against its siblings, in the order of what was sampled. */
export async function scoreGroups(
  { judge, rewards, algorithm, options }: Pick<PolicySetting, "judge" | "rewards" | "algorithm" | "options">,
  sampled: readonly (readonly Rollout[])[],
  step: number,
): Promise<ScoredGroup[]> {
  const partsOf = await rewards(sampled.flat(), step);
  const judged = await judgeGroups(judge, sampled);
  return Promise.all(judged.map((group) => rewardGroup({ algorithm, options }, partsOf, group)));
}

/** A judged group's rewards, and each of its completions against its siblings. */
export function rewardGroup(
  { algorithm, options }: Pick<PolicySetting, "algorithm" | "options">,
  partsOf: PartsOfProblem,
  group: readonly JudgedRollout[],
): Promise<ScoredGroup> {
  const { problem } = group[0]!;
  const reward = weightedReward(partsOf(problem), { deadlineSeconds: options.verifierSeconds });
  return scoreGroup(problem, group, reward, algorithm.withinGroup);
}

/**
 * RL for all scenarios (R1, arXiv:2501.12948, section 2.3.4): in the last steps, prompts that no rule checks beside the
 * problems.
 */
async function generalPrompts({ judge: { task }, options }: PolicySetting, step: number): Promise<Problem[]> {
  const { generalPerStep, seed } = options;
  if (generalPerStep === 0 || !isPreferenceStep(options, step)) return [];
  return drawRows(generalSet(task), generalPerStep, step, splitKey(randomKey(seed), "general prompts"));
}

type Phase = "rollout" | "reward";

/** Times the phases of a step, in seconds. */
interface Timer {
  lap(phase: Phase): void;
  readonly seconds: Readonly<Record<Phase, number>>;
}

function startTimer(): Timer {
  const seconds = { rollout: 0, reward: 0 };
  let last = performance.now();
  return {
    lap: (phase) => {
      const now = performance.now();
      seconds[phase] += (now - last) / 1000;
      last = now;
    },
    seconds,
  };
}
