import { RunError, show } from "../errors.ts";
import { decodeText } from "./row-values.ts";
import type { SqliteDatabase } from "./sqlite.ts";

/** "Aha1" in the header of the file: tells our databases from those of other programs. */
const APPLICATION_ID = 0x41686131;
export const SCHEMA_VERSION = 1;

/** `tokens` are 32-bit integers: an id, or -1 - id for a token that the model didn't write. */
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

const TABLES: readonly (readonly [name: string, definition: string])[] = [
  ["config", "(id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT"],
  ["metrics", "(step INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT"],
  ["rollouts", ROLLOUTS],
  ["evaluations", "(name TEXT NOT NULL, step INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (name, step)) STRICT"],
  [
    "events",
    "(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, state TEXT NOT NULL, step INTEGER NOT NULL, detail TEXT NOT NULL) STRICT",
  ],
];
const EVALUATIONS_INDEX = "sqlite_autoindex_evaluations_1";
/** What of sqlite_master a run must have, a line an entry. */
const ENTRIES: readonly string[] = [
  ...TABLES.map(([name, definition]) => entry("table", name, name, `CREATE TABLE ${name} ${definition}`)),
  entry("index", EVALUATIONS_INDEX, "evaluations", null),
];
/** Tables that a run has where it needs them, so that runs without them stay readable by versions that had none. */
const OPTIONAL_TABLES = {
  watched: ROLLOUTS,
  /** Groups of an asynchronous run that no step has learnt from: `step` is the batch, `problem_index` the place. */
  written: ROLLOUTS,
  batches: "(batch INTEGER PRIMARY KEY, after_step INTEGER NOT NULL, gap REAL, gap_max REAL) STRICT",
  plans: "(step INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT",
  credit:
    "(batch INTEGER NOT NULL, place INTEGER NOT NULL, sample INTEGER NOT NULL, step INTEGER NOT NULL, PRIMARY KEY (batch, place, sample)) STRICT, WITHOUT ROWID",
} as const;
export type OptionalTable = keyof typeof OPTIONAL_TABLES;
const OPTIONAL_ENTRIES: readonly string[] = Object.entries(OPTIONAL_TABLES).map(([name, definition]) =>
  entry("table", name, name, `CREATE TABLE ${name} ${definition}`),
);

/** Of sqlite_master. */
const MOST_ENTRIES = ENTRIES.length + OPTIONAL_ENTRIES.length;

/** Makes the tables and keeps the config, in one transaction: a database has all of it or nothing. @throws RunError */
export function createSchema(database: SqliteDatabase, configJson: string): void {
  // By way of a journal in memory: a kill leaves no journal beside the file, which is never opened with one.
  database.exec("PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  database.transaction(() => {
    database.exec(
      `PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; ${TABLES.map(([name, definition]) => `CREATE TABLE ${name} ${definition}`).join("; ")}`,
    );
    database.run("INSERT INTO config (id, json) VALUES (1, ?)", [configJson]);
  });
}

/** Makes tables where they are missing. */
export function addTables(database: SqliteDatabase, ...names: readonly OptionalTable[]): void {
  for (const name of names) database.exec(`CREATE TABLE IF NOT EXISTS ${name} ${OPTIONAL_TABLES[name]}`);
}

export function hasTable(database: SqliteDatabase, name: OptionalTable): boolean {
  return database.get("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?", [name]) !== undefined;
}

/** Settings of a connection to a database that may be anybody's. */
export function distrust(database: SqliteDatabase): void {
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
}

/**
 * Whose database it is: `ours`, or `empty` where a run was killed before it began. Ours has our tables, to the letter,
 * and
 * nothing else: a view, a trigger or an index of somebody's is a program that would run at the next question.
 *
 * @throws RunError for the database of another program or of another version
 */
export function checkSchema(database: SqliteDatabase, path: string): "ours" | "empty" {
  const application = pragma(database, "application_id");
  const version = pragma(database, "user_version");
  if (application === APPLICATION_ID && version !== SCHEMA_VERSION) {
    const advice = version > SCHEMA_VERSION ? "update aha" : "start a new run";
    throw new RunError(
      `Expected the run database ${show(path)} to have version ${SCHEMA_VERSION}, got ${version}; ${advice}.`,
    );
  }
  const columns = ["type", "name", "tbl_name", "sql"].map((name) => `CAST(${name} AS BLOB) AS ${name}`).join(", ");
  const found = database.all(`SELECT ${columns} FROM sqlite_master LIMIT ${MOST_ENTRIES + 1}`);
  if (application === 0 && version === 0 && found.length === 0) return "empty";
  if (application !== APPLICATION_ID)
    throw new RunError(`The file ${show(path)} is the database of another program; choose another folder.`);
  const entries = found.map(({ type, name, tbl_name, sql }) =>
    entry(wordOf(type), wordOf(name), wordOf(tbl_name), sql === null ? null : wordOf(sql)),
  );
  const foreign = entries.findIndex(
    (one, i) => (!OPTIONAL_ENTRIES.includes(one) && !ENTRIES.includes(one)) || entries.indexOf(one) !== i,
  );
  const missing = ENTRIES.findIndex((one) => !entries.includes(one));
  if (foreign < 0 && missing < 0) return "ours";
  const what =
    foreign >= 0
      ? `got the ${wordOf(found[foreign]?.["type"])} ${show(wordOf(found[foreign]?.["name"]))}, which is none of them`
      : `found no ${TABLES[missing]?.[0] ?? EVALUATIONS_INDEX}`;
  throw new RunError(
    `Expected the run database ${show(path)} to hold the tables of a run and nothing else, ${what}; it was changed by another program and isn't read.`,
  );
}

function entry(type: string, name: string, table: string, sql: string | null): string {
  return JSON.stringify([type, name, table, sql]);
}

function wordOf(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}

/** Looks through the whole file. @throws RunError where it is damaged */
export function checkWhole(database: SqliteDatabase, path: string): void {
  const found = decodeText(
    database.get("SELECT CAST(quick_check AS BLOB) AS result FROM pragma_quick_check(1)")?.["result"],
    "quick_check",
  );
  if (found !== "ok")
    throw new RunError(
      `The file ${show(path)} is damaged (${show(found.split("\n").at(-1))}); restore it from a copy, or start a new run.`,
    );
}

function pragma(database: SqliteDatabase, name: string): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name]);
}
