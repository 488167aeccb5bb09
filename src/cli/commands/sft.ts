import type { Command } from "commander";
import { OptionError } from "../../errors.ts";
import type { CommandContext } from "../command-context.ts";
import { addConfigFlags, printedConfig, type ConfigFlags } from "../config-flags.ts";
import type { SftFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty } from "../flags.ts";
import { addFlagsOf, givenAsking, LARGE } from "../option-flags.ts";
import { largeSftDefaults } from "../../training/large-defaults.ts";
import { SFT } from "../../training/sft-groups.ts";
import { runFolderFor } from "../run-folder.ts";

/** `aha sft`: supervised fine-tuning on the completions of a data set. */
export function addSftCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("sft")
    .description(
      "Supervised fine-tuning: cross-entropy on the completions of a data set, a cosine schedule, into a run folder that can be resumed.",
    )
    .optionsGroup("The job:")
    .option(
      "--data <path>",
      "prompts with completions, messages, or questions with answers: a .jsonl, .json, .csv or .parquet file, a folder, hf:owner/name, - or a run (its right rollouts)",
      nonEmpty,
    )
    .option("--model, --base <model>", `${MODEL_FORMS} (default: the base that comes with aha)`, nonEmpty)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty);
  addFlagsOf(command, SFT, { cases: [[LARGE, largeSftDefaults(0)]] });
  addConfigFlags(command, SFT, ["base", "data"]);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha sft --data examples.jsonl --task countdown", "the base that comes with aha, on your examples"],
    ["aha sft --base models/countdown-small-base --data runs/first", "a small model on a run's right rollouts"],
  ]);
  command.action(async (flags: ConfigFlags & Partial<SftFlags> & { readonly run?: string }) => {
    const { run, json: _json, quiet: _quiet, config: _config, printConfig: _print, ...given } = givenAsking(flags);
    if (await printedConfig(context, flags, "sft", given)) return;
    const { data } = given;
    if (data === undefined) throw new OptionError("Expected `data` to learn from, got none.");
    const options = { ...given, data };
    await finishZero(context, flags, (watch) =>
      context.compositions.sft(options, { ...watch, runFolder: run ?? runFolderFor("sft") }),
    );
  });
}
