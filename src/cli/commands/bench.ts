import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { BenchFlags, BenchResult } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { addFlagsOf } from "../option-flags.ts";
import { BENCH } from "../../bench/bench-options.ts";
import { columns, percent, shortCount } from "../../text/format.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** A measurement in plain words. */
export function benchText(result: BenchResult): string {
  return columns([
    ["matrix product", `${result.gemmGflops.toFixed(1)} GFLOP/s`],
    ["training", `${result.trainGflops.toFixed(1)} GFLOP/s, ${percent(result.trainEfficiency)} of the matrix product`],
    ["training", `${shortCount(result.trainTokensPerSecond)} tokens/s`],
    ["rollouts", `${shortCount(result.rolloutTokensPerSecond)} tokens/s (completion tokens; padding is not counted)`],
  ]).join("\n");
}

/** `aha bench`: how fast this machine trains and samples. */
export function addBenchCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("bench")
    .description("Measures matrix products, the training graph and rollouts. Close other programs first.")
    .option("--model, --base <model>", `what samples: ${MODEL_FORMS} (default: the one that comes with aha)`, nonEmpty);
  addFlagsOf(command, BENCH);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [["aha bench --json", "for a program to read"]]);
  command.action(async (flags: CommonFlags & BenchFlags) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const result = await watched(context, flags, "Stopping.", (watch) => context.compositions.bench(options, watch));
    if (result === null) return;
    report.say(benchText(result));
    report.result(result);
  });
}
