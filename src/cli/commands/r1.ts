import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addConfigFlags, printedConfig, type ConfigFlags } from "../config-flags.ts";
import type { R1Flags, R1Summary } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { R1 } from "../../pipelines/r1-options.ts";
import { columns, duration, indented, percent, percentWithError } from "../../text/format.ts";
import { planText } from "../plan-text.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";
import { DASHBOARD_FLAG, withDashboard, type DashboardFlag } from "../with-dashboard.ts";

/** The table of all stages' models, as the paper's. */
export function r1Text({ folder, rows, seconds }: R1Summary): string {
  const line = (label: string, of: (row: R1Summary["rows"][number]) => string): string[] => [label, ...rows.map(of)];
  const share = (value: number | null): string => (value === null ? "-" : percent(value));
  const table = columns([
    line("", ({ model }) => model),
    line("right answers", ({ accuracy, standardError }) => percentWithError(accuracy, standardError)),
    line("mean length", ({ meanLength }) => `${meanLength.toFixed(1)}`),
    line("corrects itself", ({ selfCorrectionShare }) => percent(selfCorrectionShare)),
    line("words in another language", ({ languageMixing }) => share(languageMixing)),
    line("format kept", ({ formatShare }) => share(formatShare)),
    line("cut at the limit", ({ truncatedShare }) => percent(truncatedShare)),
    line("general prompts, liked", ({ preference }) => (preference === null ? "-" : preference.toFixed(2))),
  ]);
  return `R1 by stage, on problems that no stage was trained on (${duration(seconds)}):\n\n${indented(table.join("\n"))}\n\nThe final model is in ${printableLine(rows.at(-1)!.folder)}/final; all stages are in ${printableLine(folder)}.`;
}

/** `aha r1`: the whole pipeline, every stage kept and reused. */
export function addR1Command(program: Command, context: CommandContext): void {
  const command = program
    .command("r1")
    .description(
      "Base, R1-Zero, cold start, reasoning RL with language consistency, rejection sampling and fine-tuning of the base again, RL for all scenarios. What is done is reused; what was stopped goes on.",
    )
    .optionsGroup("The job:")
    .option("--plan", "only print the stages, their costs and what is done")
    .option("--folder <folder>", "where the stages are kept", nonEmpty, "runs/r1")
    .option(
      "--model, --base <model>",
      `the base: ${MODEL_FORMS} (default: the bilingual one that comes with aha)`,
      nonEmpty,
    );
  addFlagsOf(command, R1);
  addConfigFlags(command, R1, ["base"]);
  command.addHelpText("after", "\nA key for the endpoint is read from AHA_API_KEY.");
  addCommonFlags(command.optionsGroup("Output:").option(...DASHBOARD_FLAG));
  addExamples(command, [
    ["aha r1 --plan", "what would be done"],
    ["aha r1", "all of it; again after a stop, to go on"],
  ]);
  command.action(
    async (flags: DashboardFlag & ConfigFlags & R1Flags & { readonly plan?: boolean; readonly folder: string }) => {
      const { plan = false, folder, json: _json, quiet: _quiet, dashboard: _dashboard, ...others } = flags;
      const { config: _config, printConfig: _print, ...options } = others;
      if (await printedConfig(context, flags, "r1", options)) return;
      const report = createReport(context.host, flags);
      if (plan) {
        const stages = await context.compositions.planR1(options, folder);
        report.say(planText(stages));
        report.result({ stages });
        return;
      }
      await withDashboard(context, flags, { folder }, async () => {
        const summary = await watched(
          context,
          flags,
          "Stopping at the end of this step; run the same command to go on.",
          (watch) => context.compositions.r1(options, { ...watch, folder }),
        );
        if (summary === null) return;
        report.say(r1Text(summary));
        report.result(summary);
      });
    },
  );
}
