import type { Command } from "commander";
import { ALGORITHM } from "../../algorithms/algorithm-options.ts";
import { REWARDS } from "../../rewards/reward-options.ts";
import { ZERO } from "../../training/zero-groups.ts";
import type { CommandContext } from "../command-context.ts";
import type { ZeroFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { addOptionFlags, givenAsking } from "../option-flags.ts";
import { runFolderFor } from "../run-folder.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard } from "../with-dashboard.ts";

interface Flags extends CommonFlags, Omit<ZeroFlags, "preflight"> {
  readonly run?: string;
  readonly preflight: boolean;
  readonly dashboard?: boolean;
}

/** Where a preset, or the model's size, says something else than the option itself. */
const DEPENDS: ReadonlySet<string> = new Set(
  ["steps", "verifierSeconds", "learningRate", "problemsPerStep", "groupSize", "keepEvery", "tokenBudget"].concat(
    Object.keys(ALGORITHM.options),
    Object.keys(REWARDS.options),
  ),
);

function addZeroFlags(command: Command): void {
  command
    .optionsGroup("The job:")
    .option("--model, --base <model>", `the base: ${MODEL_FORMS} (default: the one that comes with aha)`, nonEmpty)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty);
  for (const group of Object.values(ZERO)) addOptionFlags(command, group, DEPENDS);
}

/** `aha zero`: GRPO on rule-based rewards alone, from a base model that was never shown how to reason. */
export function addZeroCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("zero")
    .description(
      "Trains a base model by GRPO on rule-based rewards alone (R1-Zero), and measures it before and after on problems that it never saw.",
    );
  addZeroFlags(command);
  addCommonFlags(command.optionsGroup("Output:").option(...DASHBOARD_FLAG));
  addExamples(command, [
    ["aha zero", "the base that comes with aha, with the defaults"],
    ["aha zero --dashboard", "the same, watched in a browser"],
    ["aha zero --minutes 1 --seed 7", "a minute of training"],
    ["aha zero --preset paper --group-size 32", "the settings of the paper, with larger groups"],
    ["aha zero --task ./my-task.js --base ./my-base", "a task and a base of your own"],
  ]);
  command.action(async (flags: Flags) => {
    const { run, json: _json, quiet: _quiet, dashboard: _dashboard, preflight, ...rest } = givenAsking(flags);
    const options: ZeroFlags = preflight ? rest : { ...rest, preflight };
    const runFolder = run ?? runFolderFor("zero");
    await withDashboard(context, flags, besideItsSiblings(runFolder), () =>
      finishZero(context, flags, (watch) => context.compositions.zero(options, { ...watch, runFolder })),
    );
  });
}
