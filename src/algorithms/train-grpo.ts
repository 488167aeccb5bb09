import { sampleProblems } from "../rollout/sample-problems.ts";
import { judgeGroups, type Judge } from "../judging/judge.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { linearSchedule } from "../optimizer/index.ts";
import type { PromptTemplate } from "../prompts/index.ts";
import { randomKey, splitKey, type RandomKey } from "../random.ts";
import { weightedReward } from "../rewards/index.ts";
import type { StepMetrics } from "../records/metrics.ts";
import type { Problem } from "../records/problem.ts";
import type { MemoryPlan } from "../policy/local/memory-plan.ts";
import { clippedPolicyLoss } from "../losses/index.ts";
import type { Policy } from "../policy/policy.ts";
import { updatePolicy, type AdvantagedSequence } from "./update-policy.ts";
import type { ScalarModel } from "../policy/local/scalar-model.ts";
import { criticAdvantages, updateCritic } from "./critic.ts";
import { drawProblems } from "./draw-problems.ts";
import { ADVANTAGES, AGGREGATIONS } from "./presets.ts";
import { scoreByModel } from "./reward-model-score.ts";
import { isPreferenceStep, isScoredByModel, rewardParts } from "./reward-parts.ts";
import { scoreGroup, type ScoredGroup } from "../rollout/score-groups.ts";
import { stepMetrics } from "./step-metrics.ts";
import type { GrpoOptions } from "./grpo-options.ts";

export interface GrpoSetting {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly judge: Judge;
  readonly template: PromptTemplate;
  readonly options: GrpoOptions;
  readonly memory: MemoryPlan;
  /** Scores what no rule decides on. */
  readonly rewardModel?: ScalarModel;
  /** With it the steps are PPO's: advantages by token against its values. */
  readonly critic?: ScalarModel;
}

/**
 * Group Relative Policy Optimization, DeepSeekMath (arXiv:2402.03300), algorithm 1, as R1 uses it (arXiv:2501.12948,
 * section 2.2): no critic, a reward by rules, each completion compared with its siblings.
 *
 * @param from the first step, counted from 1
 */
export async function* trainGrpo(
  setting: GrpoSetting,
  from: number,
): AsyncGenerator<{ readonly metrics: StepMetrics; readonly groups: readonly ScoredGroup[] }> {
  const { policy, options, critic } = setting;
  const { task } = setting.judge;
  const key = randomKey(options.seed);
  for (let step = from; step <= options.steps; step++) {
    const clock = startClock();
    if (renewsReference(options, step)) await policy.keepReference();

    let problems: readonly Problem[] = [
      ...drawProblems(task.problems("train"), options.problemsPerStep, step, splitKey(key, "problems")),
      ...generalPrompts(setting, step),
    ];
    const groups: ScoredGroup[] = [];
    for (let round = 0; round <= options.resampleRounds && problems.length > 0; round++) {
      const sampled = await sampleFromPolicy(setting, problems, splitKey(key, "rollout", step, round));
      clock.lap("rollout");
      groups.push(...(await scoreGroups(setting, sampled, step)));
      clock.lap("reward");
      const missing = options.problemsPerStep - groups.filter((group) => group.signal).length;
      problems =
        missing > 0
          ? drawProblems(task.problems("train"), missing, step, splitKey(key, "resampled problems", round))
          : [];
    }

    const compared = critic === undefined ? undefined : await criticAdvantages(critic, groups, options);
    const update = await updatePolicy(policy, compared ?? groups.flatMap(advantagedSequences), {
      loss: clippedPolicyLoss(options),
      clipNorm: options.clipNorm,
      temperature: options.temperature,
      minibatches: options.minibatches,
      innerEpochs: options.innerEpochs,
      schedule: linearSchedule(
        options.learningRate,
        options.steps * options.minibatches * options.innerEpochs,
        options.warmup,
        options.learningRateFloor,
      ),
      aggregation: AGGREGATIONS[options.aggregation](options.maxCompletionTokens),
      key: splitKey(key, "minibatches", step),
    });
    if (critic !== undefined) await updateCritic(critic, compared!, options);
    clock.lap("update");
    yield { metrics: stepMetrics(step, groups, update, clock.laps(), task), groups };
  }
}

/**
 * Whether a step begins by making the current policy the reference of the KL penalty. R1, arXiv:2501.12948: every 400
 * steps.
 */
export function renewsReference({ klCoefficient, referenceEvery }: GrpoOptions, step: number): boolean {
  return klCoefficient > 0 && referenceEvery > 0 && step > 1 && (step - 1) % referenceEvery === 0;
}

/** G completions of each problem from the current policy, drawn by a key. */
export function sampleFromPolicy(
  { policy, tokenizer, template, options }: GrpoSetting,
  problems: readonly Problem[],
  key: RandomKey,
): ReturnType<typeof sampleProblems> {
  return sampleProblems(policy, tokenizer, problems, {
    template,
    groupSize: options.groupSize,
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    greedy: false,
    maxNewTokens: options.maxCompletionTokens,
    key,
    version: policy.version,
  });
}

/** The rules: was the answer right, was the format kept; and a reward model where no rule decides. */
async function scoreGroups(
  { judge, options, rewardModel }: GrpoSetting,
  sampled: Awaited<ReturnType<typeof sampleProblems>>,
  step: number,
): Promise<ScoredGroup[]> {
  const asked = sampled.flat().filter(({ problem }) => isScoredByModel(problem, options, step));
  const scores = asked.length === 0 ? new Map<never, never>() : await scoreByModel(rewardModel!, asked);
  const judged = await judgeGroups(judge, sampled);
  return Promise.all(
    judged.map((group) => {
      const { problem } = group[0]!;
      const reward = weightedReward(rewardParts(problem, options, scores, step), {
        deadlineSeconds: options.verifierSeconds,
      });
      return scoreGroup(problem, group, reward, ADVANTAGES[options.advantages]);
    }),
  );
}

/**
 * RL for all scenarios (R1, arXiv:2501.12948, section 2.3.4): in the last steps, prompts that no rule checks beside the
 * problems.
 */
function generalPrompts({ judge: { task }, options }: GrpoSetting, step: number): Problem[] {
  if (options.generalPerStep === 0 || !isPreferenceStep(options, step)) return [];
  return drawProblems(
    task.general!.problems("train"),
    options.generalPerStep,
    step,
    splitKey(randomKey(options.seed), "general prompts"),
  );
}

function advantagedSequences(group: ScoredGroup): AdvantagedSequence[] {
  return group.rollouts.flatMap((rollout) =>
    group.signal && rollout.advantage !== null ? [{ ...rollout, advantage: rollout.advantage }] : [],
  );
}

type Phase = "rollout" | "reward" | "update";

/** Times the phases of a step, in seconds. */
function startClock(): { lap(phase: Phase): void; laps(): Record<Phase, number> } {
  const laps = { rollout: 0, reward: 0, update: 0 };
  let last = performance.now();
  return {
    lap: (phase) => {
      const now = performance.now();
      laps[phase] += (now - last) / 1000;
      last = now;
    },
    laps: () => laps,
  };
}
