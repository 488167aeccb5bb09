import { Command } from "commander";
import type { CommandContext } from "./command-context.ts";
import { applyConfig } from "./config-flags.ts";
import { COMMANDS } from "./commands/index.ts";
import type { Compositions } from "./compositions.ts";
import { failureOf, usageLine } from "./failure.ts";
import { flagNamesOf } from "./flag-names.ts";
import { addCommonFlags, addExamples } from "./flags.ts";
import type { Host } from "./host.ts";
import { ahaVersion } from "./machine.ts";

/**
 * The whole command line, as commander sees it.
 *
 * @param words of the command line: only commands that they name are whole, of the others the list's line is known
 */
export async function createProgram(
  words: readonly string[],
  context: CommandContext,
  version: string,
): Promise<Command> {
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
    ["aha init my-task", "a task of your own, from an example or --from your data"],
    ["aha zero --help", "the flags of a command"],
  ]);
  program.addHelpCommand(
    new Command("help")
      .argument("[command]")
      .helpOption(false)
      .description("what a command does, and its flags")
      .helpGroup(`${COMMANDS.at(-1)!.group}:`),
  );
  for (const { usage, summary, group, load } of COMMANDS) {
    const [name] = usage.split(" ") as [string];
    if (words.includes(name)) (await load())(program, context);
    // What every command has, for the list.
    else addCommonFlags(program.command(usage));
    program.commands.at(-1)!.summary(summary).helpGroup(`${group}:`);
  }
  program.hook("preAction", async (_program, command) => {
    context.flags = flagNamesOf(command);
    await applyConfig(command);
  });
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
  const context: CommandContext = { host, compositions, exitCode: 0, flags: new Map() };
  try {
    const program = await createProgram(words, context, await ahaVersion());
    await program.parseAsync(words, { from: "user" });
    return context.exitCode;
  } catch (error) {
    const { text, code } = failureOf(error, host.debug, context.flags);
    if (text !== "") host.error(text);
    return code;
  }
}
