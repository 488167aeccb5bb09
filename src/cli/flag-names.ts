import type { Command } from "commander";

/** How a command's flag is spelt, and whether a value follows. */
interface SpeltFlag {
  readonly flag: string;
  readonly takesValue: boolean;
  /** `--no-preflight`: given, the option is false. */
  readonly negated: boolean;
}

/** The flags of a command by the names of their options. */
export type FlagNames = ReadonlyMap<string, SpeltFlag>;

/** Options whose flag has another name. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["accessToken", "token"],
  ["kind", "goldKind"],
  ["allowHosts", "allowHost"],
]);

/** An option as the library names it, alone or with a value: `groupSize`, `lora: 16`. */
const NAMED = /`([a-z][A-Za-z]*)(?:: ([^`]*))?`/g;

/** The flags of a command, by the names of the options that they set. */
export function flagNamesOf(command: Command): FlagNames {
  return new Map(
    command.options.map((option) => [
      option.attributeName(),
      {
        flag: option.long ?? option.flags,
        takesValue: option.required || option.optional,
        negated: option.negate,
      },
    ]),
  );
}

/**
 * A text of the library, which names options, as the command line says it: `lora: 16` becomes --lora 16. Options that
 * the command has no flag for stay as they are.
 */
export function inFlags(text: string, flags: FlagNames): string {
  return text.replace(NAMED, (whole: string, name: string, value: string | undefined) => {
    const spelt = flags.get(name) ?? flags.get(ALIASES.get(name) ?? name);
    return (spelt === undefined ? undefined : spoken(spelt, value)) ?? whole;
  });
}

function spoken({ flag, takesValue, negated }: SpeltFlag, value: string | undefined): string | undefined {
  if (value === undefined) return flag;
  if (takesValue) return `${flag} ${value}`;
  const given = negated ? ["false", "null"] : ["true"];
  return given.includes(value) ? flag : undefined;
}
