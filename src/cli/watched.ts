import type { CommandContext } from "./command-context.ts";
import type { TrainingEvent } from "../training/training-event.ts";
import type { Watch } from "./compositions.ts";
import { INTERRUPTED } from "./failure.ts";
import type { CommonFlags } from "./flags.ts";
import { inFlags, type FlagNames } from "./flag-names.ts";
import { interruptible } from "./interruptible.ts";
import { createProgress } from "./progress/progress.ts";

/** What goes on when somebody presses Ctrl-C: before the first step, in an evaluation, or in a step. */
export type Doing = "starting" | "measuring" | "training";

function doingAfter(doing: Doing, event: TrainingEvent): Doing {
  if (event.kind === "evaluating") return event.done < event.total ? "measuring" : "training";
  return event.kind === "evaluated" || event.kind === "step" || event.kind === "fit" ? "training" : doing;
}

/**
 * Runs a long job with its progress on the screen, to its end or to Ctrl-C.
 *
 * @param message what Ctrl-C answers
 * @returns what the job gave; null if it was stopped before it had anything to give. The exit code says so too.
 */
export async function watched<T>(
  context: CommandContext,
  flags: CommonFlags,
  message: string | ((doing: Doing) => string),
  job: (watch: Watch) => Promise<T>,
): Promise<T | null> {
  const progress = createProgress(context.host, flags);
  let doing: Doing = "starting";
  const onEvent = (event: TrainingEvent): void => {
    doing = doingAfter(doing, event);
    progress.show(eventInFlags(event, context.flags));
  };
  const words = (): string => (typeof message === "string" ? message : message(doing));
  try {
    const { value, interrupted } = await interruptible(context.host, words, (signal) => job({ signal, onEvent }));
    if (interrupted) context.exitCode = INTERRUPTED;
    return value;
  } finally {
    progress.end();
  }
}

/** An event whose advice is said in the command's flags. */
function eventInFlags(event: TrainingEvent, flags: FlagNames): TrainingEvent {
  if (event.kind === "preflight") return { ...event, advice: inFlags(event.advice, flags) };
  if (event.kind === "warning") {
    const { warning } = event;
    return { ...event, warning: { ...warning, message: inFlags(warning.message, flags) } };
  }
  return event.kind === "note" ? { ...event, text: inFlags(event.text, flags) } : event;
}
