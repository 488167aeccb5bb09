import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ReportOptions, ReportSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { fileSize } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";

/** The end of `report` in plain words. */
export function reportText({ out, bytes, steps, warnings }: ReportSummary): string {
  return [
    `Wrote the report of ${steps} steps (${fileSize(bytes)}) to ${printableLine(out)}. Open it in a browser; it needs no network.`,
    ...warnings.map((warning) => `Warning: ${printableLine(warning)}`),
  ].join("\n");
}

/** `aha report RUN`: a run as one HTML file. */
export function addReportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("report")
    .description(
      "Writes one HTML file of a run: its figures, warnings, evaluations, aha moments and some rollouts. It needs no network and no script, and can be sent to anybody.",
    )
    .argument("<run>", "the run's folder; it may be going on")
    .option("--out <file>", "where it is written (default: report.html in the run's folder)", nonEmpty)
    .option("--force", "replace a file that is there");
  addCommonFlags(command);
  addExamples(command, [
    ["aha report runs/first", "runs/first/report.html"],
    ["aha report runs/first --out first.html --force", "another place, again"],
  ]);
  command.action(async (run: string, flags: CommonFlags & ReportOptions) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const summary = await context.compositions.report(run, options);
    report.say(reportText(summary));
    report.result(summary);
  });
}
