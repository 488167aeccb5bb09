import * as v from "valibot";
import { OptionError, show } from "../errors.ts";
import { nearestName } from "./nearest-name.ts";
import { wrongValue, type Option } from "./option.ts";

type Options = Readonly<Record<string, Option<never>>> | Readonly<Record<string, Option<unknown>>>;

/** Options that one owner reads, by the owner's names. */
export interface OptionGroup<O extends Options = Options> {
  /** Its name among a run's options; messages name an option as the run's config does. */
  readonly name: string;
  /** Its heading in help and documents. */
  readonly title: string;
  readonly options: O;
}

/** The values of a group, all of them there. */
export type GroupValues<G> =
  G extends OptionGroup<infer O> ? { readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never } : never;

/** Declares a group. */
export function optionGroup<const O extends Options>(name: string, title: string, options: O): OptionGroup<O> {
  return { name, title, options };
}

/**
 * The values of a group: what was given, else the first of the other sources that has it, else the default.
 *
 * @param sources the given values first, then for example those of a preset; undefined values are as if absent
 * @throws OptionError for an unknown name, with the nearest known one, and for a value that the option doesn't take
 */
export function resolveGroup<G extends OptionGroup>(
  group: G,
  ...sources: readonly (Partial<GroupValues<G>> | undefined)[]
): GroupValues<G> {
  const options = group.options as Readonly<Record<string, Option<unknown>>>;
  for (const source of sources) refuseUnknown(source ?? {}, options, group.name);
  const resolved = Object.entries(options).map(([key, option]) => {
    const source = sources.find((values) => own(values, key) !== undefined);
    const value = source === undefined ? option.fallback : own(source, key);
    if (!v.is(option.schema, value)) throw new OptionError(wrongValue(option.stored ?? key, option, value));
    return [key, value];
  });
  return Object.fromEntries(resolved) as GroupValues<G>;
}

/** @throws OptionError for what is no object of options, and for a name that isn't known, with the nearest that is */
export function refuseUnknown(given: object, known: object, where: string = ""): void {
  // Who writes JavaScript may give anything.
  const came: unknown = given;
  if (typeof came !== "object" || came === null || Array.isArray(came)) {
    const what = where === "" ? "the options" : `\`${where}\``;
    throw new OptionError(
      `Expected ${what} to be an object such as { ${Object.keys(known)[0]}: ... }, got ${show(came)}.`,
    );
  }
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(known, key));
  if (unknown === undefined) return;
  const names = Object.keys(known);
  const nearest = nearestName(unknown, names);
  const place = where === "" ? "" : ` of \`${where}\``;
  const hint = nearest === undefined ? `The names are ${names.join(", ")}` : `Did you mean \`${nearest}\`?`;
  throw new OptionError(`Expected a known option${place}, got ${show(unknown)}. ${hint.replace(/([^?])$/, "$1.")}`);
}

function own(values: object | undefined, key: string): unknown {
  return values !== undefined && Object.hasOwn(values, key) ? (values as Record<string, unknown>)[key] : undefined;
}
