import type { Command } from "commander";
import { JUDGING } from "../../judging/judging-options.ts";
import { columns, indented, percentOf } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { Rejudgement, RejudgeOptions } from "../compositions.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** What changed, in plain words. */
export function rejudgedText({ run, rollouts, same, withoutProblem, changes }: Rejudgement): string {
  const head = `Of ${rollouts} rollouts of ${printableLine(run)}, ${same} keep their verdicts (${percentOf(same, rollouts)}).`;
  const missing =
    withoutProblem === 0 ? [] : [`${withoutProblem} could not be judged: the task has their problems no more.`];
  const table = changes.map(({ from, to, count }) => [`${from} -> ${to}`, String(count), percentOf(count, rollouts)]);
  const details = changes.flatMap(({ from, to, reasons, examples }) => [
    "",
    `${from} -> ${to}:`,
    ...reasons.map(({ reason, count }) => indented(`${count} x ${printableLine(reason)}`)),
    ...examples.map(({ step, problem, sample, before, now, answer }) =>
      indented(
        `step ${step}, ${printableLine(problem)}, sample ${sample}: ${printableLine(answer)}\n  was ${printableLine(before)}\n  is ${printableLine(now)}`,
      ),
    ),
  ]);
  return [
    head,
    ...missing,
    ...(table.length === 0 ? [] : [indented(columns(table, [1, 2]).join("\n"))]),
    ...details,
  ].join("\n");
}

/** `aha rejudge RUN`: stored rollouts, judged by the task as it is now. */
export function addRejudgeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("rejudge")
    .description(
      "Judges the stored rollouts of a run again, by the task as it is now, and says which verdicts changed and why. Nothing in the run is overwritten.",
    )
    .argument("<run>", "the run's folder")
    .option("--task <task>", "the task by name, or its module's path (default: the run's own)", nonEmpty)
    .option("--step <n>", "the rollouts of this step alone", integerOf);
  addFlagsOf(command, { judging: JUDGING });
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha rejudge runs/first", "by the run's own task"],
    ["aha rejudge runs/first --task ./task.mjs --evaluators 4", "by a verifier that was mended, in four processes"],
  ]);
  command.action(async (run: string, flags: CommonFlags & RejudgeOptions) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const rejudged = await watched(context, flags, "Stopping.", (watch) =>
      context.compositions.rejudge(run, options, watch),
    );
    if (rejudged === null) return;
    const report = createReport(context.host, flags);
    report.say(rejudgedText(rejudged));
    report.result(rejudged);
  });
}
