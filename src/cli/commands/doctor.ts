import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addCommonFlags, addExamples, type CommonFlags } from "../flags.ts";
import { columns, megabytes } from "../../text/format.ts";
import { diagnose, thisMachine, type Machine } from "../machine.ts";
import { surveyText, type SurveyedDevice } from "../../policy/device/survey-devices.ts";
import { printableLine } from "../../text/printable.ts";
import { createReport } from "../report.ts";
import { inFlags } from "../flag-names.ts";
import { watched } from "../watched.ts";

/** What a machine can do, in plain words, with a verdict at the end. */
export function doctorText(machine: Machine, devices: readonly SurveyedDevice[]): string {
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
    ...devices.map((found) => [found.device, printableLine(inFlags(surveyText(found), DEVICE_FLAG))]),
  ];
  const { verdict, reasons } = diagnose(machine);
  const why = reasons.length === 0 ? "" : `: ${printableLine(reasons.join("; "))}`;
  return `${columns(rows).join("\n")}\nVerdict: ${verdict}${why}.${nextText(devices)}`;
}

/** This command has no such flag; those that its words are about do. */
const DEVICE_FLAG = new Map([["device", { flag: "--device", takesValue: true, negated: false }]]);

/** What one does with a GPU; nothing where there is none. */
function nextText(devices: readonly SurveyedDevice[]): string {
  const best = devices.find(({ auto }) => auto);
  if (best === undefined) return "";
  return `\nNext: aha zero --device auto with a model from 10M parameters (docs/gpu.md), or aha bench --device all.`;
}

/** `aha doctor`: what this machine can do. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("doctor")
    .description(
      "Shows cores, memory, disk, versions and the engine's providers, tries every GPU beside the processor, and says whether the main job can run here.",
    );
  addCommonFlags(command);
  addExamples(command, [["aha doctor", "look at this machine before the first run"]]);
  command.action(async (flags: CommonFlags) => {
    const report = createReport(context.host, flags);
    const machine = await thisMachine(await context.compositions.engine());
    const devices =
      machine.engine.problem === null
        ? await watched(context, flags, "Stopping.", (watch) => context.compositions.devices(watch))
        : [];
    if (devices === null) return;
    const diagnosis = diagnose(machine);
    report.say(doctorText(machine, devices));
    report.result({ ...machine, devices, ...diagnosis });
    if (diagnosis.verdict === "not ready") context.exitCode = 1;
  });
}
