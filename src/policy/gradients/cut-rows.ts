/** What a run takes beside its positions, in positions (docs/performance.md). */
const RUN_POSITIONS = 64;

/** What rows of a micro-batch may take. */
export interface BatchRoom {
  /** Most positions of all rows, padding included. */
  readonly budget: number;
  /** Positions that every micro-batch has beside its rows; none where absent. */
  readonly further?: number;
}

/**
 * Cuts rows into micro-batches so that all together take the least time: padding is computed like what it stands
 * beside, and every micro-batch costs as much as some positions more.
 *
 * @param lengths the longest first
 * @param room of a micro-batch; a row that is longer is alone
 * @returns rows of each micro-batch, in order
 */
function cutRows(lengths: readonly number[], { budget, further = 0 }: BatchRoom): number[] {
  // least[n]: the cost of the first n rows; last[n]: how many of them are in the last micro-batch then.
  const least = new Float64Array(lengths.length + 1);
  const last = new Uint32Array(lengths.length + 1);
  for (let n = 1; n <= lengths.length; n++) {
    least[n] = Infinity;
    for (let rows = 1; rows <= n; rows++) {
      const positions = rows * lengths[n - rows]!;
      if (rows > 1 && positions > budget) break;
      const cost = least[n - rows]! + positions + further + RUN_POSITIONS;
      if (cost < least[n]!) [least[n], last[n]] = [cost, rows];
    }
  }
  const sizes: number[] = [];
  for (let n = lengths.length; n > 0; n -= last[n]!) sizes.push(last[n]!);
  return sizes.reverse();
}

/** The same rows as lists of their own. */
export function cutInto<T>(rows: readonly T[], lengthOf: (row: T) => number, room: BatchRoom): T[][] {
  let start = 0;
  return cutRows(rows.map(lengthOf), room).map((size) => rows.slice(start, (start += size)));
}
