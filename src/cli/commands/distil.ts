import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addConfigFlags, printedConfig, type ConfigFlags } from "../config-flags.ts";
import type { DistilFlags, DistilSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { DISTIL } from "../../pipelines/distil-options.ts";
import { columns, duration, indented, percent } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** What was distilled, and how it compares, in plain words. */
export function distilText({ folder, teacher, data, students }: DistilSummary): string {
  const compared = students.some(({ direct }) => direct !== null);
  const rows = [
    ["seed", "student's base", "distilled", ...(compared ? ["RL alone"] : [])],
    ...students.map(({ seed, base, distilled, distilSeconds, direct, directSeconds }) => [
      String(seed),
      percent(base),
      `${percent(distilled)} (${duration(distilSeconds)})`,
      ...(direct === null ? [] : [`${percent(direct)} (${duration(directSeconds ?? 0)})`]),
    ]),
  ];
  return [
    `${teacher === null ? "" : `The teacher is right in ${percent(teacher)}. `}${data.examples} of its ${data.sampled} completions were kept to learn from.`,
    indented(columns(rows).join("\n")),
    `The student is in ${printableLine(students.at(-1)!.folder)}/final; everything is kept in ${printableLine(folder)}.`,
  ].join("\n");
}

/** `aha distill`: a teacher's right completions, learnt by a student. */
export function addDistilCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("distill")
    .description(
      "Samples a teacher, keeps what is right, and fine-tunes a student on it; with --compare the student is trained by RL alone too.",
    )
    .optionsGroup("The job:")
    .option(
      "--student <model>",
      "the model that learns, in any of these forms (default: the smallest that comes with aha)",
      nonEmpty,
    )
    .option("--folder <folder>", "where everything is kept", nonEmpty, "runs/distill");
  addFlagsOf(command, DISTIL);
  addConfigFlags(command, DISTIL, ["student"]);
  command.addHelpText("after", "\nA key for the endpoint is read from AHA_API_KEY.");
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha distill --teacher runs/first", "the smallest student, from a run's model"],
    ["aha distill --teacher runs/first --compare --seeds 3", "beside RL of the same student"],
  ]);
  command.action(async (flags: ConfigFlags & DistilFlags & { readonly folder: string }) => {
    const { folder, json: _json, quiet: _quiet, config: _config, printConfig: _print, ...options } = flags;
    if (await printedConfig(context, flags, "distill", options)) return;
    const report = createReport(context.host, flags);
    const summary = await watched(
      context,
      flags,
      "Stopping at the end of this step; run the same command to go on.",
      (watch) => context.compositions.distil(options, { ...watch, folder }),
    );
    if (summary === null) return;
    report.say(distilText(summary));
    report.result(summary);
  });
}
