import type { Measurement } from "../pipelines/measure-model.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import type { PretrainSummary } from "../pretraining/pretrain.ts";
import { shareOfSamples } from "./before-after.ts";
import type { Laboratory } from "./laboratory.ts";
import { readSteps } from "./read-steps.ts";

/** What became of a base of the seed's own. */
export interface FreshOutcome {
  readonly base: PretrainSummary;
  readonly before: Measurement;
  readonly after: Measurement;
  /** Share of the first step's groups whose completions differ in what they earn: what a preflight sees. */
  readonly signalShare: number;
}

interface FreshStages {
  readonly base: Stage<PretrainSummary>;
  readonly before: Stage<Measurement>;
  readonly after: Stage<Measurement>;
}

/** A base made for the seed, R1-Zero from it, and both measured on held-out problems. */
export function freshStages(laboratory: Laboratory, task: string, steps: number, seed: number): FreshStages {
  const base = laboratory.freshBase(task, steps, seed);
  const zero = laboratory.zeroFromFresh(task, steps, seed);
  return {
    base,
    before: laboratory.measure(`${task}-${steps}-before`, seed, base, { task }),
    after: laboratory.measure(`${task}-${steps}-after`, seed, zero, { task }),
  };
}

export async function freshOutcome(
  laboratory: Laboratory,
  task: string,
  steps: number,
  seed: number,
): Promise<FreshOutcome> {
  const { base, before, after } = freshStages(laboratory, task, steps, seed);
  return {
    base: await laboratory.runner.result(base),
    before: await laboratory.runner.result(before),
    after: await laboratory.runner.result(after),
    signalShare: readSteps(laboratory.zeroFromFresh(task, steps, seed).folder)[0]!.signalShare,
  };
}

/** What RL added on held-out problems. */
export const gained = {
  accuracy: ({ before, after }: FreshOutcome): number => after.evaluation.accuracy - before.evaluation.accuracy,
  length: ({ before, after }: FreshOutcome): number => after.evaluation.meanLength - before.evaluation.meanLength,
  corrections: ({ before, after }: FreshOutcome): number =>
    shareOfSamples(after, ({ corrects }) => corrects) - shareOfSamples(before, ({ corrects }) => corrects),
} as const;
