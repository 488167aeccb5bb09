import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ListedRun } from "../compositions.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { columns, percent } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { runsFolder } from "../run-folder.ts";

/** The runs of a folder as a table. */
export function runsText(runs: readonly ListedRun[], folder: string): string {
  if (runs.length === 0) return `No runs in ${printableLine(folder)}. Start one with: aha zero`;
  const rows = runs.map((run) => [
    printableLine(run.folder),
    printableLine(run.kind),
    String(run.step),
    printableLine(run.status),
    percent(run.heldOutBefore),
    percent(run.heldOut),
    percent(run.stepAccuracy),
    run.stepLength === null ? "-" : run.stepLength.toFixed(0),
    printableLine(run.updated),
  ]);
  return columns(
    [
      ["run", "kind", "steps", "status", "held-out before", "held-out now", "last step", "its length", "changed"],
      ...rows,
    ],
    [2, 4, 5, 6, 7],
  ).join("\n");
}

/** `aha runs`: lists what was trained. */
export function addRunsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("runs")
    .description("Lists the runs of a folder.")
    .argument("[folder]", "the folder that holds the runs (default: runs)");
  addCommonFlags(command);
  addExamples(command, [
    ["aha runs", "the runs in ./runs"],
    ["aha runs /data/experiments", "the runs of another folder"],
  ]);
  command.action(async (named: string | undefined, flags: CommonFlags) => {
    const folder = runsFolder(named);
    const report = createReport(context.host, flags);
    const runs = await context.compositions.runs(folder);
    report.say(runsText(runs, folder));
    report.result({ runs });
  });
}
