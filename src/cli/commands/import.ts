import type { Command } from "commander";
import { printableLine } from "../../text/printable.ts";
import { shellWord } from "../../text/shell-word.ts";
import type { CommandContext } from "../command-context.ts";
import type { ImportSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { runFolderFor } from "../run-folder.ts";

/** What was read back, in plain words. */
function importText({ run, engine, steps, rollouts, absent }: ImportSummary): string {
  return [
    `Read ${steps} step${steps === 1 ? "" : "s"} of ${engine} with ${rollouts} completions into ${printableLine(run)}.`,
    `Not in its record, and shown as absent: ${absent.join(", ")}.`,
    `Look at it: aha dashboard; aha report ${shellWord(run)}; aha show ${shellWord(run)}`,
  ].join("\n");
}

/** `aha import FOLDER`: what another engine recorded, as a run. */
export function addImportCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("import")
    .description(
      "Reads what TRL or verl recorded while it trained an exported recipe into a run, for the dashboard, reports and comparisons. What the engine doesn't record is shown as absent.",
    )
    .argument("<folder>", "as `aha export --to trl` or `--to verl` wrote it, after training")
    .option("--run <folder>", "where the run is written (default: a new folder in runs/)", nonEmpty);
  addCommonFlags(command);
  addExamples(command, [
    ["aha import recipe-trl", "the completions that TRL logged there, as a run in runs/"],
    ["aha import recipe-verl --run runs/verl", "verl's rollouts, into that folder"],
  ]);
  command.action(async (folder: string, flags: CommonFlags & { readonly run?: string }) => {
    const summary = await context.compositions.importRun(folder, flags.run ?? runFolderFor("import"));
    const report = createReport(context.host, flags);
    report.say(importText(summary));
    report.result(summary);
  });
}
