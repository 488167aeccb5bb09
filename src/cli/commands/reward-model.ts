import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { RewardModelFlags, RewardModelSummary } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { REWARD_MODEL } from "../../algorithms/reward-model-options.ts";
import { duration, percent } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** The end of `reward-model` in plain words. */
export function rewardModelText({
  folder,
  pairs,
  testPairs,
  testAccuracy,
  longerChosen,
  seconds,
}: RewardModelSummary): string {
  const lengths =
    longerChosen === null
      ? "No pair differs in length."
      : `The chosen side is the longer in ${percent(longerChosen)} of the pairs that differ in length.`;
  return `Trained a reward model on ${pairs} pairs (${duration(seconds)}); it is in ${printableLine(folder)}.\nIt prefers the chosen side in ${percent(testAccuracy)} of ${testPairs} pairs of prompts that it never saw. ${lengths}`;
}

/** `aha reward-model`: a scalar head on a decoder, learnt from preference pairs. */
export function addRewardModelCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("reward-model")
    .description(
      "Trains a reward model on pairs of completions of which the first is preferred, by the pairwise loss. Use it with `aha zero --reward-model`.",
    )
    .optionsGroup("The job:")
    .requiredOption("--pairs <file>", "a .jsonl file with prompt, chosen and rejected", nonEmpty)
    .requiredOption("--out <folder>", "where the model is written", nonEmpty)
    .option(
      "--model, --base <model>",
      `what it begins as: ${MODEL_FORMS} (default: the base that comes with aha)`,
      nonEmpty,
    );
  addFlagsOf(command, REWARD_MODEL);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha reward-model --pairs pairs.jsonl --out my-reward-model", "from the base that comes with aha"],
  ]);
  command.action(async (flags: CommonFlags & RewardModelFlags) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const summary = await watched(context, flags, "Stopping at the end of this step; no model is written.", (watch) =>
      context.compositions.rewardModel(options, watch),
    );
    if (summary === null) return;
    report.say(rewardModelText(summary));
    report.result(summary);
  });
}
