import type { RolloutFilter } from "../../api.ts";
import type { GrowingColumns } from "./growing-columns.ts";

const MOST_PLACES = 1_000_000;

/** What a filter is asked of. */
export interface SearchedRows {
  readonly columns: GrowingColumns;
  /** Calls `found` for each row from `from` to before `to` whose text holds another one in any case, in order. */
  readonly search: (text: string, from: number, to: number, found: (row: number) => void) => void;
  /** The number of a problem; undefined for one that isn't there. */
  problemNumber(id: string): number | undefined;
}

/** The rows that fit a filter, in its order; `offset` and `limit` are left to the caller. */
export function filterRows({ columns, search, problemNumber }: SearchedRows, filter: RolloutFilter): Uint32Array {
  const from = filter.stepFrom === undefined ? 0 : columns.firstOf(filter.stepFrom);
  const to = filter.stepTo === undefined ? columns.rows : columns.firstOf(filter.stepTo + 1);
  const problem = filter.problem === undefined ? undefined : (problemNumber(filter.problem) ?? -1);
  const fits = predicate(columns, filter, problem);
  const rows = new Uint32Array(Math.max(0, to - from));
  let count = 0;
  if (filter.text === undefined || filter.text === "") {
    for (let row = from; row < to; row++) if (fits(row)) rows[count++] = row;
  } else {
    search(filter.text, from, to, (row) => {
      if (fits(row)) rows[count++] = row;
    });
  }
  return inOrder(columns, rows.subarray(0, count), filter);
}

function predicate(
  columns: GrowingColumns,
  filter: RolloutFilter,
  problem: number | undefined,
): (row: number) => boolean {
  const { verdict, stop, corrected, rewardFrom, rewardTo, lengthFrom = -Infinity, lengthTo = Infinity } = filter;
  const byLength = filter.lengthFrom !== undefined || filter.lengthTo !== undefined;
  const byReward = rewardFrom !== undefined || rewardTo !== undefined;
  const [least, most] = [rewardFrom ?? -Infinity, rewardTo ?? Infinity];
  return (row) => {
    if (problem !== undefined && columns.problem[row] !== problem) return false;
    if (verdict !== undefined && columns.verdict(row) !== verdict) return false;
    if (stop !== undefined && columns.stop(row) !== stop) return false;
    if (corrected !== undefined && columns.isCorrected(row) !== corrected) return false;
    const length = columns.length[row]!;
    // A length that wasn't recorded is in no range.
    if (byLength && (length < 0 || length < lengthFrom || length > lengthTo)) return false;
    // What wasn't scored is NaN, which is in no range.
    return !byReward || (columns.reward[row]! >= least && columns.reward[row]! <= most);
  };
}

/** Equal keys stay in the order of step, problem and sample; what wasn't scored comes last, whichever way. */
function inOrder(
  columns: GrowingColumns,
  rows: Uint32Array,
  { sort = "step", descending = false }: RolloutFilter,
): Uint32Array {
  if (rows.length === 0 || (sort === "step" && !descending)) return rows;
  if (sort === "reward") return byRank(columns.reward, rows, descending);
  const keys = sort === "step" ? columns.step : columns.length;
  let [least, most] = [Infinity, -Infinity];
  for (const row of rows) {
    least = Math.min(least, keys[row]!);
    most = Math.max(most, keys[row]!);
  }
  // Steps may be far apart.
  if (most - least > MOST_PLACES) return byRank(keys, rows, descending);
  return countingSort(rows, (row) => (descending ? most - keys[row]! : keys[row]! - least), most - least + 1);
}

/** Few different numbers mostly, so they are put in order once, and the rows by their ranks; NaN comes last. */
function byRank(keys: Float64Array | Int32Array, rows: Uint32Array, descending: boolean): Uint32Array {
  const seen = new Set<number>();
  for (const row of rows) seen.add(keys[row]!);
  const scored = Float64Array.from(seen)
    .filter((key) => !Number.isNaN(key))
    .sort();
  if (descending) scored.reverse();
  const ranks = new Map(Array.from(scored, (key, rank) => [key, rank]));
  return countingSort(rows, (row) => ranks.get(keys[row]!) ?? scored.length, scored.length + 1);
}

/** Sorts by small whole numbers, stable, without a comparison. */
function countingSort(rows: Uint32Array, rankOf: (row: number) => number, ranks: number): Uint32Array {
  const places = new Uint32Array(ranks + 1);
  const rankOfRow = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const rank = rankOf(rows[i]!);
    rankOfRow[i] = rank;
    places[rank + 1]!++;
  }
  for (let rank = 0; rank < ranks; rank++) places[rank + 1]! += places[rank]!;
  const sorted = new Uint32Array(rows.length);
  for (let i = 0; i < rows.length; i++) sorted[places[rankOfRow[i]!]!++] = rows[i]!;
  return sorted;
}
