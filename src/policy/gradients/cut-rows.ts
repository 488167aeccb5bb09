/** What a run takes beside its positions, in positions: measured on a processor; enough for few runs on a device. */
export const RUN_POSITIONS = { processor: 64, device: 1024 } as const;

/** How rows are cut into micro-batches. */
export interface RowCut {
  /** Most positions of a micro-batch, padding included; a row that is longer is alone. */
  readonly tokenBudget: number;
  /** What a run takes beside its positions, in positions; a processor's where absent. */
  readonly runPositions?: number | undefined;
}

/**
 * Cuts rows into micro-batches so that all together take the least time: padding is computed like what it stands
 * beside, and every micro-batch costs as much as some positions more.
 *
 * @param lengths the longest first
 * @returns rows of each micro-batch, in order
 */
function cutRows(
  lengths: readonly number[],
  { tokenBudget, runPositions = RUN_POSITIONS.processor }: RowCut,
): number[] {
  // least[n]: the cost of the first n rows; last[n]: how many of them are in the last micro-batch then.
  const least = new Float64Array(lengths.length + 1);
  const last = new Uint32Array(lengths.length + 1);
  for (let n = 1; n <= lengths.length; n++) {
    least[n] = Infinity;
    for (let rows = 1; rows <= n; rows++) {
      const positions = rows * lengths[n - rows]!;
      if (rows > 1 && positions > tokenBudget) break;
      const cost = least[n - rows]! + positions + runPositions;
      if (cost < least[n]!) [least[n], last[n]] = [cost, rows];
    }
  }
  const sizes: number[] = [];
  for (let n = lengths.length; n > 0; n -= last[n]!) sizes.push(last[n]!);
  return sizes.reverse();
}

/** The same rows as lists of their own. */
export function cutInto<T>(rows: readonly T[], lengthOf: (row: T) => number, cut: RowCut): T[][] {
  let start = 0;
  return cutRows(rows.map(lengthOf), cut).map((size) => rows.slice(start, (start += size)));
}
