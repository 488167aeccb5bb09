import type { StepMetrics } from "../records/metrics.ts";
import { tooOldSince, tooOldWords } from "../store/drift-guard.ts";

/**
 * Follows how far rollouts that were written ahead are from the policy.
 *
 * @param made the steps made before
 * @returns of each step, why the run ends after it; null where it goes on
 */
export function watchDrift(made: readonly StepMetrics[]): (step: StepMetrics) => string | null {
  const steps = [...made];
  return (step) => {
    steps.push(step);
    return tooOldSince(steps) === null ? null : tooOldWords(steps);
  };
}

/** Steps whose checks took longer than all else, before it is said what would help. */
const SLOW_STEPS = 5;

/** Says once, of a synchronous run, that its learner mostly waits for verdicts. */
export function watchChecks(onNote: (text: string) => void): (step: StepMetrics) => void {
  let slow = 0;
  return ({ ahead, ...step }) => {
    if (ahead !== undefined || step.rewardSeconds <= step.rolloutSeconds + step.updateSeconds) return;
    slow++;
    if (slow !== SLOW_STEPS) return;
    onNote(
      `Verdicts took longer than sampling and learning in ${SLOW_STEPS} steps (${step.rewardSeconds.toFixed(1)} s of ${step.seconds.toFixed(1)} s in the last): with \`open\` at two batches of groups they would be waited for side by side.`,
    );
  };
}
