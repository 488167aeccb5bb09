import { sum, sumOf } from "../numbers/sum.ts";
import { join } from "node:path";
import { hackingBegan } from "../store/hacking-guard.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import type { Source, Stage } from "../pipelines/stage-runner.ts";
import { givenModel } from "../pipelines/given-model.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { bySeed } from "./by-seed.ts";
import type { Claim } from "./claim.ts";
import type { Laboratory } from "./laboratory.ts";
import { memoryProbeStage, type MemoryProbe } from "./memory-probe.ts";
import { sharePoint } from "./share-point.ts";
import { estimate } from "../numbers/statistics.ts";
import { meanSeries, stepMetrics, trainingCurves } from "./training-curves.ts";

const ABOVE_0 = { direction: "above", bound: 0 } as const;

function probe(laboratory: Laboratory, seed: number, critic: boolean): Stage<MemoryProbe> {
  const { runner, quick, workers, program } = laboratory;
  return memoryProbeStage(runner, `memory-${critic ? "ppo" : "grpo"}-s${seed}`, laboratory.zero(seed), program, {
    critic,
    seed,
    steps: quick ? 1 : 8,
    workers,
  });
}

function secondsByStep(run: Stage<TrainingSummary>): number[] {
  return stepMetrics(run.folder).map(({ seconds }) => seconds);
}

/** The checkpoint of PPO that had trained at least as long as GRPO in all; its last one where it never did. Kept every five steps. */
function checkpointAtTime(
  ppo: Stage<TrainingSummary>,
  seconds: number,
): { readonly step: number; readonly model: Source } {
  const times = secondsByStep(ppo);
  let total = 0;
  let step = times.findIndex((time) => (total += time) >= seconds) + 1;
  if (step === 0) step = times.length;
  const kept = Math.min(times.length, Math.ceil(step / 5) * 5);
  return {
    step: kept,
    model:
      kept === times.length
        ? ppo
        : { ...givenModel(join(ppo.folder, "checkpoints", `step-${kept}`)), name: "checkpoint" },
  };
}

export const noCritic: Claim = {
  name: "no-critic",
  statement: "GRPO needs no critic: it saves PPO's value model, its memory and time, and learns as well.",
  hypothesis:
    "GRPO takes less memory and less time a step than PPO with a critic of the policy's size, and is not worse by 3 points or more at equal time.",
  method:
    "The same base, problems, completions a step and learning rate; PPO with lambda 1, advantages by token set to mean 0 and deviation 1, a critic that begins as the base with a head of zeros (learning rate 1e-3). At equal time: PPO's checkpoint that had trained at least as long as GRPO's whole run; held-out accuracy. Memory: the peak of a process that makes 8 steps of either from the trained R1-Zero, whose completions are long.",
  control: "PPO with a critic is the control.",
  stages: (laboratory, seed) => [
    laboratory.zero(seed),
    laboratory.ppo(seed),
    laboratory.measure("ppo-end", seed, laboratory.ppo(seed)),
    laboratory.measure("zero", seed, laboratory.zero(seed)),
    probe(laboratory, seed, false),
    probe(laboratory, seed, true),
  ],
  async find(laboratory, seeds) {
    const { runner } = laboratory;
    const all = await bySeed(seeds, async (seed) => {
      const [grpo, ppo] = [laboratory.zero(seed), laboratory.ppo(seed)];
      const seconds = (await runner.result(grpo)).seconds;
      await runner.result(ppo);
      const { step, model } = checkpointAtTime(ppo, seconds);
      const accuracy = async (stage: Stage<Measurement>): Promise<number> =>
        (await runner.result(stage)).evaluation.accuracy;
      const mean = (values: readonly number[]): number => sum(values) / values.length;
      const stepSeconds = [grpo, ppo].map((stage) => mean(secondsByStep(stage)));
      return {
        grpo: await accuracy(laboratory.measure("zero", seed, grpo)),
        ppo: await accuracy(laboratory.measure("ppo-equal-time", seed, model)),
        ppoEnd: await accuracy(laboratory.measure("ppo-end", seed, ppo)),
        step,
        stepSeconds,
        memory: [
          (await runner.result(probe(laboratory, seed, false))).peakMegabytes,
          (await runner.result(probe(laboratory, seed, true))).peakMegabytes,
        ],
      };
    });
    return {
      measures: [
        {
          name: "accuracy of GRPO less PPO's at equal time",
          unit: "difference",
          estimate: estimate(all.map(({ grpo, ppo }) => grpo - ppo)),
          test: { direction: "above", bound: -0.03 },
        },
        {
          name: "PPO's time a step over GRPO's",
          unit: "times",
          estimate: estimate(all.map(({ stepSeconds }) => stepSeconds[1]! / stepSeconds[0]!)),
          test: { direction: "above", bound: 1 },
        },
        {
          name: "PPO's peak memory over GRPO's",
          unit: "times",
          estimate: estimate(all.map(({ memory }) => memory[1]! / memory[0]!)),
          test: { direction: "above", bound: 1 },
        },
        { name: "accuracy of GRPO", unit: "share", estimate: estimate(all.map(({ grpo }) => grpo)) },
        {
          name: "accuracy of PPO at equal time",
          unit: "share",
          estimate: estimate(all.map(({ ppo }) => ppo)),
          note: `after ${all.map(({ step }) => step).join(", ")} steps`,
        },
        {
          name: "accuracy of PPO after as many steps",
          unit: "share",
          estimate: estimate(all.map(({ ppoEnd }) => ppoEnd)),
        },
        {
          name: "seconds a step, GRPO",
          unit: "seconds",
          estimate: estimate(all.map(({ stepSeconds }) => stepSeconds[0]!)),
        },
        {
          name: "seconds a step, PPO",
          unit: "seconds",
          estimate: estimate(all.map(({ stepSeconds }) => stepSeconds[1]!)),
        },
        { name: "peak memory, GRPO", unit: "megabytes", estimate: estimate(all.map(({ memory }) => memory[0]!)) },
        { name: "peak memory, PPO", unit: "megabytes", estimate: estimate(all.map(({ memory }) => memory[1]!)) },
      ],
      tables: [],
      figures: [
        {
          name: "no-critic",
          title: "Right answers over time (training rollouts)",
          kind: "lines",
          x: "seconds of training",
          y: "right answers",
          percent: true,
          series: (["zero", "ppo"] as const).map((which) => ({
            name: which === "zero" ? "GRPO" : "PPO with a critic",
            points: overTime(seeds.map((seed) => (which === "zero" ? laboratory.zero(seed) : laboratory.ppo(seed)))),
          })),
        },
      ],
      remarks: [],
    };
  },
};

/** The mean curve of accuracy, with the mean time at which each step ended. */
function overTime(runs: readonly Stage<TrainingSummary>[]): { x: number; y: number; low?: number; high?: number }[] {
  const times = runs.map(secondsByStep);
  return meanSeries(trainingCurves(runs, ({ accuracy }) => accuracy)).map((point, i) => ({
    ...point,
    x: sumOf(times, (steps) => sum(steps.slice(0, i + 1))) / times.length,
  }));
}

export const rules: Claim = {
  name: "rules",
  statement: "A learned reward model gets hacked in large-scale RL; rules don't, which is why R1-Zero uses rules.",
  hypothesis:
    "With a learned reward model in place of the rule, its score rises while held-out accuracy ends below that of the run by rules.",
  method:
    "A reward model (the base with a scalar head) is trained on pairs of right and wrong completions of the base, lengths balanced. RL as before, but rewarded by it alone; the rule only watches.",
  control: "The same run rewarded by the rule.",
  stages: (laboratory, seed) => [
    laboratory.zero(seed),
    laboratory.measure("zero", seed, laboratory.zero(seed)),
    laboratory.rlByLearnedRule(seed),
    laboratory.measure("learned-rl", seed, laboratory.rlByLearnedRule(seed)),
  ],
  async find(laboratory, seeds) {
    const { runner } = laboratory;
    const all = await bySeed(seeds, async (seed) => {
      const model = await runner.result(laboratory.learnedRule(seed));
      const run = laboratory.rlByLearnedRule(seed);
      await runner.result(run);
      const steps = stepMetrics(run.folder).map(({ step, accuracy, rewardByPart }) => ({
        step,
        accuracy,
        modelScore: rewardByPart["model"]!,
      }));
      const tail = steps.slice(-10);
      const head = steps.slice(0, 1);
      const mean = (some: typeof steps, of: (step: (typeof steps)[number]) => number): number =>
        sumOf(some, (step) => of(step)) / some.length;
      const smooth = trainingCurves([run], ({ accuracy }) => accuracy)[0]!;
      return {
        rule: (await runner.result(laboratory.measure("zero", seed, laboratory.zero(seed)))).evaluation.accuracy,
        learned: (await runner.result(laboratory.measure("learned-rl", seed, run))).evaluation.accuracy,
        testAccuracy: model.testAccuracy,
        scoreRise: mean(tail, ({ modelScore }) => modelScore) - mean(head, ({ modelScore }) => modelScore),
        score: mean(tail, ({ modelScore }) => modelScore),
        lost: Math.max(...smooth) - smooth.at(-1)!,
        began: hackingBegan(steps),
      };
    });
    return {
      measures: [
        {
          name: "accuracy by rules less accuracy by the learned reward",
          unit: "difference",
          estimate: estimate(all.map(({ rule, learned }) => rule - learned)),
          test: ABOVE_0,
        },
        {
          name: "score of the reward model, gained over RL",
          unit: "number",
          estimate: estimate(all.map(({ scoreRise }) => scoreRise)),
          test: ABOVE_0,
        },
        { name: "accuracy by rules", unit: "share", estimate: estimate(all.map(({ rule }) => rule)) },
        {
          name: "accuracy by the learned reward",
          unit: "share",
          estimate: estimate(all.map(({ learned }) => learned)),
        },
        {
          name: "score at the end",
          unit: "number",
          estimate: estimate(all.map(({ score }) => score)),
          note: "1 is surely right",
        },
        { name: "accuracy lost since its best", unit: "difference", estimate: estimate(all.map(({ lost }) => lost)) },
        {
          name: "reward model: pairs it orders rightly before RL",
          unit: "share",
          estimate: estimate(all.map(({ testAccuracy }) => testAccuracy)),
        },
      ],
      tables: [],
      figures: [
        {
          name: "rules",
          title: "RL by a learned reward: its score and the truth",
          kind: "lines",
          x: "step",
          y: "share",
          percent: true,
          series: [
            {
              name: "score of the reward model",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.rlByLearnedRule(seed)),
                  ({ rewardByPart }) => rewardByPart["model"] ?? 0,
                ),
              ),
            },
            {
              name: "right answers",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.rlByLearnedRule(seed)),
                  ({ accuracy }) => accuracy,
                ),
              ),
            },
            {
              name: "right answers, by rules",
              points: meanSeries(
                trainingCurves(
                  seeds.map((seed) => laboratory.zero(seed)),
                  ({ accuracy }) => accuracy,
                ),
              ),
            },
          ],
        },
      ],
      remarks: all.map(({ began }, i) =>
        began === null
          ? `Seed ${seeds[i]}: the guard saw no hacking (a score that rises by 0.05 while accuracy falls by 5 points).`
          : `Seed ${seeds[i]}: the guard saw hacking begin at step ${began}.`,
      ),
    };
  },
};

export const language: Claim = {
  name: "language",
  statement: "R1-Zero mixes languages; a language-consistency reward mends it at a small cost in accuracy.",
  hypothesis:
    "Of the words of the thinking, the share in another language than the question's is at least 10 points lower with the reward; accuracy changes little.",
  method:
    "Countdown asked in English or Chinese, from models/countdown-bilingual-base, which mixes both. GRPO by the rule alone, and with 0.5 x language consistency added. Held-out problems, T = 0.7.",
  control: "R1-Zero without the language reward, and the base.",
  stages: (laboratory, seed) => {
    const { models, measures } = laboratory.r1(seed);
    const consistent = laboratory.consistentZero(seed);
    return [
      models.Zero,
      measures.Zero,
      measures.Base,
      consistent,
      laboratory.measureBilingual("consistent-zero", seed, consistent),
    ];
  },
  async find(laboratory, seeds) {
    const { runner } = laboratory;
    const all = await bySeed(seeds, async (seed) => {
      const { measures } = laboratory.r1(seed);
      return {
        base: (await runner.result(measures.Base)).evaluation,
        without: (await runner.result(measures.Zero)).evaluation,
        with: (
          await runner.result(laboratory.measureBilingual("consistent-zero", seed, laboratory.consistentZero(seed)))
        ).evaluation,
      };
    });
    type Which = keyof (typeof all)[number];
    const mixing = (which: Which): number[] => all.map((one) => one[which].languageMixing ?? 0);
    const accuracy = (which: Which): number[] => all.map((one) => one[which].accuracy);
    const less = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value - b[i]!);
    const bars = (of: (which: Which) => readonly number[]) =>
      (["base", "without", "with"] as const).map((which, x) => sharePoint(x, of(which)));
    return {
      measures: [
        {
          name: "mixing taken away by the reward",
          unit: "difference",
          estimate: estimate(less(mixing("without"), mixing("with"))),
          test: { direction: "above", bound: 0.1 },
        },
        {
          name: "accuracy with the reward less without",
          unit: "difference",
          estimate: estimate(less(accuracy("with"), accuracy("without"))),
        },
        { name: "mixing of the base", unit: "share", estimate: estimate(mixing("base")) },
        { name: "mixing after RL by the rule", unit: "share", estimate: estimate(mixing("without")) },
        { name: "mixing after RL with the reward", unit: "share", estimate: estimate(mixing("with")) },
        { name: "accuracy by the rule", unit: "share", estimate: estimate(accuracy("without")) },
        { name: "accuracy with the reward", unit: "share", estimate: estimate(accuracy("with")) },
      ],
      tables: [],
      figures: [
        {
          name: "language",
          title: "Language mixing, and what mending it costs",
          kind: "bars",
          x: "model",
          y: "share",
          percent: true,
          labels: ["base", "by the rule", "and language"],
          series: [
            { name: "words in another language", points: bars(mixing) },
            { name: "right answers", points: bars(accuracy) },
          ],
        },
      ],
      remarks: [],
    };
  },
};
