import { InvalidArgumentError, type Command } from "commander";

/** Reads a whole number of a flag; its bounds are checked where the option is used. */
export function integerOf(text: string): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new InvalidArgumentError("Expected a whole number.");
  return value;
}

/** Reads a number of a flag, `0.5` or `3e-4`. */
export function decimalOf(text: string): number {
  const value = Number(text);
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(value))
    throw new InvalidArgumentError("Expected a number.");
  return value;
}

/** Reads a path or a name; an empty one is a slip of the shell (`--run $UNSET`). */
export function nonEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("Expected a value, got an empty one.");
  return text;
}

/** Reads a flag that may be repeated: what came before, and this. */
export function collected(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, nonEmpty(text)];
}

/** Reads names that are parted by commas. */
export function namesOf(text: string): string[] {
  return nonEmpty(text)
    .split(",")
    .map((name) => name.trim());
}

/** What every command takes where it takes a model. */
export const MODEL_FORMS =
  "a model's folder, a .gguf file, hf:owner/name, an adapter (adapter+base names another base), a base that comes with aha (countdown-small-base), or a run (then its trained model)";

/** The flags that every command has. */
export interface CommonFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

export function addCommonFlags(command: Command): Command {
  return command
    .option("--json", "print one JSON object as the last line of standard output; words go to standard error")
    .option("--quiet", "print no progress");
}

/** The examples at the end of a command's --help. */
export function addExamples(command: Command, examples: readonly (readonly [line: string, does: string])[]): Command {
  const width = Math.max(...examples.map(([line]) => line.length));
  return command.addHelpText(
    "after",
    `\nExamples:\n${examples.map(([line, does]) => `  ${line.padEnd(width)}  ${does}`).join("\n")}`,
  );
}
