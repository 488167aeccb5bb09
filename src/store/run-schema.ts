import { RunError, show } from "../errors.ts";
import { checkOwnSchema, createTables, tableSql, type OwnSchema, type SchemaTable } from "./own-schema.ts";
import { decodeText } from "./row-values.ts";
import type { SqliteDatabase } from "./sqlite.ts";

/** "Aha1" in the header of the file: tells our databases from those of other programs. */
const APPLICATION_ID = 0x41686131;
const SCHEMA_VERSION = 1;

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

const TABLES: readonly SchemaTable[] = [
  ["config", "(id INTEGER PRIMARY KEY CHECK (id = 1), json TEXT NOT NULL) STRICT"],
  ["metrics", "(step INTEGER PRIMARY KEY, json TEXT NOT NULL) STRICT"],
  ["rollouts", ROLLOUTS],
  ["evaluations", "(name TEXT NOT NULL, step INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (name, step)) STRICT"],
  [
    "events",
    "(id INTEGER PRIMARY KEY, time INTEGER NOT NULL, state TEXT NOT NULL, step INTEGER NOT NULL, detail TEXT NOT NULL) STRICT",
  ],
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

const RUN_SCHEMA: OwnSchema = {
  what: "run database",
  applicationId: APPLICATION_ID,
  version: SCHEMA_VERSION,
  tables: TABLES,
  optional: Object.entries(OPTIONAL_TABLES),
  indexes: [["sqlite_autoindex_evaluations_1", "evaluations", null]],
};

/** Makes the tables and keeps the config, in one transaction: a database has all of it or nothing. @throws RunError */
export function createSchema(database: SqliteDatabase, configJson: string): void {
  database.exec("PRAGMA synchronous = FULL");
  createTables(database, RUN_SCHEMA, () => database.run("INSERT INTO config (id, json) VALUES (1, ?)", [configJson]));
}

/** Makes tables where they are missing. */
export function addTables(database: SqliteDatabase, ...names: readonly OptionalTable[]): void {
  for (const name of names) database.exec(tableSql(`IF NOT EXISTS ${name}`, OPTIONAL_TABLES[name]));
}

export function hasTable(database: SqliteDatabase, name: OptionalTable): boolean {
  return database.get("SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = ?", [name]) !== undefined;
}

/**
 * Whose database it is: `ours`, or `empty` where a run was killed before it began.
 *
 * @throws RunError for the database of another program or of another version
 */
export function checkSchema(database: SqliteDatabase, path: string): "ours" | "empty" {
  return checkOwnSchema(database, path, RUN_SCHEMA);
}

/** Looks through the whole file. @throws RunError where it is damaged */
export function checkWhole(database: SqliteDatabase, path: string): void {
  const found = decodeText(
    database.get("SELECT CAST(quick_check AS BLOB) AS result FROM pragma_quick_check LIMIT 1")?.["result"],
    "quick_check",
  );
  if (found !== "ok")
    throw new RunError(
      `The file ${show(path)} is damaged (${show(found.split("\n").at(-1))}); restore it from a copy, or start a new run.`,
    );
}
