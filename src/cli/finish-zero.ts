import type { CommandContext } from "./command-context.ts";
import type { Watch, TrainingSummary } from "./compositions.ts";
import { INTERRUPTED } from "./failure.ts";
import type { CommonFlags } from "./flags.ts";
import { inFlags } from "./flag-names.ts";
import { createReport } from "./report.ts";
import { watched, type Doing } from "./watched.ts";
import { zeroJson, zeroSummaryText } from "./zero-summary.ts";

/** What Ctrl-C answers. */
const STOPPING: Readonly<Record<Doing, string>> = {
  starting: "Stopping before the first step.",
  measuring: "Stopping the measurement that is under way, with a checkpoint.",
  training: "Stopping at the end of this step, with a checkpoint.",
};

/** Runs a training job and says what came of it: the common part of `zero` and `resume`. */
export async function finishZero(
  context: CommandContext,
  flags: CommonFlags,
  job: (watch: Watch) => Promise<TrainingSummary>,
): Promise<void> {
  const report = createReport(context.host, flags);
  const summary = await watched(context, flags, (doing) => STOPPING[doing], job);
  if (summary === null) {
    report.say("Interrupted before the first step; nothing was trained.");
    return;
  }
  // What ended by itself is for its options to mend, as any other mistake in them.
  if (summary.interrupted) context.exitCode = summary.stopped === null ? INTERRUPTED : 2;
  const warnings = summary.warnings.map(({ message }) => inFlags(message, context.flags));
  report.say(zeroSummaryText(summary, warnings));
  report.result(zeroJson(summary));
}
