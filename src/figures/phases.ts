import type { RecordedStep } from "../records/metrics.ts";

/** What a step spent its time on, and how fast that went. */
export interface StepPhases {
  /** Shares of the step's time, from 0 to 1. */
  readonly writing: number;
  readonly training: number;
  /** Completion tokens by second of that phase alone; null where it took no time. */
  readonly writtenPerSecond: number | null;
  readonly trainedPerSecond: number | null;
}

/**
 * The phases of a step.
 *
 * @returns null where its times weren't recorded, and where rollouts are written beside the update or elsewhere: a
 *   phase's time then isn't a share of the step's
 */
export function stepPhases(step: RecordedStep): StepPhases | null {
  const { seconds, rolloutSeconds, updateSeconds, completionTokens, trainedTokens, ahead, samplers } = step;
  if (seconds === null || rolloutSeconds === null || updateSeconds === null || seconds <= 0) return null;
  if (ahead !== undefined || samplers !== undefined) return null;
  const rate = (tokens: number | null, time: number): number | null =>
    tokens === null || time <= 0 ? null : tokens / time;
  return {
    writing: rolloutSeconds / seconds,
    training: updateSeconds / seconds,
    writtenPerSecond: rate(completionTokens, rolloutSeconds),
    trainedPerSecond: rate(trainedTokens, updateSeconds),
  };
}
