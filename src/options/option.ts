import * as v from "valibot";
import { show } from "../errors.ts";

/** What an option is for people: its flag, its words, and what it may be. */
export interface OptionFacts {
  /** As the command line spells it, with its value's placeholder, `--group-size <n>`; null where it has no flag. */
  readonly flag: string | null;
  readonly help: string;
  /** What its default stands for, where the value doesn't say it: `the model's own` of an empty task. */
  readonly otherwise?: string;
  /** Its name in a run's stored config, where that isn't the one in its group. */
  readonly stored?: string;
}

/** One option, declared once: check, default, flag and help come from here. */
export interface Option<T, Stored extends string = string> extends OptionFacts {
  readonly kind: "integer" | "number" | "boolean" | "choice" | "text" | "names";
  readonly schema: v.GenericSchema<unknown, T>;
  readonly fallback: T;
  /** What it has to be, in words: `an integer from 2 up`. */
  readonly expected: string;
  readonly choices?: readonly string[];
  readonly bounds?: Bounds;
  readonly stored?: Stored;
}

/** What every declaration says. */
interface Declared<T> {
  readonly fallback: T;
  readonly flag: string | null;
  readonly help: string;
  readonly otherwise?: string;
  readonly stored?: string;
}

/** Both included; without `to` there is no upper one. */
interface Bounds {
  readonly from: number;
  readonly to?: number;
}

/** The name in the stored config that a declaration gives; never where it is the option's own. */
type StoredOf<D> = D extends { readonly stored: infer N extends string } ? N : never;

/** A whole number within bounds, both included. */
export function integer<const D extends Declared<number> & Bounds>(declared: D): Option<number, StoredOf<D>> {
  const { from, to } = declared;
  const schema = v.pipe(v.number(), v.integer(), v.minValue(from), v.maxValue(to ?? Number.MAX_SAFE_INTEGER));
  const expected = `an integer ${rangeWords(declared)}`;
  return { ...facts(declared), kind: "integer", schema, expected, bounds: boundsOf(declared) };
}

/** A finite number within bounds, both included. */
export function decimal<const D extends Declared<number> & Bounds>(declared: D): Option<number, StoredOf<D>> {
  const { from, to } = declared;
  const schema = v.pipe(v.number(), v.finite(), v.minValue(from), v.maxValue(to ?? Number.MAX_VALUE));
  const expected = `a number ${rangeWords(declared)}`;
  return { ...facts(declared), kind: "number", schema, expected, bounds: boundsOf(declared) };
}

/** True or false. */
export function toggle<const D extends Declared<boolean>>(declared: D): Option<boolean, StoredOf<D>> {
  return { ...facts<boolean, D>(declared), kind: "boolean", schema: v.boolean(), expected: "true or false" };
}

/** One of some names. */
export function choice<const C extends string, const D extends Declared<NoInfer<C>>>(
  choices: readonly C[],
  declared: D,
): Option<C, StoredOf<D>> {
  const schema = v.picklist(choices as readonly [C, ...C[]]);
  return { ...facts<C, D>(declared), kind: "choice", schema, expected: `one of ${choices.join(", ")}`, choices };
}

/** A text that a check of its owner may read more closely. */
export function text<const D extends Declared<string>>(declared: D): Option<string, StoredOf<D>> {
  return { ...facts<string, D>(declared), kind: "text", schema: v.string(), expected: "a text" };
}

/** Some of a list of names, at least one. */
export function names<const C extends string, const D extends Declared<readonly NoInfer<C>[]>>(
  choices: readonly C[],
  declared: D,
): Option<readonly C[], StoredOf<D>> {
  const one = v.picklist(choices as readonly [C, ...C[]]);
  const schema = v.pipe(v.array(one), v.minLength(1));
  return {
    ...facts<readonly C[], D>(declared),
    kind: "names",
    schema,
    expected: `some of ${choices.join(", ")}`,
    choices,
  };
}

type ValueOf<O> = O extends Option<infer T> ? T : never;

/** What an option may be told to be elsewhere. */
type Changes<T> = Partial<Pick<Declared<T>, "fallback" | "flag" | "help" | "otherwise">> & Partial<Bounds>;

/**
 * An option as another job has it, with a default, a help or bounds of that job's; all else stays as it is declared.
 * A number alone has bounds.
 */
export function adapted<O extends Option<unknown>>(option: O, { from, to, ...said }: Changes<ValueOf<O>>): O {
  const changed = { ...option, ...said };
  if (option.bounds === undefined) return changed;
  const bounds = {
    ...option.bounds,
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  };
  const { flag, help } = changed;
  const declared = { ...bounds, fallback: changed.fallback as number, flag, help };
  return { ...changed, ...(option.kind === "integer" ? integer(declared) : decimal(declared)) };
}

/** An option under another name in the stored config. */
export function storedAs<T, N extends string>(option: Option<T, never>, stored: N): Option<T, N> {
  return { ...option, stored };
}

/** Some of a group's options, for a job that has no use for the others. */
export function pick<O extends object, K extends keyof O>(options: O, ...keys: readonly K[]): Pick<O, K> {
  return Object.fromEntries(keys.map((key) => [key, options[key]])) as Pick<O, K>;
}

/** A value in words: `2e-5`, `all`; empty where there is nothing to say. */
export function valueText({ kind, choices }: Pick<Option<unknown>, "kind" | "choices">, value: unknown): string {
  if (kind === "number" && value !== 0 && Math.abs(value as number) < 1e-3) return (value as number).toExponential();
  if (kind !== "names") return String(value);
  const chosen = value as readonly string[];
  return chosen.length === choices?.length ? "all" : chosen.join(",");
}

/** The line for a value that an option doesn't take. */
export function wrongValue(name: string, { expected }: Pick<Option<unknown>, "expected">, value: unknown): string {
  return `Expected \`${name}\` to be ${expected}, got ${show(value)}.`;
}

function facts<T, D extends Declared<T>>(declared: D): Declared<T> & { stored?: StoredOf<D> } {
  const { fallback, flag, help, otherwise, stored } = declared;
  return {
    fallback,
    flag,
    help,
    ...(otherwise === undefined ? {} : { otherwise }),
    ...(stored === undefined ? {} : { stored: stored as StoredOf<D> }),
  };
}

function boundsOf({ from, to }: Bounds): Bounds {
  return to === undefined ? { from } : { from, to };
}

function rangeWords({ from, to }: Bounds): string {
  return to === undefined ? `from ${from} up` : `from ${from} to ${to}`;
}
