import { RunError, show } from "../errors.ts";
import { foreignJson } from "../foreign-json.ts";
import type { SqliteDatabase } from "./sqlite.ts";

/** "Aha1" in the header of the file: tells our databases from those of other programs. */
const APPLICATION_ID = 0x41686131;
export const SCHEMA_VERSION = 1;

const ROLLOUTS = `(
  step INTEGER NOT NULL,
  problem_index INTEGER NOT NULL,
  sample INTEGER NOT NULL,
  problem_id TEXT NOT NULL,
  prompt TEXT NOT NULL,
  difficulty REAL NOT NULL,
  status TEXT NOT NULL,
  prompt_tokens BLOB NOT NULL,
  tokens BLOB NOT NULL,
  logprobs BLOB NOT NULL,
  text TEXT NOT NULL,
  reward TEXT NOT NULL,
  verdict TEXT NOT NULL,
  advantage REAL,
  policy_step INTEGER NOT NULL,
  PRIMARY KEY (step, problem_index, sample)
) STRICT, WITHOUT ROWID`;

const TABLES = `
CREATE TABLE config (id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT;
CREATE TABLE metrics (step INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT;
CREATE TABLE rollouts ${ROLLOUTS};
CREATE TABLE evaluations (name TEXT NOT NULL, step INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (name, step)) STRICT;
CREATE TABLE events (id INTEGER PRIMARY KEY, time INTEGER NOT NULL, state TEXT NOT NULL, step INTEGER NOT NULL, detail TEXT NOT NULL) STRICT;
`;

/** Makes the tables and keeps the config, in one transaction: a database has all of it or nothing. @throws RunError */
export function createSchema(database: SqliteDatabase, configJson: string): void {
  database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.transaction(() => {
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; ${TABLES}`);
    database.run("INSERT INTO config (id, json) VALUES (1, ?)", [configJson]);
  });
}

/** Makes the table of watched completions where it is missing: runs of versions that had none stay readable by both. */
export function addWatchedTable(database: SqliteDatabase): void {
  database.exec(`CREATE TABLE IF NOT EXISTS watched ${ROLLOUTS}`);
}

export function hasWatchedTable(database: SqliteDatabase): boolean {
  return database.get("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'watched'") !== undefined;
}

/**
 * Whose database it is: `ours`, or `empty` where a run was killed before it began.
 *
 * @throws RunError for the database of another program or of another version
 */
export function checkSchema(database: SqliteDatabase, path: string): "ours" | "empty" {
  const application = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (application === APPLICATION_ID) {
    if (version === SCHEMA_VERSION) return "ours";
    const advice = version > SCHEMA_VERSION ? "update aha" : "start a new run";
    throw new RunError(`Expected the run database ${show(path)} to have version ${SCHEMA_VERSION}, got ${version}; ${advice}.`);
  }
  const tables = Number(database.get("SELECT count(*) AS n FROM sqlite_master")?.["n"]);
  if (application === 0 && version === 0 && tables === 0) return "empty";
  throw new RunError(`The file ${show(path)} is the database of another program; choose another folder.`);
}

/** Looks through the whole file. @throws RunError where it is damaged */
export function checkWhole(database: SqliteDatabase, path: string): void {
  const found = decodeText(database.get("SELECT CAST(quick_check AS BLOB) AS result FROM pragma_quick_check(1)")?.["result"]);
  if (found !== "ok") throw new RunError(`The file ${show(path)} is damaged (${show(found.split("\n").at(-1))}); restore it from a copy, or start a new run.`);
}

/** Text is read as bytes; sqlite.ts says why. @throws RunError for bytes that are not UTF-8 */
export function decodeText(value: unknown): string {
  if (value instanceof Uint8Array) {
    try {
      return decoder.decode(value);
    } catch {
      // Falls through to the same error.
    }
  }
  throw damagedRow();
}

/** @throws RunError for text that is not JSON */
export function decodeJson<T>(value: unknown): T {
  const json = foreignJson(decodeText(value));
  if (json.expected !== undefined) throw damagedRow();
  return json.value as T;
}

export function damagedRow(): RunError {
  return new RunError("The run database holds a row that can't be read: it is damaged; restore it from a copy, or start a new run.");
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function pragma(database: SqliteDatabase, name: string): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name]);
}
