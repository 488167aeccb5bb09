import type { Command } from "commander";
import { OptionError } from "../../errors.ts";
import { differenceText, type HeldOutRow } from "../../figures/index.ts";
import { columns, percent } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";

/** The held-out accuracy of runs side by side, as the page's table has it. */
export function comparedText(rows: readonly HeldOutRow[]): string {
  if (rows.length === 0) return "Nothing was measured on held-out problems in these runs.";
  const lines = rows.map(({ experiment, before, now, step, difference }) => [
    printableLine(experiment.name),
    percent(before),
    percent(now.value),
    `[${percent(now.low)}, ${percent(now.high)}]`,
    String(step),
    difference === null ? "-" : `${differenceText(difference)}, ${difference.how}`,
  ]);
  const head = ["run", "before", "newest", "95 % interval", "step", "difference from the first"];
  return `Right answers on held-out problems:\n${columns([head, ...lines], [1, 2, 4]).join("\n")}`;
}

/** `aha compare A B`: what runs reached, and how far they are apart. */
export function addCompareCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("compare")
    .description(
      "Compares runs by their held-out figures, with 95 % intervals, each with the first. Runs that differ in their seed alone are one row.",
    )
    .argument("<runs...>", "the folders of two runs or more");
  addCommonFlags(command);
  addExamples(command, [["aha compare runs/first runs/second", "how far the second is from the first"]]);
  command.action(async (folders: string[], flags: CommonFlags) => {
    if (new Set(folders).size < 2)
      throw new OptionError("Expected two runs or more to compare, got one; `aha show` and `aha report` show a run.");
    const report = createReport(context.host, flags);
    const rows = await context.compositions.compare(folders);
    report.say(comparedText(rows));
    report.result({
      rows: rows.map(({ experiment, ...row }) => ({ runs: experiment.runs.map(({ id }) => id), ...row })),
    });
  });
}
