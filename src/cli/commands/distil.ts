import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { DistilFlags, DistilSummary } from "../compositions.ts";
import {
  addCommonFlags,
  addExamples,
  decimalOf,
  integerOf,
  MODEL_FORMS,
  nonEmpty,
  type CommonFlags,
} from "../flags.ts";
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
    .summary("teach a small model by a trained one's completions")
    .description(
      "Samples a teacher, keeps what is right, and fine-tunes a student on it; with --compare the student is trained by RL alone too.",
    )
    .option("--teacher <model>", MODEL_FORMS, nonEmpty)
    .option(
      "--endpoint <url>",
      "an OpenAI-compatible endpoint that teaches, such as http://127.0.0.1:8000/v1",
      nonEmpty,
    )
    .option("--endpoint-model <name>", "the model's name there", nonEmpty)
    .option(
      "--student <model>",
      "the model that learns, in any of these forms (default: the smallest that comes with aha)",
      nonEmpty,
    )
    .option("--task <name>", "a task by name", nonEmpty)
    .option("--samples <k>", "completions of each training problem", integerOf)
    .option("--problems <n>", "training problems that the teacher is asked; 0 for all", integerOf)
    .option("--epochs <n>", "times that every completion is seen", integerOf)
    .option("--learning-rate <r>", "of the fine-tuning", decimalOf)
    .option("--compare", "also train the student by RL alone")
    .option("--steps <n>", "steps of that RL", integerOf)
    .option("--seeds <n>", "how many seeds", integerOf)
    .option("--max-completion-tokens <n>", "where a completion is cut", integerOf)
    .option("--workers <n>", "engine workers of one thread each", integerOf)
    .option("--folder <folder>", "where everything is kept", nonEmpty, "runs/distill");
  command.addHelpText("after", "\nA key for the endpoint is read from AHA_API_KEY.");
  addCommonFlags(command);
  addExamples(command, [
    ["aha distill --teacher runs/first", "the smallest student, from a run's model"],
    ["aha distill --teacher runs/first --compare --seeds 3", "beside RL of the same student"],
  ]);
  command.action(async (flags: CommonFlags & DistilFlags & { readonly folder: string }) => {
    const { folder, json: _json, quiet: _quiet, ...options } = flags;
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
