import { setTimeout as sleep } from "node:timers/promises";
import { randomKey, splitKey } from "../random.ts";
import { retryDelay } from "./retry-delay.ts";

export interface AskingAgain {
  /** Seconds after which no answer is waited for any more. */
  readonly seconds: number;
  /** What may pass by itself: errors of this class. */
  readonly passing: new (message: string) => Error;
  /** Ends waits. */
  readonly signal: AbortSignal;
  /** Takes why there was no answer, before each wait. */
  readonly onTrouble?: ((error: Error, waitSeconds: number) => void) | undefined;
}

/** Asks until there is an answer, with growing waits. @throws what it was last told where waiting doesn't help */
export async function askedAgain<T>(
  ask: () => Promise<T>,
  { seconds: most, passing, signal, onTrouble }: AskingAgain,
): Promise<T> {
  const until = performance.now() + 1000 * most;
  const key = splitKey(randomKey(process.pid), "queue");
  for (let failures = 1; ; failures++) {
    try {
      return await ask();
    } catch (error) {
      const seconds = retryDelay(failures, key);
      const isOver = performance.now() + 1000 * seconds > until;
      if (!(error instanceof passing) || isOver || signal.aborted) throw error;
      onTrouble?.(error, seconds);
      await sleep(1000 * seconds, undefined, { signal }).catch((ended: unknown) => {
        if (!signal.aborted) throw ended;
      });
    }
  }
}
