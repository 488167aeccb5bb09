/** Places of a list of some length, evenly from its beginning to its end, at most `count` of them. */
export function spreadPlaces(length: number, count: number): number[] {
  const most = Math.min(length, count);
  return Array.from({ length: most }, (_, i) => Math.floor((i * length) / most));
}

/**
 * Some of a list, evenly from its beginning to its end, in its order: the order of problems may have a meaning, such as
 * easy ones first.
 */
export function spreadOver<T>(all: readonly T[], count: number): readonly T[] {
  return spreadPlaces(all.length, count).map((place) => all[place]!);
}
