/** A share with its standard error. */
export interface Share {
  readonly value: number;
  readonly error: number;
}

/**
 * The share of some among all and its binomial standard error, sqrt(p (1 - p) / n); null of nothing. The error takes
 * completions as independent; those of one group are not quite, so it is somewhat too small.
 */
export function share(some: number, all: number): Share | null {
  if (all === 0) return null;
  const value = some / all;
  return { value, error: Math.sqrt((value * (1 - value)) / all) };
}

/** The share of items that something holds of, from 0 to 1; 0 of nothing. */
export function shareOf<T>(items: readonly T[], holds: (item: T) => boolean): number {
  if (items.length === 0) return 0;
  return items.filter(holds).length / items.length;
}
