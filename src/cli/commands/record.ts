import type { Command } from "commander";
import { fileSize } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { RecordOptions, RecordSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";

/** The end of `record` in plain words. */
export function recordText({ out, bytes, parts }: RecordSummary): string {
  const steps = parts.reduce((sum, part) => sum + part.steps, 0);
  const groups = parts.reduce((sum, part) => sum + part.groups, 0);
  const what = parts.length === 1 ? `${steps} steps` : `${parts.length} stages with ${steps} steps`;
  return `Wrote a recording of ${what} and ${groups} groups (${fileSize(bytes)}) to ${printableLine(out)}. Drop it on the page of \`aha play\` to play it.`;
}

/** `aha record RUN`: a run, small enough to be sent along with a page. */
export function addRecordCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("record")
    .description(
      "Makes a small recording of a run, or of the stages in the folder of `r1` or `distill`: its figures by step, its evaluations, and the groups that tell most, with texts, verdicts and advantages. At most 400 kB; equal runs give equal bytes.",
    )
    .argument("<run>", "the run's folder, which may be going on; or a pipeline's folder")
    .option("--out <file>", "where it is written (default: recording.json in that folder)", nonEmpty)
    .option("--made-by <command>", "the command that made the run: it stands in the recording", nonEmpty)
    .option("--force", "replace a file that is there");
  addCommonFlags(command);
  addExamples(command, [
    ["aha record runs/first", "runs/first/recording.json"],
    ['aha record runs/r1 --out r1.json --made-by "aha r1"', "the stages of the pipeline"],
  ]);
  command.action(async (run: string, flags: CommonFlags & RecordOptions) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const summary = await context.compositions.record(run, options);
    report.say(recordText(summary));
    report.result(summary);
  });
}
