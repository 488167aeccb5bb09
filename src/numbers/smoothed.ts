/**
 * What a window does where the values end. `narrow`: it is cut on the other side too, so that the ends don't lag behind
 * the course; the last value stands alone. `cut`: it keeps what there is of it, so that the last value is still a mean;
 * for a number that is read at the end.
 */
export type SmoothedEnds = "narrow" | "cut";

/**
 * Each value as the mean over the values around it, half the window to either side; nulls are left out and stay null.
 *
 * @param values shape [n]
 * @param window how many values, with the one in the middle
 * @returns shape [n]
 */
export function smoothed(values: readonly number[], window: number, ends?: SmoothedEnds): number[];
export function smoothed(values: readonly (number | null)[], window: number, ends?: SmoothedEnds): (number | null)[];
export function smoothed(
  values: readonly (number | null)[],
  window: number,
  ends: SmoothedEnds = "narrow",
): (number | null)[] {
  const half = Math.floor(window / 2);
  if (half < 1) return [...values];
  const last = values.length - 1;
  return values.map((value, i) => {
    if (value === null) return null;
    const reach = ends === "cut" ? half : Math.min(half, i, last - i);
    return meanBetween(values, Math.max(0, i - reach), Math.min(last, i + reach));
  });
}

/**
 * The mean of what isn't null, added anew for each window: a running sum would carry what it lost to rounding on for
 * ever.
 */
function meanBetween(values: readonly (number | null)[], from: number, to: number): number {
  let total = 0;
  let count = 0;
  for (let i = from; i <= to; i++) {
    const value = values[i] ?? null;
    if (value === null) continue;
    total += value;
    count++;
  }
  return total / count;
}
