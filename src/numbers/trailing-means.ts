/**
 * At each place the mean of the last values up to it, itself included.
 *
 * @param values null where there is none, which no mean counts
 * @param window how many
 * @param fewest how many are enough at the beginning, where there are no more
 * @returns shape [values]; null where there are fewer, or none among them
 */
export function trailingMeans(
  values: readonly (number | null)[],
  window: number,
  fewest: number = window,
): (number | null)[] {
  return values.map((_, end) => {
    if (end + 1 < fewest) return null;
    const known = values.slice(Math.max(0, end + 1 - window), end + 1).filter((value) => value !== null);
    // Added anew for each: a running sum would carry what it lost to rounding on for ever.
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  });
}

/**
 * Where the unbroken stretch of `true` begins that reaches to the end; null where the last is false, or there is none.
 */
export function lastStretch(holds: readonly boolean[]): number | null {
  if (holds.at(-1) !== true) return null;
  return holds.lastIndexOf(false) + 1;
}
