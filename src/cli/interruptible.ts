import type { Host } from "./host.ts";
import { INTERRUPTED } from "./failure.ts";

/** npm and the terminal may each pass on the same Ctrl-C; within these seconds it counts once. */
export const ONE_PRESS_SECONDS = 0.5;

/** What a job gave, or that Ctrl-C ended it before it could give anything. */
export type Outcome<T> =
  | { readonly value: T; readonly interrupted: boolean }
  | { readonly value: null; readonly interrupted: true };

/**
 * Runs a job that can be asked to stop: the first Ctrl-C aborts the signal, so that the job ends its step and keeps
 * what it has; the second one ends the process at once.
 */
export async function interruptible<T>(
  host: Host,
  message: () => string,
  job: (signal: AbortSignal) => Promise<T>,
): Promise<Outcome<T>> {
  const controller = new AbortController();
  let pressed = 0;
  const remove = host.onInterrupt(() => {
    if (controller.signal.aborted) {
      if (host.seconds() - pressed >= ONE_PRESS_SECONDS) host.endAtOnce(INTERRUPTED);
      return;
    }
    pressed = host.seconds();
    host.error(`\n${message()} Press Ctrl-C again to end at once.\n`);
    controller.abort();
  });
  try {
    return { value: await job(controller.signal), interrupted: controller.signal.aborted };
  } catch (error) {
    // A job that was asked to stop before it had anything to keep may say so by throwing the signal's reason.
    if (
      controller.signal.aborted &&
      (error === controller.signal.reason || (error instanceof Error && error.name === "AbortError"))
    ) {
      return { value: null, interrupted: true };
    }
    throw error;
  } finally {
    remove();
  }
}
