import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples } from "../flags.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard, type DashboardFlag } from "../with-dashboard.ts";

/** `aha resume RUN`: goes on where a run was stopped or killed, to the same bytes. */
export function addResumeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("resume")
    .summary("go on with a run that was stopped or killed")
    .description(
      "Goes on from a run's last checkpoint. The result is the same, to the byte, as that of a run that was never stopped.",
    )
    .argument("<run>", "the run's folder")
    .option(...DASHBOARD_FLAG);
  addCommonFlags(command);
  addExamples(command, [["aha resume runs/first", "go on with runs/first"]]);
  command.action(async (run: string, flags: DashboardFlag) => {
    await withDashboard(context, flags, besideItsSiblings(run), () =>
      finishZero(context, flags, (watch) => context.compositions.resume(run, watch)),
    );
  });
}
