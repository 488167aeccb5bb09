import type { StepMetrics } from "../records/metrics.ts";

/**
 * KL from the policies that wrote the rollouts to the one that learns from them, in nats a token. In 19 runs of up to
 * eight versions of age, each that collapsed or slid came above the limit before it fell, and none that learnt did
 * (docs/guides/asynchronous.md).
 */
export const DRIFT_LIMIT = 0.05;
/** What learns stays below it with today's loss. */
export const DRIFT_WARNING = 0.03;
/** Steps above the limit, of the last so many. */
const [TOO_MANY, LOOKED_BACK] = [3, 5];

type AgedStep = Pick<StepMetrics, "step" | "ahead">;

/** The first step of the last five at which the limit was passed, where it was in three; null else. */
export function tooOldSince(steps: readonly AgedStep[]): number | null {
  const above = steps.slice(-LOOKED_BACK).filter(({ ahead }) => ahead !== undefined && ahead.kl > DRIFT_LIMIT);
  return above.length >= TOO_MANY ? above[0]!.step : null;
}

/** What is said where it was. */
export function tooOldWords(steps: readonly AgedStep[]): string {
  const { step, ahead } = steps.at(-1)!;
  return `The rollouts are too old: at step ${step} the policy is ${ahead!.kl.toFixed(3)} nats a token (KL) from the policies that wrote them, above ${DRIFT_LIMIT} in ${TOO_MANY} steps of ${LOOKED_BACK}, after which learning collapses. Lower \`open\` (or \`lag\`) or \`learningRate\`, and go on from here.`;
}
