import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { SftFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import {
  addCommonFlags,
  addExamples,
  decimalOf,
  integerOf,
  MODEL_FORMS,
  nonEmpty,
  TEMPLATE_FLAG,
  type CommonFlags,
} from "../flags.ts";
import { addLoraFlags } from "../lora-flags.ts";
import { addAskingFlags, givenAsking } from "../option-flags.ts";
import { runFolderFor } from "../run-folder.ts";

/** `aha sft`: supervised fine-tuning on the completions of a data set. */
export function addSftCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("sft")
    .description(
      "Supervised fine-tuning: cross-entropy on the completions of a data set, a cosine schedule, into a run folder that can be resumed.",
    )
    .requiredOption(
      "--data <path>",
      "a .jsonl or .parquet file with prompt and completion, a data set's folder, or a run (its right rollouts)",
      nonEmpty,
    )
    .option("--model, --base <model>", `${MODEL_FORMS} (default: the base that comes with aha)`, nonEmpty)
    .option("--task <name>", "a task to measure on before and after", nonEmpty)
    .option(...TEMPLATE_FLAG)
    .option("--epochs <n>", "times that every example is seen", integerOf)
    .option("--batch-size <n>", "examples of each step", integerOf)
    .option("--learning-rate <r>", "of the optimizer, at its highest", decimalOf)
    .option("--no-packing", "one example a row")
    .option("--max-completion-tokens <n>", "where a completion is cut when it is measured", integerOf)
    .option("--evaluation-problems <n>", "problems of the evaluations; 0 for all", integerOf)
    .option("--evaluation-samples <k>", "samples of each problem in the evaluations", integerOf)
    .option("--seed <n>", "the same seed gives the same run", integerOf)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty)
    .option(
      "--workers <n>",
      "engine threads: workers of one thread each, or one worker of n threads for a large model",
      integerOf,
    );
  addAskingFlags(command);
  addLoraFlags(command);
  addCommonFlags(command);
  addExamples(command, [
    ["aha sft --data examples.jsonl --task countdown", "the base that comes with aha, on your examples"],
    ["aha sft --base models/countdown-small-base --data runs/first", "a small model on a run's right rollouts"],
  ]);
  command.action(async (flags: CommonFlags & SftFlags & { readonly run?: string }) => {
    const { run, json: _json, quiet: _quiet, ...options } = givenAsking(flags);
    await finishZero(context, flags, (watch) =>
      context.compositions.sft(options, { ...watch, runFolder: run ?? runFolderFor("sft") }),
    );
  });
}
