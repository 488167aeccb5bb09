import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, decimal, integer, nonEmpty, taskFlags, type CommonFlags } from "../flags.ts";
import { runFolderFor } from "../run-folder.ts";
import { finishZero } from "../finish-zero.ts";
import type { ZeroFlags } from "../compositions.ts";

interface Flags extends CommonFlags, Omit<ZeroFlags, "taskModule"> {
  readonly run?: string;
}

/** `aha zero`: GRPO on rule-based rewards alone, from a base model that was never shown how to reason. */
export function addZeroCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("zero")
    .summary("train a base model to reason, by reinforcement learning alone")
    .description("Trains a base model by GRPO on rule-based rewards alone (R1-Zero), and measures it before and after on problems that it never saw.")
    .option("--base <folder>", "the base model (default: the one that comes with aha)", nonEmpty)
    .option("--task <name>", "a task by name, or the path of a module that exports one (default: the base's own)", nonEmpty)
    .option("--preset <name>", "paper or modern: the algorithm's settings", nonEmpty)
    .option("--group-size <n>", "completions of each problem", integer)
    .option("--problems-per-step <n>", "problems of each step", integer)
    .option("--steps <n>", "stop after so many steps", integer)
    .option("--minutes <m>", "stop after so many minutes of training", decimal)
    .option("--seed <n>", "the same seed gives the same run", integer)
    .option("--max-completion-tokens <n>", "where a completion is cut", integer)
    .option("--temperature <t>", "of sampling", decimal)
    .option("--learning-rate <r>", "of the optimizer", decimal)
    .option("--workers <n>", "engine workers, one thread each (default: one for each core)", integer)
    .option("--evaluation-samples <k>", "samples of each problem in the evaluations", integer)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty);
  addCommonFlags(command);
  addExamples(command, [
    ["aha zero", "the base that comes with aha, about three minutes"],
    ["aha zero --minutes 1 --seed 7", "a minute of training"],
    ["aha zero --preset paper --group-size 16", "the settings of the paper"],
    ["aha zero --task ./my-task.js --base ./my-base", "a task and a base of your own"],
  ]);
  command.action(async (flags: Flags) => {
    const { run, json: _json, quiet: _quiet, task, ...rest } = flags;
    const options: ZeroFlags = { ...rest, ...taskFlags(task) };
    const runFolder = run ?? runFolderFor("zero");
    await finishZero(context, flags, (watch) => context.compositions.zero(options, { ...watch, runFolder }));
  });
}
