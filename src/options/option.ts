import * as v from "valibot";
import { show } from "../errors.ts";

/** What an option is for people: its flag, its words, and what it may be. */
export interface OptionFacts {
  /** As the command line spells it, with its value's placeholder, `--group-size <n>`; null where it has no flag. */
  readonly flag: string | null;
  readonly help: string;
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
  readonly stored?: Stored;
}

/** What every declaration says. */
interface Declared<T, S extends string> {
  readonly fallback: T;
  readonly flag: string | null;
  readonly help: string;
  readonly stored?: S;
}

interface Bounds {
  readonly from: number;
  readonly to?: number;
}

/** A whole number within bounds, both included. */
export function integer<S extends string = never>(declared: Declared<number, S> & Bounds): Option<number, S> {
  const { from, to = Number.MAX_SAFE_INTEGER, ...facts } = declared;
  const schema = v.pipe(v.number(), v.integer(), v.minValue(from), v.maxValue(to));
  return option("integer", schema, facts, `an integer ${rangeWords(from, declared.to)}`);
}

/** A finite number within bounds, both included. */
export function decimal<S extends string = never>(declared: Declared<number, S> & Bounds): Option<number, S> {
  const { from, to = Number.MAX_VALUE, ...facts } = declared;
  const schema = v.pipe(v.number(), v.finite(), v.minValue(from), v.maxValue(to));
  return option("number", schema, facts, `a number ${rangeWords(from, declared.to)}`);
}

/** True or false. */
export function toggle<S extends string = never>(declared: Declared<boolean, S>): Option<boolean, S> {
  return option("boolean", v.boolean(), declared, "true or false");
}

/** One of some names. */
export function choice<const C extends string, S extends string = never>(
  choices: readonly C[],
  declared: Declared<NoInfer<C>, S>,
): Option<C, S> {
  const schema = v.picklist(choices as readonly [C, ...C[]]);
  return { ...option<C, S>("choice", schema, declared, `one of ${choices.join(", ")}`), choices };
}

/** A text that a check of its owner may read more closely. */
export function text<S extends string = never>(declared: Declared<string, S>): Option<string, S> {
  return option("text", v.string(), declared, "a text");
}

/** Some of a list of names, at least one. */
export function names<const C extends string, S extends string = never>(
  choices: readonly C[],
  declared: Declared<readonly C[], S>,
): Option<readonly C[], S> {
  const one = v.picklist(choices as readonly [C, ...C[]]);
  const schema = v.pipe(v.array(one), v.minLength(1)) as v.GenericSchema<unknown, readonly C[]>;
  return { ...option<readonly C[], S>("names", schema, declared, `some of ${choices.join(", ")}`), choices };
}

/** The line for a value that an option doesn't take. */
export function wrongValue(name: string, { expected }: Pick<Option<unknown>, "expected">, value: unknown): string {
  return `Expected \`${name}\` to be ${expected}, got ${show(value)}.`;
}

function option<T, S extends string>(
  kind: Option<T>["kind"],
  schema: v.GenericSchema<never, T> | v.GenericSchema<unknown, T>,
  declared: Declared<T, S>,
  expected: string,
): Option<T, S> {
  return { ...declared, kind, schema: schema as v.GenericSchema<unknown, T>, expected };
}

function rangeWords(from: number, to: number | undefined): string {
  return to === undefined ? `from ${from} up` : `from ${from} to ${to}`;
}
