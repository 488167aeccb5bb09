import { Option as Flag, type Command } from "commander";
import { ASKING } from "../asking/asking-options.ts";
import { optionsOf, type Option, type OptionGroup } from "../options/index.ts";
import { decimalOf, integerOf, namesOf, nonEmpty } from "./flags.ts";

/** How the words behind a flag are read; its bounds are checked where the option is used. */
const READERS: Readonly<Partial<Record<Option<unknown>["kind"], (text: string) => unknown>>> = {
  integer: integerOf,
  number: decimalOf,
  text: nonEmpty,
  names: namesOf,
};

/**
 * Gives a command the flags of a group, with its title above them.
 *
 * @param preset names of options whose default depends on something else, so that none is shown
 */
export function addOptionFlags(command: Command, group: OptionGroup, preset: ReadonlySet<string> = new Set()): void {
  command.optionsGroup(`${group.title}:`);
  for (const { stored, option } of optionsOf(group)) {
    if (option.flag === null) continue;
    command.addOption(flagOf(option, preset.has(stored)));
  }
}

function flagOf(option: Option<unknown>, depends: boolean): Flag {
  const flag = new Flag(option.flag!, `${option.help}${depends ? "" : defaultWords(option)}`);
  if (option.choices !== undefined && option.kind === "choice") return flag.choices([...option.choices]);
  const read = READERS[option.kind];
  return read === undefined ? flag : flag.argParser(read);
}

/** The default, where saying it helps: a number that isn't nothing, or the first of some choices. */
function defaultWords({ kind, fallback }: Option<unknown>): string {
  if (kind === "choice" || (kind === "text" && fallback !== "")) return ` (default: ${String(fallback)})`;
  const isNumber = kind === "integer" || kind === "number";
  return isNumber ? ` (default: ${String(fallback)})` : "";
}

/** The flags of how a model's chat template is used. */
export function addAskingFlags(command: Command): Command {
  addOptionFlags(command, ASKING);
  return command.optionsGroup("Options:");
}

/** Flags without what commander says of a `--no-` flag that wasn't given. */
export function givenAsking<T extends { readonly thinking?: boolean }>(flags: T): T {
  const { thinking, ...rest } = flags;
  return (thinking === false ? flags : rest) as T;
}
