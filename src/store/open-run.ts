import { join } from "node:path";
import { RunError, show } from "../errors.ts";
import { entryAt, makeOwnFolder } from "../host/plain-files.ts";
import type { RunConfig } from "../records/run-event.ts";
import { distrust } from "./own-schema.ts";
import { checkDatabaseFile, checkRunFiles, RUN_DATABASE } from "./run-files.ts";
import { lockRun, runWriter, type RunLock } from "./run-lock.ts";
import { checkSchema, checkWhole, createSchema } from "./run-schema.ts";
import { RunStore } from "./run-store.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";

/**
 * Makes the store of a new run in a folder, and the folder. The run is locked until `close`.
 *
 * @throws RunError where the folder holds a run already or can't be written
 */
export function createRunStore(folder: string, config: RunConfig): RunStore {
  makeOwnFolder(folder);
  const path = join(folder, RUN_DATABASE);
  return openLocked(folder, path, (database) => {
    distrust(database);
    if (checkSchema(database, path) === "ours")
      throw new RunError(`The folder ${show(folder)} holds a run already; resume it, or choose another folder.`);
    createSchema(database, JSON.stringify(config));
  });
}

export interface OpenRunOptions {
  /** Reads beside the process that writes; nothing is locked. */
  readonly readOnly?: boolean;
}

/**
 * Opens the store of a run. Unless it is `readOnly` the file is looked through for damage and the run is locked until
 * `close`.
 *
 * @throws RunError where there is no run, it is damaged, or another process is writing it
 */
export function openRunStore(folder: string, options: OpenRunOptions = {}): RunStore {
  const path = join(folder, RUN_DATABASE);
  const found = entryAt(path);
  if (found === null || found.isDirectory())
    throw new RunError(
      `Expected ${show(folder)} to be the folder of a run, got one without ${RUN_DATABASE}; \`aha runs\` lists those that there are.`,
    );
  checkRunFiles(folder);
  const neverBegan = (): RunError =>
    new RunError(`The run in ${show(folder)} was stopped before it began; delete the folder and start again.`);
  if (checkDatabaseFile(path) === "empty") throw neverBegan();
  const check = (database: SqliteDatabase): void => {
    distrust(database);
    if (checkSchema(database, path) === "empty") throw neverBegan();
  };
  if (options.readOnly === true)
    return openChecked(openSqlite(path, { readOnly: true, isWritten: runWriter(folder) !== null }), undefined, check);
  return openLocked(folder, path, (database) => {
    check(database);
    checkWhole(database, path);
    database.exec("PRAGMA synchronous = FULL");
  });
}

/** The config of a run, read without a lock. @throws RunError as `openRunStore` */
export function readRunConfig(folder: string): RunConfig {
  const store = openRunStore(folder, { readOnly: true });
  store.close();
  return store.config;
}

function openLocked(folder: string, path: string, prepare: (database: SqliteDatabase) => void): RunStore {
  const lock = lockRun(folder);
  let database: SqliteDatabase;
  try {
    // Again, as another process may have written until now.
    checkDatabaseFile(path);
    database = openSqlite(path);
  } catch (error) {
    lock.release();
    throw error;
  }
  return openChecked(database, lock, prepare);
}

function openChecked(
  database: SqliteDatabase,
  lock: RunLock | undefined,
  check: (database: SqliteDatabase) => void,
): RunStore {
  try {
    check(database);
    return new RunStore(database, lock);
  } catch (error) {
    database.close();
    lock?.release();
    throw error;
  }
}
