import { Option as Flag, type Command } from "commander";
import { optionsOf, valueText, type Option, type OptionGroup, type OptionSet } from "../options/index.ts";
import { decimalOf, integerOf, namesOf, nonEmpty } from "./flags.ts";

/** How the words behind a flag are read; its bounds are checked where the option is used. */
const READERS: Readonly<Partial<Record<Option<unknown>["kind"], (text: string) => unknown>>> = {
  integer: integerOf,
  number: decimalOf,
  text: nonEmpty,
  names: namesOf,
};

/** When the defaults for large models count. */
export const LARGE = "a model from 8M parameters";

type Defaults = Readonly<Record<string, unknown>>;

/** What counts where nothing is said, by the options' names in the stored config. */
export interface ShownDefaults {
  /** No default is shown: what isn't said stays as it is. */
  readonly unsaid?: boolean;
  /** In the place of the options' own defaults. */
  readonly usual?: object;
  /** When something else counts: with a preset, for a large model. */
  readonly cases?: readonly (readonly [when: string, defaults: object])[];
}

/** Gives a command the flags of all groups. */
export function addFlagsOf(command: Command, set: OptionSet, shown: ShownDefaults = {}): Command {
  for (const group of Object.values(set)) addOptionFlags(command, group, shown);
  return command;
}

/** Gives a command the flags of a group, with its title above them and the default that counts at their ends. */
export function addOptionFlags(command: Command, group: OptionGroup, shown: ShownDefaults = {}): void {
  command.optionsGroup(`${group.title}:`);
  for (const { stored, option } of optionsOf(group)) {
    if (option.flag === null) continue;
    const flag = flagOf(option, defaultWords(stored, option, shown));
    // Parsed flags have the options' names in the stored config, whatever the flag is called.
    flag.attributeName = (): string => stored;
    command.addOption(flag);
  }
}

function flagOf(option: Option<unknown>, defaults: string): Flag {
  const flag = new Flag(option.flag!, `${option.help}${defaults}`);
  if (option.choices !== undefined && option.kind === "choice") return flag.choices([...option.choices]);
  const read = READERS[option.kind];
  return read === undefined ? flag : flag.argParser(read);
}

/** ` (default: 8; with --preset paper: 16)`; nothing where there is nothing to say. */
function defaultWords(stored: string, option: Option<unknown>, shown: ShownDefaults): string {
  const { usual = {}, cases = [], unsaid = false } = shown;
  if (unsaid) return "";
  const value = (usual as Defaults)[stored] ?? option.fallback;
  const others = cases.flatMap(([when, defaults]) => {
    const other = (defaults as Defaults)[stored];
    return other === undefined || other === value ? [] : [`${when}: ${shownValue(option, other)}`];
  });
  const words = [shownValue(option, value), ...others].filter((part) => part !== "");
  return words.length === 0 ? "" : ` (default: ${words.join("; ")})`;
}

/** What a default stands for. A flag that is given or not says in its help what it changes. */
function shownValue(option: Option<unknown>, value: unknown): string {
  if (option.kind === "boolean") return "";
  return value === option.fallback && option.otherwise !== undefined ? option.otherwise : valueText(option, value);
}

/** Flags without what commander says of a `--no-thinking` that wasn't given. */
export function givenAsking<T extends { readonly thinking?: boolean }>(flags: T): T {
  const { thinking, ...rest } = flags;
  return (thinking === false ? flags : rest) as T;
}
