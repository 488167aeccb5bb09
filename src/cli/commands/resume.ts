import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ResumeFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples, nonEmpty } from "../flags.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard, type DashboardFlag } from "../with-dashboard.ts";

/** `aha resume RUN`: goes on where a run was stopped or killed, to the same bytes. */
export function addResumeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("resume")
    .description(
      "Goes on from a run's last checkpoint. The result is the same, to the byte, as that of a run that was never stopped. A task module that the run names is code: it runs where you ran that very file before, or give --task.",
    )
    .argument("<run>", "the run's folder")
    .option("--task <path>", "the run's own task module, once you have looked at it", nonEmpty)
    .option(...DASHBOARD_FLAG);
  addCommonFlags(command);
  addExamples(command, [["aha resume runs/first", "go on with runs/first"]]);
  command.action(async (run: string, flags: DashboardFlag & ResumeFlags) => {
    const options: ResumeFlags = flags.task === undefined ? {} : { task: flags.task };
    await withDashboard(context, flags, besideItsSiblings(run), () =>
      finishZero(context, flags, (watch) => context.compositions.resume(run, options, watch)),
    );
  });
}
