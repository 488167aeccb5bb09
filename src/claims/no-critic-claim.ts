import { join } from "node:path";
import { mean } from "../numbers/metrics.ts";
import { sum } from "../numbers/sum.ts";
import { givenModel } from "../pipelines/given-model.ts";
import type { Source, Stage } from "../pipelines/stage-runner.ts";
import type { TrainingSummary } from "../training/training-run.ts";
import { defineClaim, type Claim } from "./claim.ts";
import type { FigurePoint } from "./claim-result.ts";
import { above } from "./judgement.ts";
import type { Laboratory } from "./laboratory.ts";
import { memoryProbeStage, type MemoryProbe } from "./memory-probe.ts";
import { readSteps } from "./read-steps.ts";
import { trainingCurve } from "./training-curves.ts";

/** Steps between two checkpoints of PPO that are kept. */
const KEEP_EVERY = 5;

export const noCriticClaim: Claim = defineClaim({
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
    memoryProbe(laboratory, seed, "grpo"),
    memoryProbe(laboratory, seed, "ppo"),
  ],
  outcome: async (laboratory, seed) => {
    const { runner } = laboratory;
    const [grpo, ppo] = [laboratory.zero(seed), laboratory.ppo(seed)];
    const { seconds } = await runner.result(grpo);
    await runner.result(ppo);
    const equalTime = await checkpointAtTime(ppo, seconds);
    return {
      grpo: {
        accuracy: await laboratory.accuracy("zero", seed, grpo),
        stepSeconds: mean(secondsByStep(grpo)),
        peakMegabytes: (await runner.result(memoryProbe(laboratory, seed, "grpo"))).peakMegabytes,
      },
      ppo: {
        accuracy: await laboratory.accuracy("ppo-equal-time", seed, equalTime.model),
        steps: equalTime.step,
        accuracyAtEnd: await laboratory.accuracy("ppo-end", seed, ppo),
        stepSeconds: mean(secondsByStep(ppo)),
        peakMegabytes: (await runner.result(memoryProbe(laboratory, seed, "ppo"))).peakMegabytes,
      },
    };
  },

  measures: (outcomes) => [
    {
      name: "accuracy of GRPO less PPO's at equal time",
      unit: "difference",
      of: ({ grpo, ppo }) => grpo.accuracy - ppo.accuracy,
      test: above(-0.03),
    },
    {
      name: "PPO's time a step over GRPO's",
      unit: "times",
      of: ({ grpo, ppo }) => ppo.stepSeconds / grpo.stepSeconds,
      test: above(1),
    },
    {
      name: "PPO's peak memory over GRPO's",
      unit: "times",
      of: ({ grpo, ppo }) => ppo.peakMegabytes / grpo.peakMegabytes,
      test: above(1),
    },
    { name: "accuracy of GRPO", unit: "share", of: ({ grpo }) => grpo.accuracy },
    {
      name: "accuracy of PPO at equal time",
      unit: "share",
      of: ({ ppo }) => ppo.accuracy,
      note: `after ${outcomes.map(({ ppo }) => ppo.steps).join(", ")} steps`,
    },
    { name: "accuracy of PPO after as many steps", unit: "share", of: ({ ppo }) => ppo.accuracyAtEnd },
    { name: "seconds a step, GRPO", unit: "seconds", of: ({ grpo }) => grpo.stepSeconds },
    { name: "seconds a step, PPO", unit: "seconds", of: ({ ppo }) => ppo.stepSeconds },
    { name: "peak memory, GRPO", unit: "megabytes", of: ({ grpo }) => grpo.peakMegabytes },
    { name: "peak memory, PPO", unit: "megabytes", of: ({ ppo }) => ppo.peakMegabytes },
  ],

  figures: (_outcomes, { laboratory, seeds }) => [
    {
      name: "no-critic",
      title: "Right answers over time (training rollouts)",
      kind: "lines",
      x: "seconds of training",
      y: "right answers",
      percent: true,
      series: [
        { name: "GRPO", points: accuracyOverTime(seeds.map((seed) => laboratory.zero(seed))) },
        { name: "PPO with a critic", points: accuracyOverTime(seeds.map((seed) => laboratory.ppo(seed))) },
      ],
    },
  ],
});

function memoryProbe(laboratory: Laboratory, seed: number, algorithm: "grpo" | "ppo"): Stage<MemoryProbe> {
  const { runner, quick, workers, program } = laboratory;
  return memoryProbeStage(runner, {
    name: `peak-memory-${algorithm}-s${seed}`,
    base: laboratory.zero(seed),
    program,
    options: { critic: algorithm === "ppo", seed, steps: quick ? 1 : 8, workers },
  });
}

function secondsByStep(run: Stage<TrainingSummary>): number[] {
  return readSteps(run.folder).map(({ seconds }) => seconds);
}

/** The checkpoint of PPO that had trained at least as long as GRPO in all; its last one where it never did. */
async function checkpointAtTime(
  ppo: Stage<TrainingSummary>,
  seconds: number,
): Promise<{ readonly step: number; readonly model: Source }> {
  const times = secondsByStep(ppo);
  const reached = times.findIndex((_, i) => sum(times.slice(0, i + 1)) >= seconds) + 1;
  const step = Math.min(times.length, Math.ceil((reached || times.length) / KEEP_EVERY) * KEEP_EVERY);
  if (step === times.length) return { step, model: ppo };
  return {
    step,
    model: { ...(await givenModel(join(ppo.folder, "checkpoints", `step-${step}`))), name: "checkpoint" },
  };
}

/** The mean course of accuracy, with the mean time at which each step ended. */
function accuracyOverTime(runs: readonly Stage<TrainingSummary>[]): FigurePoint[] {
  const times = runs.map(secondsByStep);
  const endOf = (step: number): number => mean(times.map((seconds) => sum(seconds.slice(0, step))));
  return trainingCurve("accuracy", runs, ({ accuracy }) => accuracy).points.map((point, i) => ({
    ...point,
    x: endOf(i + 1),
  }));
}
