import initSqlJs, { type Database, type SqlJsStatic, type SqlValue as Bound, type Statement } from "sql.js";
import { AhaError, RunError, show } from "../errors.ts";
import { checkFirstPage, MOST_PAGE, pageSizeOf } from "./first-page.ts";
import type { SqliteDatabase, SqlRow, SqlValue } from "./sqlite.ts";

/** A database that lies in memory. */
export interface MemoryDatabase extends SqliteDatabase {
  /** The bytes of its file, as `openSqlite` opens them. */
  content(): Uint8Array;
}

/** Where a file's header says by what journal it is written and read, and what it says there. */
const JOURNAL_AT = [18, 19];
const [ROLLBACK, LOG] = [1, 2];

let sqlite: SqlJsStatic | undefined;

/**
 * Loads SQLite, once.
 *
 * @param address of its Wasm file; where absent it lies beside the package
 * @throws RunError where it doesn't arrive
 */
export async function startSqlite(address?: string): Promise<void> {
  sqlite ??= await initSqlJs(address === undefined ? {} : { wasmBinary: await fetched(address) });
}

async function fetched(address: string): Promise<ArrayBuffer> {
  const answer = await fetch(address).catch(() => null);
  if (answer?.ok !== true)
    throw new RunError(`Expected SQLite to arrive, got ${answer?.status ?? "no answer"}; load the page again.`);
  return answer.arrayBuffer();
}

/**
 * Opens a database in memory, once SQLite is loaded: an empty one, or one of a file's bytes, which is only read.
 *
 * @param name of the file, for messages
 * @throws RunError for bytes that are no database, or whose list of tables is longer than ours
 */
export function openMemorySqlite(name: string, bytes?: Uint8Array): MemoryDatabase {
  if (sqlite === undefined) throw new RunError("Expected SQLite to be loaded; wait for `startSqlite`.");
  const { Database: MemoryFile } = sqlite;
  if (bytes !== undefined) checkFirstPage(bytes.subarray(0, pageSizeOf(bytes.subarray(0, MOST_PAGE), name)), name);
  // A file in memory has no log beside it, so that SQLite would not open one that says it has.
  const file = bytes === undefined ? null : withJournal(bytes, ROLLBACK);
  const database = attempt(name, () => new MemoryFile(file));
  const opened = new MemoryConnection(name, database, bytes?.length ?? null);
  if (bytes !== undefined) opened.exec("PRAGMA query_only = ON");
  return opened;
}

class MemoryConnection implements MemoryDatabase {
  private readonly prepared = new Map<string, Statement>();
  private open = true;

  /** @param size bytes of a file that is only read */
  constructor(
    private readonly name: string,
    private readonly database: Database,
    private readonly size: number | null,
  ) {}

  exec(sql: string): void {
    this.attempt(() => this.database.exec(sql));
  }

  run(sql: string, values: readonly SqlValue[] = []): void {
    this.rows(sql, values, 1);
  }

  get(sql: string, values: readonly SqlValue[] = []): SqlRow | undefined {
    return this.rows(sql, values, 1)[0];
  }

  all(sql: string, values: readonly SqlValue[] = []): SqlRow[] {
    return this.rows(sql, values, Infinity);
  }

  /** Whoever reads shares its connection with whoever writes. */
  dataVersion(): number {
    return Number(this.get("SELECT total_changes() AS changes")?.["changes"]);
  }

  bytes(): number {
    const pragma = (what: string): number => Number(this.get(`PRAGMA ${what}`)?.[what]);
    return this.size ?? pragma("page_count") * pragma("page_size");
  }

  transaction<T>(work: () => T): T {
    this.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      this.exec("COMMIT");
      return result;
    } catch (error) {
      try {
        this.exec("ROLLBACK");
      } catch {
        // SQLite has rolled back by itself.
      }
      throw error;
    }
  }

  content(): Uint8Array {
    // It closes the file for a moment, and with it every statement.
    this.prepared.clear();
    return withJournal(
      this.attempt(() => this.database.export()),
      LOG,
    );
  }

  close(): void {
    if (!this.open) return;
    this.open = false;
    this.prepared.clear();
    this.database.close();
  }

  private rows(sql: string, values: readonly SqlValue[], most: number): SqlRow[] {
    return this.attempt(() => {
      const statement = this.prepared.get(sql) ?? this.database.prepare(sql);
      this.prepared.set(sql, statement);
      const rows: SqlRow[] = [];
      try {
        statement.bind(values as Bound[]);
        while (rows.length < most && statement.step()) rows.push(statement.getAsObject());
      } finally {
        statement.reset();
      }
      return rows;
    });
  }

  private attempt<T>(work: () => T): T {
    if (!this.open) throw new RunError(`The file ${show(this.name)} is closed.`);
    return attempt(this.name, work);
  }
}

/** What SQLite says, as it gives no codes here. */
const REASONS: readonly (readonly [words: RegExp, reason: string])[] = [
  [/not a database/, "is not a database; the folder is not that of a run, or the file is damaged"],
  [/malformed|corrupt/, "is damaged; restore it from a copy, or start a new run"],
  [/is full|out of memory|memory access/, "needs more memory than this page has; open it with `aha`"],
  [/readonly|read-only/, "is open for reading only"],
];

function attempt<T>(name: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AhaError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    const known = REASONS.find(([words]) => words.test(message))?.[1];
    throw new RunError(`The file ${show(name)} ${known ?? `can't be used: ${show(message)}`}.`, { cause: error });
  }
}

/** The same bytes with another journal; where they are no database they stay as they are. */
function withJournal(bytes: Uint8Array, journal: number): Uint8Array {
  const known = JOURNAL_AT.every((at) => bytes[at] === ROLLBACK || bytes[at] === LOG);
  if (!known || JOURNAL_AT.every((at) => bytes[at] === journal)) return bytes;
  const copy = Uint8Array.from(bytes);
  for (const at of JOURNAL_AT) copy[at] = journal;
  return copy;
}
