import { setTimeout as sleep } from "node:timers/promises";
import { RunError } from "../../errors.ts";
import { retryDelay } from "../../host/retry-delay.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { PatientVerifierOptions } from "../patient-verifier.ts";

export type PatienceWithQueue = Pick<PatientVerifierOptions, "taskName" | "patienceMinutes" | "onPause" | "signal">;

/**
 * Asks a queue that may be away for a while until it answers, with growing waits.
 *
 * @throws RunError where it doesn't within the patience; the signal's reason where that ends a wait
 */
export async function untilAnswered<T>(
  ask: () => Promise<T>,
  { taskName, patienceMinutes, onPause, signal }: PatienceWithQueue,
): Promise<T> {
  const until = performance.now() + 60_000 * patienceMinutes;
  const key = splitKey(randomKey(process.pid), "queue");
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RunError) || patienceMinutes === 0) throw error;
      const left = (until - performance.now()) / 1000;
      if (left <= 0)
        throw new RunError(`${error.message} It was waited for ${patienceMinutes} min; resume when it is back.`);
      const waitSeconds = Math.min(left, retryDelay(failures, key));
      onPause?.({ taskName, reason: error.message, waitSeconds, patienceMinutes });
      await sleep(1000 * waitSeconds, undefined, signal === undefined ? {} : { signal });
    }
  }
}
