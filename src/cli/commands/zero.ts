import { Option, type Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { ZeroFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples, decimal, integer, nonEmpty, TEMPLATE_FLAG, type CommonFlags } from "../flags.ts";
import { addLoraFlags } from "../lora-flags.ts";
import { runFolderFor } from "../run-folder.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard } from "../with-dashboard.ts";

interface Flags extends CommonFlags, Omit<ZeroFlags, "preflight"> {
  readonly run?: string;
  readonly preflight: boolean;
  readonly dashboard?: boolean;
}

function addJobFlags(command: Command): void {
  command
    .optionsGroup("The job:")
    .option(
      "--model, --base <model>",
      "a folder, a .gguf file or hf:owner/name: the base (default: the one that comes with aha)",
      nonEmpty,
    )
    .option("--task <name>", "a task by name, or the path of a module whose default export is one", nonEmpty)
    .option(...TEMPLATE_FLAG)
    .option("--steps <n>", "stop after so many steps", integer)
    .option("--minutes <m>", "stop after so many minutes of training", decimal)
    .option("--seed <n>", "the same seed gives the same run", integer)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty)
    .option(
      "--workers <n>",
      "engine threads: workers of one thread each, or one worker of n threads for a large model",
      integer,
    )
    .option(
      "--token-budget <n>",
      "positions of a micro-batch: fewer take less memory and give the same gradient",
      integer,
    )
    .option("--recompute", "compute every layer once more for its gradient: slower, with much less memory")
    .option("--keep-every <n>", "keep a checkpoint for good every so many steps", integer)
    .option("--no-preflight", "start without the preflight")
    .addOption(
      new Option("--evaluation-split <name>", "problems to measure on; choose settings on validation").choices([
        "heldOut",
        "validation",
      ]),
    )
    .option("--evaluation-samples <k>", "samples of each problem in the evaluations", integer)
    .option("--evaluation-problems <n>", "problems of the evaluations; 0 for all", integer)
    .option(
      "--evaluate-every <n>",
      "measure every n steps too, for the curve on problems that are not trained on (default: 0, never)",
      integer,
    )
    .option("--evaluate-problems <n>", "on how many problems then (default: 100)", integer)
    .option(
      "--watch-problems <k>",
      "how many problems to follow: their completions of every evaluation are kept (default: 8)",
      integer,
    );
}

function addAlgorithmFlags(command: Command): void {
  command
    .optionsGroup("The algorithm (what is not given comes from the preset):")
    .option("--preset <name>", "paper or modern", nonEmpty)
    .option("--group-size <n>", "completions of each problem", integer)
    .option("--problems-per-step <n>", "problems of each step", integer)
    .option("--max-completion-tokens <n>", "where a completion is cut", integer)
    .option("--temperature <t>", "of sampling", decimal)
    .option("--top-k <n>", "sample among the n likeliest tokens; 0 for all", integer)
    .option("--top-p <p>", "sample within this much probability; 1 for all", decimal)
    .option("--learning-rate <r>", "of the optimizer", decimal)
    .addOption(
      new Option("--advantages <name>", "how a completion is scored against its group").choices([
        "group-relative",
        "mean-centred",
        "leave-one-out",
      ]),
    )
    .addOption(
      new Option("--aggregation <name>", "how tokens are weighed in the loss").choices([
        "sequence-mean",
        "token-mean",
        "constant",
      ]),
    )
    .option("--clip-epsilon-low <e>", "the ratio is clipped below 1 - e", decimal)
    .option("--clip-epsilon-high <e>", "the ratio is clipped above 1 + e", decimal)
    .option("--kl-coefficient <b>", "weight of the KL penalty", decimal)
    .option("--reference-every <n>", "the reference becomes the current policy every n steps; 0 for never", integer)
    .option("--minibatches <n>", "optimizer steps of each batch of rollouts", integer)
    .option("--inner-epochs <n>", "passes over each batch of rollouts", integer)
    .option("--format-weight <w>", "weight of the format reward", decimal)
    .option("--resample-rounds <n>", "more rounds of problems while too few groups carry signal", integer)
    .option("--verifier-seconds <s>", "how long a verifier of your own may take for one answer", decimal)
    .option("--learning-rate-floor <share>", "what the learning rate falls to by the last step", decimal);
}

function addStageFlags(command: Command): void {
  command
    .optionsGroup("Later stages of R1, and comparisons:")
    .option("--language-weight <w>", "weight of language consistency", decimal)
    .option("--overlong-weight <w>", "weight of a punishment that grows towards the limit; it rewards length", decimal)
    .option("--overlong-margin <n>", "over how many tokens before the limit it grows", integer)
    .option("--reward-model <folder>", "a reward model for what no rule decides", nonEmpty)
    .option("--reward-model-weight <w>", "weight of its score", decimal)
    .addOption(
      new Option("--reward-model-scores <what>", "general prompts, or all in place of the rules").choices([
        "general",
        "all",
      ]),
    )
    .option("--general-per-step <n>", "general prompts of each of the last steps", integer)
    .option("--preference-steps <n>", "how many of the last steps have general prompts", integer)
    .addOption(
      new Option(
        "--hacking-guard <what>",
        "what is done when the reward model's score rises while accuracy falls",
      ).choices(["off", "note", "stop"]),
    )
    .option("--critic", "PPO with a learned critic in place of GRPO, to compare with")
    .option("--critic-learning-rate <r>", "of the critic", decimal)
    .option("--gae-lambda <l>", "of PPO's advantages", decimal);
}

/** `aha zero`: GRPO on rule-based rewards alone, from a base model that was never shown how to reason. */
export function addZeroCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("zero")
    .summary("train a base model to reason, by reinforcement learning alone")
    .description(
      "Trains a base model by GRPO on rule-based rewards alone (R1-Zero), and measures it before and after on problems that it never saw.",
    );
  addJobFlags(command);
  addLoraFlags(command.optionsGroup("Low-rank adaptation (LoRA):"));
  addAlgorithmFlags(command);
  addStageFlags(command);
  addCommonFlags(command.optionsGroup("Output:").option(...DASHBOARD_FLAG));
  addExamples(command, [
    ["aha zero", "the base that comes with aha, with the defaults"],
    ["aha zero --dashboard", "the same, watched in a browser"],
    ["aha zero --minutes 1 --seed 7", "a minute of training"],
    ["aha zero --preset paper --group-size 32", "the settings of the paper, with larger groups"],
    ["aha zero --task ./my-task.js --base ./my-base", "a task and a base of your own"],
  ]);
  command.action(async (flags: Flags) => {
    const { run, json: _json, quiet: _quiet, dashboard: _dashboard, preflight, ...rest } = flags;
    const options: ZeroFlags = preflight ? rest : { ...rest, preflight };
    const runFolder = run ?? runFolderFor("zero");
    await withDashboard(context, flags, besideItsSiblings(runFolder), () =>
      finishZero(context, flags, (watch) => context.compositions.zero(options, { ...watch, runFolder })),
    );
  });
}
