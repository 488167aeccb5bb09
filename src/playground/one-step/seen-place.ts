import type { SeenGroup } from "../messages.ts";

interface SteppedGroups {
  readonly metrics: { readonly step: number };
  readonly groups: readonly SeenGroup[];
}

/** What of a run is to be seen, by what its address names. */
export type SeenPlace<S extends SteppedGroups> =
  /** No step has been made, and none is named. */
  | { readonly kind: "none" }
  /** The step named hasn't been made. */
  | { readonly kind: "ahead"; readonly step: number }
  /** The step named is there no more, or never was. */
  | { readonly kind: "missing"; readonly step: number }
  | { readonly kind: "here"; readonly step: S; readonly group: SeenGroup; readonly isNewest: boolean };

/**
 * The step and group that an address names; the newest step and its first group with signal where it names none.
 *
 * @param steps in their order
 */
export function seenPlace<S extends SteppedGroups>(
  steps: readonly S[],
  named: { readonly step: number | null; readonly group: number | null },
): SeenPlace<S> {
  const newest = steps.at(-1);
  if (named.step !== null && named.step > (newest?.metrics.step ?? 0)) return { kind: "ahead", step: named.step };
  if (newest === undefined) return { kind: "none" };
  const step = named.step === null ? newest : steps.find(({ metrics }) => metrics.step === named.step);
  if (step === undefined) return { kind: "missing", step: named.step ?? 0 };
  const group = step.groups.find(({ problemIndex }) => problemIndex === named.group) ?? firstWithSignal(step.groups);
  if (group === undefined) return { kind: "missing", step: step.metrics.step };
  return { kind: "here", step, group, isNewest: step === newest };
}

/** The first group that something is learnt from; the first of all where there is none. */
export function firstWithSignal(groups: readonly SeenGroup[]): SeenGroup | undefined {
  return groups.find(({ signal }) => signal) ?? groups[0];
}

/** The group before or after, around the ends. */
export function neighbour(groups: readonly SeenGroup[], group: SeenGroup, by: 1 | -1): SeenGroup {
  const place = groups.indexOf(group);
  return groups[(place + by + groups.length) % groups.length] ?? group;
}
