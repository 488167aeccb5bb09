import type { Option } from "./option.ts";
import { refuseUnknown, resolveGroup, type GroupValues, type OptionGroup } from "./option-group.ts";

/** The groups that a kind of run has, by name. */
export type OptionSet = Readonly<Record<string, OptionGroup>>;

/** All values of all groups. */
export type SetValues<S extends OptionSet> = { readonly [G in keyof S]: GroupValues<S[G]> };

/** Some values of some groups. */
export type PartialSet<S extends OptionSet> = { readonly [G in keyof S]?: Partial<GroupValues<S[G]>> };

type StoredName<O, K> = O extends Option<infer _T, infer S> ? ([S] extends [never] ? K : S) : K;

type FlatGroup<G> =
  G extends OptionGroup<infer O>
    ? {
        readonly [K in keyof O as StoredName<O[K], K> & string]: O[K] extends Option<infer T> ? T : never;
      }
    : never;

type Intersection<U> = (U extends unknown ? (value: U) => void : never) extends (value: infer I) => void ? I : never;

/** The values of all groups under the names of a run's stored config: flat, as every run keeps it. */
export type FlatValues<S extends OptionSet> = Intersection<FlatGroup<S[keyof S]>>;

/** @param sources as for `resolveGroup`. @throws OptionError */
export function resolveSet<S extends OptionSet>(
  set: S,
  ...sources: readonly (PartialSet<S> | undefined)[]
): SetValues<S> {
  for (const source of sources) refuseUnknown(source ?? {}, set);
  return Object.fromEntries(
    Object.entries(set).map(([name, group]) => [
      name,
      resolveGroup(group, ...sources.map((source) => source?.[name] as Partial<GroupValues<OptionGroup>> | undefined)),
    ]),
  ) as SetValues<S>;
}

/** The same for values under the names of the stored config. @throws OptionError */
export function resolveFlat<S extends OptionSet>(set: S, ...sources: readonly Partial<FlatValues<S>>[]): FlatValues<S> {
  return flatten(set, resolveSet(set, ...sources.map((flat) => unflatten(set, flat)))) as FlatValues<S>;
}

/** The values under the names of the stored config. */
export function flatten<S extends OptionSet>(set: S, values: PartialSet<S>): Partial<FlatValues<S>> {
  const flat = placesOf(set).flatMap(({ group, key, stored }) => {
    const value = (values[group] as Readonly<Record<string, unknown>> | undefined)?.[key];
    return value === undefined ? [] : [[stored, value] as const];
  });
  return Object.fromEntries(flat) as Partial<FlatValues<S>>;
}

/** Puts values under the names of the stored config into their groups. @throws OptionError for an unknown name */
export function unflatten<S extends OptionSet>(set: S, flat: Partial<FlatValues<S>>): PartialSet<S> {
  const places = placesOf(set);
  refuseUnknown(flat, Object.fromEntries(places.map(({ stored }) => [stored, true])));
  const groups: Record<string, Record<string, unknown>> = {};
  for (const { group, key, stored } of places) {
    const value = (flat as Readonly<Record<string, unknown>>)[stored];
    if (value !== undefined) (groups[group] ??= {})[key] = value;
  }
  return groups as PartialSet<S>;
}

/** Where an option stands: its group, its name there, and its name in the stored config. */
export interface OptionPlace {
  readonly group: string;
  readonly key: string;
  readonly stored: string;
  readonly option: Option<unknown>;
}

/** Every option of a set, in the order of its groups. */
export function placesOf(set: OptionSet): OptionPlace[] {
  return Object.entries(set).flatMap(([name, group]) => optionsOf(group).map((place) => ({ group: name, ...place })));
}

/** Every option of a group, with its name in the stored config. */
export function optionsOf({ options }: OptionGroup): Omit<OptionPlace, "group">[] {
  return Object.entries(options as Readonly<Record<string, Option<unknown>>>).map(([key, option]) => ({
    key,
    stored: option.stored ?? key,
    option,
  }));
}
