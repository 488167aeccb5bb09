import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { PretrainSummary } from "../../pretraining/pretrain.ts";
import type { PretrainFlags } from "../compositions.ts";
import { addCommonFlags, addExamples, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { PRETRAIN } from "../../pretraining/pretrain-options.ts";
import { columns, duration, indented } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** The end of `pretrain` in plain words: where the base is, and whether RL can start from it. */
export function pretrainText({ folder, steps, seconds, gate }: PretrainSummary): string {
  const rows = gate.map(({ pass, kind, value, meaning }) => [
    pass ? "holds" : "FAILS",
    kind,
    value.toFixed(3),
    printableLine(meaning),
  ]);
  return [
    `Trained a base for ${steps} steps (${duration(seconds)}); it is in ${printableLine(folder)}.`,
    ...(rows.length === 0 ? [] : [indented(columns(rows).join("\n"))]),
    gateText(gate),
  ].join("\n");
}

function gateText(gate: PretrainSummary["gate"]): string {
  const failed = gate.filter(({ pass }) => !pass).length;
  if (gate.length === 0) return "This task has no gate.";
  if (failed === 0) return "The gate holds: RL can start from this base.";
  return `The gate fails in ${failed} of ${gate.length}: train longer, or look at the corpus, before RL.`;
}

/** `aha pretrain`: a base model from scratch, on a task's corpus of synthetic traces. */
export function addPretrainCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("pretrain")
    .description(
      "Trains a small base model from scratch on a task's corpus of synthetic traces, and shows the gate: what the base must do before RL can work.",
    )
    .optionsGroup("The job:")
    .requiredOption("--out <folder>", "where the base is written", nonEmpty);
  addFlagsOf(command, PRETRAIN);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha pretrain --task countdown --out my-base --seed 1", "a base like the one that comes with aha"],
    ["aha pretrain --task countdown --corpus no-retries --out control", "the control, whose corpus never tries again"],
  ]);
  command.action(async (flags: CommonFlags & PretrainFlags) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const summary = await watched(context, flags, "Stopping at the end of this step; no base is written.", (watch) =>
      context.compositions.pretrain(options, watch),
    );
    if (summary === null) return;
    report.say(pretrainText(summary));
    report.result(summary);
  });
}
