import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ResumeFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { CHANGEABLE, type ChangedOptions } from "../../training/changed-options.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf, givenAsking } from "../option-flags.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard, type DashboardFlag } from "../with-dashboard.ts";

/** `aha resume RUN`: goes on where a run was stopped or killed, to the same bytes. */
export function addResumeCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("resume")
    .description(
      "Goes on from a run's last checkpoint. The result is the same, to the byte, as that of a run that was never stopped; with other options, such as more --steps, they are recorded in the run and that promise ends there. A task module that the run names is code: it runs where you ran that very file before, or give --task.",
    )
    .argument("<run>", "the run's folder")
    .option("--task <path>", "the run's own task module, once you have looked at it", nonEmpty)
    .option("--data <data>", "where the run's data are, where they have moved", nonEmpty)
    .option(...DASHBOARD_FLAG);
  addCommonFlags(command);
  addFlagsOf(command, CHANGEABLE, { unsaid: true });
  addExamples(command, [
    ["aha resume runs/first", "go on with runs/first"],
    ["aha resume runs/first --steps 200", "make more steps than it was begun with"],
  ]);
  command.action(async (run: string, flags: DashboardFlag & CommonFlags & ResumeFlags & ChangedOptions) => {
    const {
      task,
      data,
      dashboard: _dashboard,
      json: _json,
      quiet: _quiet,
      ...changes
    } = givenAsking(flags as typeof flags & { readonly thinking?: boolean });
    const options: ResumeFlags = {
      ...(task === undefined ? {} : { task }),
      ...(data === undefined ? {} : { data }),
      changes,
    };
    await withDashboard(context, flags, besideItsSiblings(run), () =>
      finishZero(context, flags, (watch) => context.compositions.resume(run, options, watch)),
    );
  });
}
