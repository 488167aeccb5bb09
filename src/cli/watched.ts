import type { CommandContext } from "./command-context.ts";
import type { Watch } from "./compositions.ts";
import { INTERRUPTED } from "./failure.ts";
import type { CommonFlags } from "./flags.ts";
import { interruptible } from "./interruptible.ts";
import { createProgress } from "./progress/progress.ts";

export interface WatchedFlags extends CommonFlags {
  /** The time limit of the job, for the time left. */
  readonly minutes?: number;
}

/**
 * Runs a long job with its progress on the screen, to its end or to Ctrl-C.
 *
 * @param message what Ctrl-C answers
 * @returns what the job gave; null if it was stopped before it had anything to give. The exit code says so too.
 */
export async function watched<T>(
  context: CommandContext,
  flags: WatchedFlags,
  message: string,
  job: (watch: Watch) => Promise<T>,
): Promise<T | null> {
  const progress = createProgress(context.host, flags);
  try {
    const { value, interrupted } = await interruptible(context.host, message, (signal) =>
      job({ signal, onEvent: (event) => progress.show(event) }),
    );
    if (interrupted) context.exitCode = INTERRUPTED;
    return value;
  } finally {
    progress.end();
  }
}
