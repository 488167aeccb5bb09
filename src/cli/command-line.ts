import { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { addBenchCommand } from "./commands/bench.ts";
import { addChatCommand } from "./commands/chat.ts";
import { addDashboardCommand } from "./commands/dashboard.ts";
import { addDistilCommand } from "./commands/distil.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEvalCommand } from "./commands/eval.ts";
import { addExportCommand } from "./commands/export.ts";
import { addPretrainCommand } from "./commands/pretrain.ts";
import { addPreviewCommand } from "./commands/preview.ts";
import { addR1Command } from "./commands/r1.ts";
import { addReproduceCommand } from "./commands/reproduce.ts";
import { addReportCommand } from "./commands/report.ts";
import { addResumeCommand } from "./commands/resume.ts";
import { addRewardModelCommand } from "./commands/reward-model.ts";
import { addRunsCommand } from "./commands/runs.ts";
import { addSampleCommand } from "./commands/sample.ts";
import { addSftCommand } from "./commands/sft.ts";
import { addShowCommand } from "./commands/show.ts";
import { addVerifyCommand } from "./commands/verify.ts";
import { addZeroCommand } from "./commands/zero.ts";
import type { Compositions } from "./compositions.ts";
import { failureOf, usageLine } from "./failure.ts";
import { addExamples } from "./flags.ts";
import type { Host } from "./host.ts";
import { ahaVersion } from "./machine.ts";

const COMMANDS = [
  addZeroCommand,
  addR1Command,
  addDistilCommand,
  addReproduceCommand,
  addSftCommand,
  addRewardModelCommand,
  addPretrainCommand,
  addEvalCommand,
  addSampleCommand,
  addPreviewCommand,
  addVerifyCommand,
  addChatCommand,
  addExportCommand,
  addDashboardCommand,
  addReportCommand,
  addRunsCommand,
  addShowCommand,
  addResumeCommand,
  addBenchCommand,
  addDoctorCommand,
];

/** The whole command line, as commander sees it. */
export function createProgram(context: CommandContext, version: string): Command {
  const program = new Command("aha")
    .description("Reinforcement learning of reasoning: from a base model to its aha moment, on the machine you have.")
    .version(version, "-V, --version", "print the version")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.host.out(text),
      writeErr: (text) => context.host.error(text),
      outputError: (message, write) => write(usageLine(message)),
    });
  addExamples(program, [
    ["aha doctor", "what this machine can do"],
    ["aha zero", "the main job, with its defaults"],
    ["aha zero --help", "the flags of a command"],
  ]);
  for (const add of COMMANDS) add(program, context);
  return program;
}

/**
 * Runs one command line.
 *
 * @param words without the program's own name: `["zero", "--steps", "3"]`
 * @returns the exit code: 0 done, 1 our mistake, 2 the user's, 130 stopped by Ctrl-C
 */
export async function runCommandLine(
  words: readonly string[],
  host: Host,
  compositions: Compositions,
): Promise<number> {
  const context: CommandContext = { host, compositions, exitCode: 0 };
  try {
    await createProgram(context, await ahaVersion()).parseAsync(words, { from: "user" });
    return context.exitCode;
  } catch (error) {
    const { text, code } = failureOf(error, host.debug);
    if (text !== "") host.error(text);
    return code;
  }
}
