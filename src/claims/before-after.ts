import type { MeasuredSample } from "../evaluation/measured-samples.ts";
import { shareOf } from "../numbers/share.ts";
import type { Measurement } from "../pipelines/measure-model.ts";
import type { Stage } from "../pipelines/stage-runner.ts";
import type { Runs } from "./claim.ts";
import type { FigureSeries } from "./claim-result.ts";
import type { Laboratory } from "./laboratory.ts";
import { trainingCurve, type StepField } from "./training-curves.ts";

/** The experiment that several claims read: R1-Zero and its control, measured before and after. */
export const BEFORE_AFTER = {
  method:
    "GRPO with a reward of 1 for a right answer and 0 otherwise, 110 steps of 32 problems x 8 completions, from models/countdown-base; 444 held-out problems, 16 samples each, T = 1, before and after.",
  control:
    "The base itself, measured in the same way at step 0; and the same training from a base whose corpus never tries again (models/countdown-no-retries-base).",
} as const;

/** A seed's measurements of the base, of what RL made of it, and of the control at both times. */
export interface BeforeAfter {
  readonly before: Measurement;
  readonly after: Measurement;
  readonly controlBefore: Measurement;
  readonly controlAfter: Measurement;
}

function measurements(laboratory: Laboratory, seed: number): Record<keyof BeforeAfter, Stage<Measurement>> {
  return {
    before: laboratory.measureOften("base", seed, laboratory.countdown),
    after: laboratory.measureOften("zero", seed, laboratory.zero(seed)),
    controlBefore: laboratory.measure("control-base", seed, laboratory.noRetries),
    controlAfter: laboratory.measure("control", seed, laboratory.control(seed)),
  };
}

/** The runs of the whole experiment for a seed. */
export function beforeAfterStages(laboratory: Laboratory, seed: number): Stage[] {
  return Object.values(measurements(laboratory, seed));
}

/** The same without the control. */
export function beforeAfterStagesAlone(laboratory: Laboratory, seed: number): Stage[] {
  const { before, after } = measurements(laboratory, seed);
  return [before, after];
}

/** What they measured. */
export async function beforeAfter(laboratory: Laboratory, seed: number): Promise<BeforeAfter> {
  const { controlBefore, controlAfter } = measurements(laboratory, seed);
  return {
    ...(await beforeAfterAlone(laboratory, seed)),
    controlBefore: await laboratory.runner.result(controlBefore),
    controlAfter: await laboratory.runner.result(controlAfter),
  };
}

export async function beforeAfterAlone(
  laboratory: Laboratory,
  seed: number,
): Promise<Pick<BeforeAfter, "before" | "after">> {
  const { before, after } = measurements(laboratory, seed);
  return { before: await laboratory.runner.result(before), after: await laboratory.runner.result(after) };
}

/** The share of a measurement's samples that something holds of. */
export function shareOfSamples({ samples }: Measurement, holds: (sample: MeasuredSample) => boolean): number {
  return shareOf(samples.flat(), holds);
}

/** The courses of a number over RL, from the base and from the control's base. */
export function zeroAndControl({ laboratory, seeds }: Runs, of: StepField): FigureSeries[] {
  const zero = seeds.map((seed) => laboratory.zero(seed));
  const control = seeds.map((seed) => laboratory.control(seed));
  return [trainingCurve("base with retries", zero, of), trainingCurve("control, no retries", control, of)];
}
