import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import Database from "libsql";
import { AhaError, RunError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import { entryAt } from "../host/plain-files.ts";

/** Bytes of a database that is copied to be read. */
const MOST_COPIED = 2 ** 26;
const TRIES = 3;

/** What can be bound. libsql ends the process at a boolean or an object, so the type is narrow. */
export type SqlValue = null | number | string | Uint8Array;
export type SqlRow = Readonly<Record<string, SqlValue>>;

/** The little that the run store asks of SQLite, all of it synchronous. Every method throws RunError. */
export interface SqliteDatabase {
  /** Runs one or more statements. */
  exec(sql: string): void;
  run(sql: string, values?: readonly SqlValue[]): void;
  /** The first row. */
  get(sql: string, values?: readonly SqlValue[]): SqlRow | undefined;
  all(sql: string, values?: readonly SqlValue[]): SqlRow[];
  /** A number that changes when somebody has written something that this reader didn't: the cheapest question. */
  dataVersion(): number;
  /** Bytes of the file and of its log: no more can be stored in it. */
  bytes(): number;
  /** Runs `work` whole or not at all. */
  transaction<T>(work: () => T): T;
  close(): void;
}

export interface SqliteOptions {
  readonly readOnly?: boolean;
  /** Of one that is read: whether somebody is writing it, so that what is new shall be seen. */
  readonly isWritten?: boolean;
  /** How long to wait for another process's lock; 5 where absent. */
  readonly timeoutSeconds?: number;
}

/**
 * Opens a database file, or makes it where it is missing. One that is read stays as it is, byte for byte, and nothing
 * is
 * made beside it.
 *
 * Text must be read as `CAST(column AS BLOB)` and decoded, and numbers with casts of their own: libsql cuts text at a
 * zero character and ends the process at text that is not UTF-8, which a damaged file may hold in any column.
 *
 * @throws RunError
 */
export function openSqlite(path: string, options: SqliteOptions = {}): SqliteDatabase {
  const timeout = (options.timeoutSeconds ?? 5) * 1000;
  if (options.readOnly === true) return openToRead(path, options.isWritten === true, timeout);
  // As a whole path: a folder may be called `file:...`, which SQLite would take for an address with options.
  return wrap(
    path,
    attempt(path, () => new Database(resolve(path), { timeout })),
  );
}

/**
 * Whether a process holds the file locked for itself (BEGIN EXCLUSIVE). Opens it to read alone; what can't be read
 * isn't locked.
 */
export function isLocked(path: string): boolean {
  let database: SqliteDatabase | undefined;
  try {
    database = wrap(path, connect(path, "mode=ro", 0));
    database.get("PRAGMA user_version");
    return false;
  } catch (error) {
    return isBusy(error);
  } finally {
    database?.close();
  }
}

/** A log may begin or go between the look at it and the first question, at which SQLite opens it. */
function openToRead(path: string, isWritten: boolean, timeout: number): SqliteDatabase {
  for (let left = TRIES; ; left--) {
    const database = tryToRead(path, isWritten, timeout);
    try {
      database.get("PRAGMA schema_version");
      return database;
    } catch (error) {
      database.close();
      const code = error instanceof RunError ? codeOf(error.cause) : "";
      if (left === 1 || !(code.startsWith("SQLITE_CANTOPEN") || code.startsWith("SQLITE_READONLY"))) throw error;
    }
  }
}

/**
 * How a database is read without a trace depends on its write-ahead log. Without one the file is all there is; SQLite
 * would make a log to read it, unless it is told that the file doesn't change. A log that a writer is at work on is
 * shared with it. A log without a writer is read in a copy, as SQLite writes the index beside it anew; where that would
 * be large, it may. (Its setting readonly_shm would do without, but then this process could not write the file any
 * more.)
 */
function tryToRead(path: string, isWritten: boolean, timeout: number): SqliteDatabase {
  if (isWritten) return wrap(path, connect(path, "mode=ro", timeout));
  const log = entryAt(`${path}-wal`)?.size ?? 0;
  if (log === 0) return wrap(path, connect(path, "mode=ro&immutable=1", timeout));
  return (entryAt(path)?.size ?? 0) + log > MOST_COPIED
    ? wrap(path, connect(path, "mode=ro", timeout))
    : readInCopy(path, timeout);
}

function readInCopy(path: string, timeout: number): SqliteDatabase {
  const folder = mkdtempSync(join(tmpdir(), "aha-look-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const copy = join(folder, "copy.db");
  try {
    for (const end of ["", "-wal"]) copyFileSync(`${path}${end}`, `${copy}${end}`);
    return wrap(path, connect(copy, "mode=ro", timeout), remove);
  } catch (error) {
    remove();
    throw diskError("read", path, error);
  }
}

function connect(path: string, mode: string, timeout: number): Database.Database {
  return attempt(path, () => new Database(`${pathToFileURL(path).href}?${mode}`, { timeout }));
}

function wrap(path: string, database: Database.Database, closed: () => void = () => undefined): SqliteDatabase {
  const prepared = new Map<string, Database.Statement>();
  let open = true;
  const attemptOpen = <T>(work: () => T): T => {
    // Prepared statements of libsql go on working after `close`.
    if (!open) throw new RunError(`The file ${show(path)} is closed.`);
    return attempt(path, work);
  };
  const prepare = (sql: string): Database.Statement => {
    const known = prepared.get(sql) ?? database.prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const exec = (sql: string): void => void attemptOpen(() => database.exec(sql));
  return {
    exec,
    // Always one array: libsql takes a single blob for a record of named values, and ends the process.
    run: (sql, values = []) => void attemptOpen(() => prepare(sql).run([...values])),
    get: (sql, values = []) => attemptOpen(() => toRow(prepare(sql).get([...values]))),
    all: (sql, values = []) =>
      attemptOpen(() =>
        prepare(sql)
          .all([...values])
          .map((row) => toRow(row) as SqlRow),
      ),
    dataVersion: () => attemptOpen(() => Number(toRow(prepare("PRAGMA data_version").get([]))?.["data_version"])),
    bytes: () => (entryAt(path)?.size ?? 0) + (entryAt(`${path}-wal`)?.size ?? 0),
    transaction(work) {
      exec("BEGIN IMMEDIATE");
      try {
        const result = work();
        exec("COMMIT");
        return result;
      } catch (error) {
        // SQLite may have rolled back by itself, as on a full disk.
        if (database.inTransaction) exec("ROLLBACK");
        throw error;
      }
    },
    close() {
      if (!open) return;
      open = false;
      prepared.clear();
      // Statements that are not collected yet keep the connection, and with it an open transaction and its lock.
      if (database.inTransaction) database.exec("ROLLBACK");
      database.close();
      closed();
    },
  };
}

/** libsql gives blobs as ArrayBuffers, and adds `_metadata` with timings to some rows. */
function toRow(row: unknown): SqlRow | undefined {
  if (row === undefined) return undefined;
  const clean: Record<string, SqlValue> = {};
  for (const [name, value] of Object.entries(row as Record<string, SqlValue | ArrayBuffer>)) {
    if (name !== "_metadata") clean[name] = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  }
  return clean;
}

function attempt<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw sqliteError(path, error);
  }
}

const REASONS: readonly (readonly [code: string, reason: string])[] = [
  ["SQLITE_NOTADB", "is not a database; the folder is not that of a run, or the file is damaged"],
  ["SQLITE_CORRUPT", "is damaged; restore it from a copy, or start a new run"],
  ["SQLITE_FULL", "can't be written because the disk is full; free some space, then resume or start the run again"],
  ["SQLITE_BUSY", "is in use by another process; wait until it has ended"],
  ["SQLITE_LOCKED", "is in use by another process; wait until it has ended"],
  ["SQLITE_READONLY", "is open for reading only, or write-protected"],
  ["SQLITE_CANTOPEN", "can't be opened; check the path and its permissions"],
  ["SQLITE_IOERR", "can't be read or written; check the disk"],
];

/** Whether an error says that somebody else holds a lock. */
export function isBusy(error: unknown): boolean {
  return error instanceof RunError && codeOf(error.cause).startsWith("SQLITE_BUSY");
}

function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === "string" && code !== "") return code;
  // libsql gives no code where opening fails: SQLite's number 14 stands at the end of the message.
  return error instanceof Error && error.message.includes("ConnectionFailed") ? "SQLITE_CANTOPEN" : "";
}

function sqliteError(path: string, error: unknown): unknown {
  if (error instanceof AhaError) return error;
  const code = codeOf(error);
  const known = REASONS.find(([start]) => code.startsWith(start))?.[1];
  if (known !== undefined) return new RunError(`The file ${show(path)} ${known}.`, { cause: error });
  return new RunError(
    `The file ${show(path)} can't be used: ${show(error instanceof Error ? error.message : error)}.`,
    { cause: error },
  );
}
