/**
 * Where the first of rising numbers stands that isn't below one.
 *
 * @param end how many of them are looked at
 * @returns `end` where all are below it
 */
export function firstAtLeast(rising: ArrayLike<number>, least: number, end: number = rising.length): number {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rising[middle]! < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
