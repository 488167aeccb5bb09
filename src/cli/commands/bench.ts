import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { DeviceBench } from "../../bench/bench-devices.ts";
import type { BenchedMachine } from "../bench-machine.ts";
import type { BenchFlags, BenchReport } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { flagNamesOf, inFlags, type FlagNames } from "../flag-names.ts";
import { addFlagsOf } from "../option-flags.ts";
import { BENCH } from "../../bench/bench-options.ts";
import { columns, percent, shortCount } from "../../text/format.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { watched } from "../watched.ts";

/** A measurement in plain words. */
export function benchText(report: BenchReport, flags: FlagNames): string {
  const { gemmGflops, trainGflops = 0, trainEfficiency = 0, trainTokensPerSecond = 0, rolloutTokensPerSecond } = report;
  const usual =
    gemmGflops === undefined
      ? []
      : columns([
          ["matrix product", `${gemmGflops.toFixed(1)} GFLOP/s`],
          ["training", `${trainGflops.toFixed(1)} GFLOP/s, ${percent(trainEfficiency)} of the matrix product`],
          ["training", `${shortCount(trainTokensPerSecond)} tokens/s`],
          [
            "rollouts",
            `${shortCount(rolloutTokensPerSecond ?? 0)} tokens/s (completion tokens; padding is not counted)`,
          ],
        ]);
  const { devices = [], machine } = report;
  return [...usual, ...(machine === undefined ? [] : devicesText(machine, devices, flags))].join("\n");
}

/** Devices side by side, and as rows for docs/gpu.md. */
function devicesText(machine: BenchedMachine, devices: readonly DeviceBench[], flags: FlagNames): string[] {
  const rows = devices.flatMap(({ device, speeds }) =>
    speeds.map((speed) => [
      device,
      speed.layers === speed.ofLayers ? speed.model : `${speed.model}, by ${speed.layers} of ${speed.ofLayers} layers`,
      `training ${rateText(speed.trainTokensPerSecond)}`,
      `writing ${rateText(speed.writeTokensPerSecond32)} (32 at once), ${rateText(speed.writeTokensPerSecond256)} (256)`,
    ]),
  );
  const problems = devices.flatMap(({ device, problem }) =>
    problem === null ? [] : [`${device}: ${printableLine(inFlags(problem, flags))}`],
  );
  const table = devices.flatMap((row) => tableRows(machine, row));
  return [...columns(rows), ...problems, ...(table.length === 0 ? [] : ["For the table of docs/gpu.md:", ...table])];
}

function rateText(speed: number | null): string {
  return speed === null ? "not measured" : `${shortCount(speed)} tokens/s`;
}

/** A device as a row of docs/gpu.md's table. */
function tableRows(machine: BenchedMachine, { device, adapter, driver, worstError, speeds }: DeviceBench): string[] {
  if (speeds.length === 0) return [];
  const named = device === "cpu" ? "cpu" : `${device}, ${adapter}, ${driver}`;
  const figures = speeds.map(
    (speed) =>
      `${speed.model}${speed.layers === speed.ofLayers ? "" : ` (${speed.layers}/${speed.ofLayers} layers)`} ${speed.trainTokensPerSecond ?? "-"} / ${speed.writeTokensPerSecond32 ?? "-"} / ${speed.writeTokensPerSecond256 ?? "-"}`,
  );
  const error = worstError === null ? "-" : worstError.toExponential(0);
  const cells = [
    `${machine.processor}, ${machine.cores} cores, ${machine.platform}`,
    named,
    figures.join("; "),
    error,
    `aha ${machine.aha}, ONNX Runtime ${machine.onnxruntime}`,
  ];
  return [`| ${cells.map((cell) => printableLine(cell).replaceAll("|", "/")).join(" | ")} |`];
}

/** `aha bench`: how fast this machine trains and samples. */
export function addBenchCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("bench")
    .description("Measures matrix products, the training graph and rollouts. Close other programs first.")
    .option("--model, --base <model>", `what samples: ${MODEL_FORMS} (default: the one that comes with aha)`, nonEmpty);
  addFlagsOf(command, BENCH);
  addCommonFlags(command.optionsGroup("Output:"));
  addExamples(command, [
    ["aha bench --json", "for a program to read"],
    ["aha bench --device all", "the processor and every GPU that works here"],
  ]);
  command.action(async (flags: CommonFlags & BenchFlags) => {
    const { json: _json, quiet: _quiet, ...options } = flags;
    const report = createReport(context.host, flags);
    const result = await watched(context, flags, "Stopping.", (watch) => context.compositions.bench(options, watch));
    if (result === null) return;
    report.say(benchText(result, flagNamesOf(command)));
    report.result(result);
    if (result.devices?.every(({ speeds }) => speeds.length === 0) === true) context.exitCode = 1;
  });
}
