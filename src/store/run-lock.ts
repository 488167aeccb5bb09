import { accessSync, constants, existsSync } from "node:fs";
import { join } from "node:path";
import { RunError, show } from "../errors.ts";
import { isBusy, openSqlite, type SqliteDatabase } from "./sqlite.ts";

export const LOCK_FILE = "run.lock";

/** The right to write a run, held until it is released or the process ends, however it ends. */
export interface RunLock {
  release(): void;
}

/** Held locks are kept from the garbage collector, which would close them. */
const held = new Set<SqliteDatabase>();

/**
 * Takes the lock of a run folder. The lock is one of the operating system on a small database file, so that it goes
 * with its process: after a kill nothing is stale, and a process id that is used again means nothing. The file's
 * user_version is the id of the process that took it, for messages.
 *
 * @throws RunError where another process, or this one, holds it
 */
export function lockRun(folder: string): RunLock {
  const database = openSqlite(join(folder, LOCK_FILE), { timeoutSeconds: 1 });
  try {
    database.transaction(() => database.exec(`PRAGMA user_version = ${process.pid}`));
    // Kept open: nobody else may write now, and everybody may read who does.
    database.exec("BEGIN IMMEDIATE");
  } catch (error) {
    const holder = isBusy(error) ? holderOf(database) : undefined;
    database.close();
    if (holder === undefined) throw error;
    throw new RunError(
      `The run in ${show(folder)} is being written by process ${holder}; wait until it has ended, or choose another folder.`,
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

/** The process that is writing a run; null where nobody is. */
export function runWriter(folder: string): number | null {
  if (!existsSync(join(folder, LOCK_FILE))) return null;
  // Another user's run: SQLite would begin a read without a word, so the process that took it last stands for it while
  // it lives.
  if (!isWritable(join(folder, LOCK_FILE))) return livingHolder(join(folder, LOCK_FILE));
  let database: SqliteDatabase | undefined;
  try {
    database = openSqlite(join(folder, LOCK_FILE), { timeoutSeconds: 0 });
    database.exec("BEGIN IMMEDIATE; ROLLBACK");
    return null;
  } catch (error) {
    // What is no lock of ours holds nothing.
    return database !== undefined && isBusy(error) ? holderOf(database) : null;
  } finally {
    database?.close();
  }
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function livingHolder(path: string): number | null {
  let database: SqliteDatabase | undefined;
  let holder = 0;
  try {
    database = openSqlite(path, { readOnly: true, timeoutSeconds: 0 });
    holder = holderOf(database);
    // Signal 0 only asks; process 0 would mean one's own group.
    return holder > 0 && process.kill(holder, 0) ? holder : null;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? holder : null;
  } finally {
    database?.close();
  }
}

function holderOf(database: SqliteDatabase): number {
  return Number(database.get("PRAGMA user_version")?.["user_version"] ?? 0);
}
