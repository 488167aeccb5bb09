import type { Command } from "commander";
import * as v from "valibot";
import { OptionError } from "../errors.ts";
import { readOptionsFile } from "../host/options-file.ts";
import { placesOf, refuseUnknown, wrongValue, type Option, type OptionSet } from "../options/index.ts";
import type { CommandContext } from "./command-context.ts";
import type { ConfigKind } from "./compositions.ts";
import { nonEmpty, type CommonFlags } from "./flags.ts";
import { createReport } from "./report.ts";

/** The flags of a command that takes its options from a file, too. */
export interface ConfigFlags extends CommonFlags {
  readonly config?: string;
  readonly printConfig?: boolean;
}

/** What a file of options may hold. */
type Known = Pick<Option<unknown>, "schema" | "expected">;

const A_TEXT: Known = { schema: v.pipe(v.string(), v.nonEmpty()), expected: "a text" };

const commands = new WeakMap<Command, Readonly<Record<string, Known>>>();

/**
 * Lets a command take options from a file of JSON, and print those that it would use.
 *
 * @param names of the command's own texts beside the set: `base`
 */
export function addConfigFlags(command: Command, set: OptionSet, names: readonly string[]): void {
  const options = placesOf(set).map(({ stored, option }) => [stored, option] as const);
  commands.set(command, Object.fromEntries([...options, ...names.map((name) => [name, A_TEXT] as const)]));
  command
    .optionsGroup("Options from a file:")
    .option("--config <file>", "JSON with options by their names, as --print-config gives it; flags win", nonEmpty)
    .option("--print-config", "print all options with their values as JSON, and run nothing");
}

/**
 * Gives a command what the file of its --config says and no flag does.
 *
 * @throws OptionError for a file that is none, an unknown name or a value that an option doesn't take
 */
export async function applyConfig(command: Command): Promise<void> {
  const known = commands.get(command);
  const path: unknown = command.getOptionValue("config");
  if (known === undefined || typeof path !== "string") return;
  const given = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  for (const [name, value] of Object.entries(await readConfig(path, known))) {
    // A flag that names one of the two has decided between them.
    const decided = (name === "task" && given("data")) || (name === "data" && given("task"));
    if (!given(name) && !decided) command.setOptionValueWithSource(name, value, "config");
  }
}

async function readConfig(path: string, known: Readonly<Record<string, Known>>): Promise<Record<string, unknown>> {
  const value = await readOptionsFile(path);
  refuseUnknown(value, known);
  for (const [name, one] of Object.entries(value)) {
    const option = known[name]!;
    if (!v.is(option.schema, one)) throw new OptionError(wrongValue(name, option, one));
  }
  return value;
}

/** Prints the options that a job would have, where that is asked for. @returns whether it was */
export async function printedConfig(
  { host, compositions }: CommandContext,
  { json = false, printConfig = false }: ConfigFlags,
  kind: ConfigKind,
  options: object,
): Promise<boolean> {
  if (!printConfig) return false;
  const config = await compositions.config(kind, options);
  if (json) createReport(host, { json }).result(config);
  else host.out(`${JSON.stringify(config, null, 2)}\n`);
  return true;
}
