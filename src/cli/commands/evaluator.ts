import type { Command } from "commander";
import { printableLine } from "../../text/printable.ts";
import type { CommandContext } from "../command-context.ts";
import type { EvaluatorFlags } from "../evaluator-flags.ts";
import { addCommonFlags, addExamples, integerOf, nonEmpty, type CommonFlags } from "../flags.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** `aha evaluator RUN-OR-ADDRESS`: claims what waits in a queue, and judges it. */
export function addEvaluatorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("evaluator")
    .description(
      "Judges for a run that was started with --evaluators, until Ctrl-C: for a run's folder on this machine, for the address that `aha queue RUN --serve` prints, or for all runs whose --queue is a Redis. A task's module is code: of another machine's queue only the one that you name runs here, and only if it is the same to the byte.",
    )
    .argument("<run-or-address>", "the run's folder, http://HOST:PORT or redis://HOST:PORT")
    .option("--task <task>", "the task's module on this machine, or a task by name (default: the run's own)", nonEmpty)
    .option("--token <text>", "the queue's token, or Redis's password (default: AHA_QUEUE_TOKEN)", nonEmpty)
    .option("--at-once <n>", "checks under way at once (default: 4)", integerOf);
  command.option("--unsafe-sandbox", "run programs also where this machine can't wall them off");
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha evaluator runs/first", "one more process that judges for a run"],
    ["aha evaluator http://box:8090 --task ./task.mjs", "from another machine; the token in AHA_QUEUE_TOKEN"],
    ["aha evaluator redis://box:6379 --task ./task.mjs", "the same by a Redis; its password in AHA_QUEUE_TOKEN"],
  ]);
  command.action(async (target: string, flags: CommonFlags & Omit<EvaluatorFlags, "target">) => {
    const { json: _json, quiet: _quiet, ...given } = flags;
    const token = given.token ?? process.env["AHA_QUEUE_TOKEN"];
    const options = { ...given, target, ...(token === undefined ? {} : { token }) };
    const summary = await watched(context, flags, "Stopping; what is under way waits again.", (watch) =>
      context.compositions.evaluator(options, watch),
    );
    if (summary === null) return;
    const report = createReport(context.host, flags);
    const trouble = summary.failed === 0 ? "" : `, and ${summary.failed} tries failed`;
    report.say(`Judged ${summary.judged} for ${printableLine(summary.target)}${trouble}.`);
    report.result(summary);
  });
}
