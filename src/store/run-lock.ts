import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";
import { RunError, show } from "../errors.ts";
import { checkRunFiles, LOCK_FILE, RUN_DATABASE, WRITER_FILE } from "./run-files.ts";
import { entryAt, writeNewFile } from "../host/plain-files.ts";
import { isBusy, isLocked, openSqlite, type SqliteDatabase } from "./sqlite.ts";

/** The right to write a run, held until it is released or the process ends, however it ends. */
export interface RunLock {
  release(): void;
}

/** Held locks are kept from the garbage collector, which would close them. */
const held = new Set<SqliteDatabase>();

/** Digits of a process id, and its line end. */
const LONGEST_ID = 16;

/**
 * Takes the lock of a run folder. The lock is one of the operating system on a small database file, so that it goes
 * with its process: after a kill nothing is stale, and a process id that is used again means nothing. Nothing is
 * written
 * into that file. The id of the process stands in a file beside it, for messages.
 *
 * @throws RunError where another process, or this one, holds it, and where something else than files of a run is there
 */
export function lockRun(folder: string): RunLock {
  checkRunFiles(folder);
  const database = openSqlite(join(folder, LOCK_FILE), { timeoutSeconds: 1 });
  try {
    // Kept open: nobody else may read or write now. An empty file would be begun in a journal beside it.
    database.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
    writeNewFile(join(folder, WRITER_FILE), `${process.pid}\n`);
  } catch (error) {
    database.close();
    if (!isBusy(error)) throw error;
    const holder = writerNoted(folder);
    const who = holder === 0 ? "another process" : `process ${holder}`;
    throw new RunError(
      `The run in ${show(folder)} is being written by ${who}; wait until it has ended, or choose another folder.`,
      { cause: error },
    );
  }
  held.add(database);
  return {
    release() {
      if (held.delete(database)) database.close();
    },
  };
}

/**
 * The process that is writing a run, 0 where it doesn't say which; null where nobody is. Looks without writing
 * anything.
 */
export function runWriter(folder: string): number | null {
  const path = join(folder, LOCK_FILE);
  if (entryAt(path)?.isFile() !== true) return null;
  checkRunFiles(folder);
  return isLocked(path) ? writerNoted(folder) : null;
}

/**
 * Names the database that a reader has open, and how it is open: where it changes, the reader must open it anew. It
 * does so
 * for another database in the place, and where a writer came or went: what nobody writes is opened as something that
 * doesn't change (sqlite.ts). Empty where there is no run.
 */
export function storeIdentity(folder: string): string {
  const database = entryAt(join(folder, RUN_DATABASE));
  if (database === null) return "";
  // An index can't have another's number while it is open.
  const index = entryAt(join(folder, `${RUN_DATABASE}-shm`))?.ino ?? "none";
  return `${database.dev}:${database.ino} ${index}:${runWriter(folder) !== null}`;
}

/** Milliseconds since 1970 at which a run's database was written last; 0 where there is none. */
export function writtenAt(folder: string): number {
  return Math.max(...[RUN_DATABASE, `${RUN_DATABASE}-wal`].map((name) => entryAt(join(folder, name))?.mtimeMs ?? 0));
}

/** The process that took the lock last, as it noted itself; 0 where nothing of that kind is noted. */
function writerNoted(folder: string): number {
  const noted = /^([1-9]\d{0,14})\n$/.exec(firstBytes(join(folder, WRITER_FILE)))?.[1];
  return noted === undefined ? 0 : Number(noted);
}

function firstBytes(path: string): string {
  if (entryAt(path)?.isFile() !== true) return "";
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const bytes = Buffer.alloc(LONGEST_ID);
    return bytes.toString("latin1", 0, readSync(file, bytes, 0, LONGEST_ID, 0));
  } catch {
    // Who it is serves messages alone.
    return "";
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
