/**
 * At each place the mean of the last values up to it, itself included.
 *
 * @param window how many
 * @returns shape [values]; null where there are fewer
 */
export function trailingMeans(values: readonly number[], window: number): (number | null)[] {
  return values.map((_, end) => {
    if (end + 1 < window) return null;
    let sum = 0;
    // Added anew for each: a running sum would carry what it lost to rounding on for ever.
    for (let i = end + 1 - window; i <= end; i++) sum += values[i]!;
    return sum / window;
  });
}

/**
 * Where the unbroken stretch of `true` begins that reaches to the end; null where the last is false, or there is none.
 */
export function lastStretch(holds: readonly boolean[]): number | null {
  if (holds.at(-1) !== true) return null;
  return holds.lastIndexOf(false) + 1;
}
