import { RunError, show } from "../errors.ts";
import type { SqliteDatabase } from "./sqlite.ts";

/** What a database of ours holds, to the letter. */
export interface OwnSchema {
  /** What messages call it: `run database`. */
  readonly what: string;
  /** Four letters in the header of the file: tells our databases from those of other programs. */
  readonly applicationId: number;
  readonly version: number;
  readonly tables: readonly SchemaTable[];
  /** Those that may be missing. */
  readonly optional?: readonly SchemaTable[];
  readonly indexes?: readonly SchemaIndex[];
}

export type SchemaTable = readonly [name: string, definition: string];
/** SQLite's own indexes of keys have no definition. */
export type SchemaIndex = readonly [name: string, table: string, definition: string | null];

/**
 * Makes the tables, and what else belongs into a new database, in one transaction: it has all of it or nothing.
 *
 * @throws RunError
 */
export function createTables(database: SqliteDatabase, schema: OwnSchema, fill: () => void = () => undefined): void {
  // By way of a journal in memory: a kill leaves no journal beside the file, which is never opened with one.
  database.exec("PRAGMA journal_mode = MEMORY; PRAGMA journal_mode = WAL");
  database.transaction(() => {
    if (isEmptyDatabase(database)) {
      const { applicationId, version, tables, indexes = [] } = schema;
      database.exec(
        [
          `PRAGMA application_id = ${applicationId}`,
          `PRAGMA user_version = ${version}`,
          ...tables.map(([name, definition]) => tableSql(name, definition)),
          ...indexes.flatMap(([name, table, definition]) =>
            definition === null ? [] : [indexSql(name, table, definition)],
          ),
        ].join("; "),
      );
    }
    fill();
  });
}

/** Whether nobody has written into it. */
function isEmptyDatabase(database: SqliteDatabase): boolean {
  return database.get("SELECT 1 AS found FROM sqlite_master LIMIT 1") === undefined;
}

/** Settings of a connection to a database that may be anybody's. */
export function distrust(database: SqliteDatabase): void {
  database.exec("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON");
}

/**
 * Whose database it is: `ours`, or `empty` where its maker was killed before it began. Ours has our tables, to the
 * letter, and nothing else: a view, a trigger or an index of somebody's is a program that would run at the next
 * question.
 *
 * @throws RunError for the database of another program or of another version
 */
export function checkOwnSchema(database: SqliteDatabase, path: string, schema: OwnSchema): "ours" | "empty" {
  const { what, applicationId, version } = schema;
  const [application, found] = [pragma(database, "application_id"), pragma(database, "user_version")];
  if (application === applicationId && found !== version) {
    const advice = found > version ? "update aha" : "start a new run";
    throw new RunError(`Expected the ${what} ${show(path)} to have version ${version}, got ${found}; ${advice}.`);
  }
  const required = [...schema.tables.map(tableEntry), ...(schema.indexes ?? []).map(indexEntry)];
  const allowed = [...required, ...(schema.optional ?? []).map(tableEntry)];
  const columns = ["type", "name", "tbl_name", "sql"].map((name) => `CAST(${name} AS BLOB) AS ${name}`).join(", ");
  const rows = database.all(`SELECT ${columns} FROM sqlite_master LIMIT ${allowed.length + 1}`);
  if (application === 0 && found === 0 && rows.length === 0) return "empty";
  if (application !== applicationId)
    throw new RunError(`The file ${show(path)} is the database of another program; choose another folder.`);
  const entries = rows.map(({ type, name, tbl_name, sql }) =>
    entry(wordOf(type), wordOf(name), wordOf(tbl_name), sql === null ? null : wordOf(sql)),
  );
  const foreign = entries.findIndex((one, i) => !allowed.includes(one) || entries.indexOf(one) !== i);
  const missing = required.find((one) => !entries.includes(one));
  if (foreign < 0 && missing === undefined) return "ours";
  const came =
    foreign >= 0
      ? `got the ${wordOf(rows[foreign]?.["type"])} ${show(wordOf(rows[foreign]?.["name"]))}, which is none of them`
      : `found no ${(JSON.parse(missing!) as string[])[1]}`;
  throw new RunError(
    `Expected the ${what} ${show(path)} to hold the tables of a run and nothing else, ${came}; it was changed by another program and isn't read.`,
  );
}

export function tableSql(name: string, definition: string): string {
  return `CREATE TABLE ${name} ${definition}`;
}

function indexSql(name: string, table: string, definition: string): string {
  return `CREATE INDEX ${name} ON ${table} ${definition}`;
}

function tableEntry([name, definition]: SchemaTable): string {
  return entry("table", name, name, tableSql(name, definition));
}

function indexEntry([name, table, definition]: SchemaIndex): string {
  return entry("index", name, table, definition === null ? null : indexSql(name, table, definition));
}

function entry(type: string, name: string, table: string, sql: string | null): string {
  return JSON.stringify([type, name, table, sql]);
}

function wordOf(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : "";
}

function pragma(database: SqliteDatabase, name: string): number {
  return Number(database.get(`PRAGMA ${name}`)?.[name]);
}
