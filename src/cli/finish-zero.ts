import type { CommandContext } from "./command-context.ts";
import type { Watch, TrainingSummary } from "./compositions.ts";
import { INTERRUPTED } from "./failure.ts";
import { createReport } from "./report.ts";
import { watched, type WatchedFlags } from "./watched.ts";
import { zeroJson, zeroSummaryText } from "./zero-summary.ts";

/** Runs a training job and says what came of it: the common part of `zero` and `resume`. */
export async function finishZero(
  context: CommandContext,
  flags: WatchedFlags,
  job: (watch: Watch) => Promise<TrainingSummary>,
): Promise<void> {
  const report = createReport(context.host, flags);
  const summary = await watched(context, flags, "Stopping at the end of this step, with a checkpoint.", job);
  if (summary === null) {
    report.say("Interrupted before the first step; nothing was trained.");
    return;
  }
  if (summary.interrupted) context.exitCode = INTERRUPTED;
  report.say(zeroSummaryText(summary));
  report.result(zeroJson(summary));
}
