import { RunError, show } from "../errors.ts";

/** The page of SQLite that the schema of a run fits on; its sizes are powers of two. */
const LEAST_PAGE = 4096;
export const MOST_PAGE = 65_536;
/** As many as a run may have, run-schema.ts says which. */
const MOST_TABLES = 12;
const LONGEST_STATEMENT = 2048;
const [LEAF, INTERIOR] = [0x0d, 0x05];
const HEADER = 100;

/** The size of a database's pages. @param page its beginning, as long as a page can be @throws RunError */
export function pageSizeOf(page: Uint8Array, path: string): number {
  if (String.fromCharCode(...page.subarray(0, 16)) !== "SQLite format 3\0")
    throw new RunError(
      `The file ${show(path)} is not a database; the folder is not that of a run, or the file is damaged.`,
    );
  const stored = wordAt(page, 16);
  const size = stored === 1 ? MOST_PAGE : stored;
  if (size < LEAST_PAGE || (size & (size - 1)) !== 0 || page.length < size) throw damaged(path);
  return size;
}

/**
 * The first page holds the list of tables: few, short, and all on it. Other kinds of pages SQLite refuses by itself.
 *
 * @throws RunError
 */
export function checkFirstPage(page: Uint8Array, path: string): void {
  const kind = page[HEADER];
  if (kind === INTERIOR) throw foreign(path);
  if (kind !== LEAF) return;
  const tables = wordAt(page, HEADER + 3);
  if (tables > MOST_TABLES) throw foreign(path);
  for (let i = 0; i < tables; i++) {
    const at = wordAt(page, HEADER + 8 + 2 * i);
    if (at + 2 > page.length) throw damaged(path);
    const [first, second] = [page[at]!, page[at + 1]!];
    // A length is seven bits a byte; ours have two of them at most.
    const length = shortLength(first, second);
    if (length > LONGEST_STATEMENT) throw foreign(path);
  }
}

function foreign(path: string): RunError {
  return new RunError(
    `The file ${show(path)} is the database of another program, or was changed by one: its list of tables ` +
      "isn't that of a run; choose another folder.",
  );
}

function damaged(path: string): RunError {
  return new RunError(`The file ${show(path)} is damaged; restore it from a copy, or start a new run.`);
}

/** A length of one or two bytes, seven bits each; Infinity for a longer one. */
function shortLength(first: number, second: number): number {
  if (first < 0x80) return first;
  return second < 0x80 ? (first & 0x7f) * 128 + second : Infinity;
}

/** 16 bits, the high ones first; 0 behind the end. */
function wordAt(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}
