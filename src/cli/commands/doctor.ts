import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { columns, megabytes } from "../../text/format.ts";
import { diagnose, thisMachine, type Machine } from "../machine.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";

/** What a machine can do, in plain words, with a verdict at the end. */
export function doctorText(machine: Machine): string {
  const { engine } = machine;
  const rows = [
    ["aha", machine.aha],
    ["node", `${machine.node} on ${machine.platform}`],
    ["processor", `${printableLine(machine.processor)}, ${machine.cores} ${machine.cores === 1 ? "core" : "cores"}`],
    ["memory", `${megabytes(machine.memory)}, ${megabytes(machine.freeMemory)} free`],
    ["disk", machine.freeDisk === null ? "unknown" : `${megabytes(machine.freeDisk)} free here`],
    [
      "onnxruntime",
      engine.problem === null ? `${engine.version}, providers: ${engine.providers.join(", ")}` : "does not load",
    ],
  ];
  const { verdict, reasons } = diagnose(machine);
  const why = reasons.length === 0 ? "" : `: ${printableLine(reasons.join("; "))}`;
  return `${columns(rows).join("\n")}\nVerdict: ${verdict}${why}.`;
}

/** `aha doctor`: what this machine can do. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("doctor")
    .description(
      "Shows cores, memory, disk, versions and the engine's providers, and says whether the main job can run here.",
    );
  addCommonFlags(command);
  addExamples(command, [["aha doctor", "look at this machine before the first run"]]);
  command.action(async (flags: CommonFlags) => {
    const report = createReport(context.host, flags);
    const machine = await thisMachine(await context.compositions.engine());
    const diagnosis = diagnose(machine);
    report.say(doctorText(machine));
    report.result({ ...machine, ...diagnosis });
    if (diagnosis.verdict === "not ready") context.exitCode = 1;
  });
}
