import type { Command } from "commander";
import { ALGORITHM, PRESET_NAMES } from "../../algorithms/algorithm-options.ts";
import { PRESETS } from "../../algorithms/preset-values.ts";
import { largeZeroDefaults } from "../../training/large-defaults.ts";
import { ZERO } from "../../training/zero-groups.ts";
import type { CommandContext } from "../command-context.ts";
import type { ZeroFlags } from "../compositions.ts";
import { finishZero } from "../finish-zero.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf, givenAsking, LARGE, type ShownDefaults } from "../option-flags.ts";
import { runFolderFor } from "../run-folder.ts";
import { besideItsSiblings, DASHBOARD_FLAG, withDashboard } from "../with-dashboard.ts";

interface Flags extends CommonFlags, Omit<ZeroFlags, "preflight"> {
  readonly run?: string;
  readonly preflight: boolean;
  readonly dashboard?: boolean;
}

/** The usual preset's values are shown, and where the other one or a large model has others. */
const { preset } = ALGORITHM.options;
const SHOWN: ShownDefaults = {
  usual: PRESETS[preset.fallback],
  cases: [
    ...PRESET_NAMES.filter((name) => name !== preset.fallback).map((name) => [name, PRESETS[name]] as const),
    [LARGE, largeZeroDefaults(0)],
  ],
};

function addZeroFlags(command: Command): void {
  command
    .optionsGroup("The job:")
    .option("--model, --base <model>", `the base: ${MODEL_FORMS} (default: the one that comes with aha)`, nonEmpty)
    .option("--run <folder>", "where everything is kept (default: a new folder in runs/)", nonEmpty);
  addFlagsOf(command, ZERO, SHOWN);
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
