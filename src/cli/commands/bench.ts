import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import type { DeviceBench } from "../../bench/bench-devices.ts";
import type { PeerComparison } from "../bench-against.ts";
import type { BenchedMachine } from "../bench-machine.ts";
import type { StepSpeed } from "../../training/step-speed.ts";
import type { BenchFlags, BenchReport } from "../compositions.ts";
import { addCommonFlags, addExamples, MODEL_FORMS, nonEmpty, type CommonFlags } from "../flags.ts";
import { flagNamesOf, inFlags, type FlagNames } from "../flag-names.ts";
import { addFlagsOf } from "../option-flags.ts";
import { BENCH } from "../../bench/bench-options.ts";
import { columns, megabytes, percent, shortCount } from "../../text/format.ts";
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
          ["training", `${shortCount(trainTokensPerSecond)} tokens/s, at its peak`],
          ["rollouts", `${shortCount(rolloutTokensPerSecond ?? 0)} tokens/s, at their peak: 4,096 at once`],
          ...(report.step === undefined ? [] : stepRows(report.step)),
        ]);
  const { devices = [], machine, comparison } = report;
  return [
    ...usual,
    ...(machine === undefined ? [] : devicesText(machine, devices, flags)),
    ...(comparison === undefined ? [] : comparisonText(comparison)),
  ].join("\n");
}

/** What a step of training gets: ragged completions, weights that change. */
function stepRows(step: StepSpeed): [string, string][] {
  return [
    [
      "a step",
      `${step.seconds.toFixed(2)} s, the middle one of ${step.steps} of aha zero's, ${megabytes(step.peakMegabytes)}`,
    ],
    ["- its rollouts", `${step.rolloutSeconds.toFixed(2)} s, ${shortCount(step.rolloutTokensPerSecond)} tokens/s`],
    ["- its update", `${step.updateSeconds.toFixed(2)} s, ${shortCount(step.updateTokensPerSecond)} tokens/s`],
  ];
}

/** Both sides turn by turn. */
function comparisonText({ here, there, precision, timesAsFast }: PeerComparison): string[] {
  const row = (side: string, speed: StepSpeed): string[] => [
    side,
    `${speed.seconds.toFixed(2)} s a step`,
    `rollouts ${speed.rolloutSeconds.toFixed(2)} s, ${shortCount(speed.rolloutTokensPerSecond)} tokens/s`,
    `update ${speed.updateSeconds.toFixed(2)} s`,
    `${shortCount(speed.tokens)} tokens`,
    speed.peakMegabytes === 0 ? "memory not told" : megabytes(speed.peakMegabytes),
  ];
  const rows = here.flatMap((speed, turn) => [row("aha", speed), row(`TRL, ${precision}`, there[turn]!)]);
  return [
    ...columns(rows),
    `A step takes TRL ${timesAsFast.toFixed(1)} times as long (the middle one of ${here.length} turns).`,
  ];
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
    ["aha bench --against trl --python trl/bin/python", "a step here beside one of TRL's"],
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
