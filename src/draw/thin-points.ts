/**
 * Which points to draw so that a line looks the same at a given width: of each column of pixels the first, the lowest,
 * the highest and the last. A line that has few points keeps them all.
 *
 * @param x rising, shape [n]; @param y shape [n], nulls break the line and are kept as one null
 * @param columns of pixels
 * @returns rising indices, at most four a column and the breaks
 */
export function thinPoints(x: readonly number[], y: readonly (number | null)[], columns: number): number[] {
  const n = x.length;
  if (n <= columns * 2) return x.map((_, i) => i);
  const first = x[0] as number;
  const width = ((x[n - 1] as number) - first) / columns || 1;
  const kept: number[] = [];
  let start = 0;
  while (start < n) {
    const column = Math.floor(((x[start] as number) - first) / width);
    let end = start;
    let low = start;
    let high = start;
    let gap = -1;
    while (end < n && Math.floor(((x[end] as number) - first) / width) === column) {
      const value = y[end] ?? null;
      if (value === null) gap = end;
      else {
        if (value < (y[low] ?? Infinity)) low = end;
        if (value > (y[high] ?? -Infinity)) high = end;
      }
      end++;
    }
    const chosen = new Set([start, low, high, end - 1]);
    if (gap >= 0) chosen.add(gap);
    kept.push(...[...chosen].sort((a, b) => a - b));
    start = end;
  }
  return kept;
}
