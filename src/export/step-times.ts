import type { StateChange } from "../store/index.ts";

/** A step and how long it took. */
export interface TimedStep {
  readonly step: number;
  /** Null where an imported run doesn't say. */
  readonly seconds: number | null;
}

/**
 * When each step ended, in seconds since 1970. The store keeps how long steps took and when a run was started and
 * resumed: from there their seconds are added up, so that evaluations between them are not in it.
 *
 * @returns shape [steps], never falling
 */
export function stepTimes(steps: readonly TimedStep[], states: readonly StateChange[]): number[] {
  const begins = states.filter(({ state }) => state === "started" || state === "resumed");
  let next = 0;
  let now = 0;
  return steps.map(({ step, seconds }) => {
    // A run goes on from a checkpoint at or before the last step that was recorded then.
    for (let begin = begins[next]; begin !== undefined && begin.step < step; begin = begins[++next])
      now = Math.max(now, begin.time / 1000);
    now += seconds ?? 0;
    return now;
  });
}
