import type { StopReason } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { MOST_STEPS } from "./row-shapes.ts";
import { damagedRow, decodeInteger, ReadBudget } from "./row-values.ts";
import type { SqliteDatabase, SqlRow, SqlValue } from "./sqlite.ts";
import { statusOf } from "./stop-status.ts";

/**
 * The tables of this shape: what was trained on, completions of problems that are followed through time, and what an
 * asynchronous run has written ahead.
 */
export type RolloutTable = "rollouts" | "watched" | "written";

/** The place of a rollout in its run: its primary key, by which rollouts are ordered. */
export interface RolloutPlace {
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
}

/** Which rollouts to read; without a field, all. They come in the order of step, problem and sample. */
export interface RolloutQuery {
  readonly step?: number;
  readonly problemIndex?: number;
  readonly sample?: number;
  readonly problemId?: string;
  readonly verdict?: Verdict["kind"];
  readonly stop?: StopReason;
  readonly limit?: number;
  readonly offset?: number;
}

/** Bytes of a row's columns. Those that texts are chosen by are short; a completion may be long. */
const MOST_BYTES = {
  problem_id: 2 ** 16,
  prompt: 2 ** 25,
  status: 100,
  prompt_tokens: 2 ** 26,
  tokens: 2 ** 26,
  logprobs: 2 ** 26,
  text: 2 ** 26,
  reward: 2 ** 20,
  verdict: 100,
} as const;
const BYTES = Object.keys(MOST_BYTES)
  .map((name) => `coalesce(octet_length(${name}), 0)`)
  .join(" + ");
const BOUNDED = Object.entries(MOST_BYTES)
  .map(([name, most]) => `octet_length(${name}) <= ${most}`)
  .join(" AND ");
const BEGIN: RolloutPlace = { step: -1, problemIndex: -1, sample: -1 };
/** Rows that are asked for at once, fewer where they are large. */
const ROWS_A_PAGE = 256;
const BYTES_A_PAGE = 2 ** 25;

/** What is asked of a row beside its step: [column, value]. */
function filtersOf({ sample, problemIndex, problemId, verdict, stop }: RolloutQuery): [string, SqlValue][] {
  const asked: readonly (readonly [string, SqlValue | undefined])[] = [
    ["sample", sample],
    ["problem_index", problemIndex],
    ["problem_id", problemId],
    ["verdict", verdict],
    ["status", stop === undefined ? undefined : statusOf(stop)],
  ];
  return asked.filter((pair): pair is [string, SqlValue] => pair[1] !== undefined);
}

/** Which columns are wanted of a rollout, by name: an expression each. */
export type RolloutColumns = Readonly<Record<string, string>>;

export interface RolloutRow {
  readonly place: RolloutPlace;
  /** The columns that were asked for. */
  readonly row: SqlRow;
}

/**
 * The rollouts that are asked for, in order. Walks along the primary key and asks of each row whether it fits; a
 * question
 * to SQLite is of so many rows, whether they fit or not, and their keys must rise: a crafted file can name a page of
 * itself many times, so that a walk never ends, and then they come again. Sizes are asked before values.
 *
 * @param columns what is read of those that fit; without any, they are only found
 * @param query with the place to begin behind, where it isn't the start
 */
export function* rolloutRows(
  database: SqliteDatabase,
  table: RolloutTable,
  query: RolloutQuery & { readonly after?: RolloutPlace },
  columns: RolloutColumns,
): Generator<RolloutRow> {
  const { after = BEGIN } = query;
  const pages = new RolloutPages(database, table, query, columns);
  let left = query.limit ?? Infinity;
  let skipped = query.offset ?? 0;
  let last = query.step !== undefined && query.step > after.step ? { ...BEGIN, step: query.step } : after;
  for (let level: Level | null = levelOf(last); left > 0 && level !== null;) {
    const { rows, whole } = pages.read(level, last, left + skipped);
    for (const row of rows) {
      const place = placeOf(row, table);
      if (!isBehind(place, last) || (query.step !== undefined && place.step !== query.step))
        throw damagedRow(whereOf(table, place), "its rows are out of order");
      last = place;
      if (row["fits"] !== 1) continue;
      if (skipped > 0) {
        skipped--;
        continue;
      }
      yield { place, row };
      if (--left <= 0) return;
    }
    level = whole ? "sample" : nextLevel(level, query);
  }
}

/** The rows of a table, so many at a time. */
class RolloutPages {
  private readonly budget: ReadBudget;
  private readonly filter: string;
  private readonly values: readonly SqlValue[];
  private readonly select: string;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly table: RolloutTable,
    query: RolloutQuery,
    private readonly columns: RolloutColumns,
  ) {
    this.budget = new ReadBudget(database);
    const given = filtersOf(query);
    this.filter = given.map(([column], i) => equals(column, i + 1)).join(" AND ");
    this.values = given.map(([, value]) => value);
    const wanted = Object.entries(columns).map(([name, expression]) => `${this.ifFits(expression)} AS ${name}`);
    this.select = [
      "CAST(step AS INTEGER) AS step",
      "CAST(problem_index AS INTEGER) AS problem_index",
      "CAST(sample AS INTEGER) AS sample",
      `${this.filter === "" ? "1" : this.filter} AS fits`,
      ...wanted,
    ].join(", ");
  }

  /** @returns the next rows, and whether they are as many as were asked for */
  read(
    level: Level,
    last: RolloutPlace,
    wanted: number,
  ): { readonly rows: readonly SqlRow[]; readonly whole: boolean } {
    const { where, order, keys } = RANGES[level];
    const values = [...this.values, ...keys(last)];
    const by = order.map((column) => `${this.table}.${column}`).join(", ");
    const range = `WHERE ${where(this.values.length)} ORDER BY ${by} LIMIT ?${values.length + 1}`;
    const from = `FROM ${this.table} ${range}`;
    const most = this.measured(from, values, this.filter === "" ? Math.min(wanted, ROWS_A_PAGE) : ROWS_A_PAGE);
    const rows = this.database.all(`SELECT ${this.select} ${from}`, [...values, most]);
    return { rows, whole: rows.length === most };
  }

  /** How many rows are to be read at once so that they fit in memory. */
  private measured(from: string, values: readonly SqlValue[], most: number): number {
    if (Object.keys(this.columns).length === 0) return most;
    const sizes = `SELECT ${this.ifFits(BYTES)} AS bytes, ${this.ifFits(`coalesce(${BOUNDED}, 0)`)} AS bounded ${from}`;
    const sql = `SELECT coalesce(sum(bytes), 0) AS bytes, coalesce(min(bounded), 1) AS bounded FROM (${sizes})`;
    for (let rows = most; ; rows = Math.max(1, rows >> 3)) {
      const found = this.database.get(sql, [...values, rows]);
      const bytes = Number(found?.["bytes"]);
      if (rows > 1 && bytes > BYTES_A_PAGE) continue;
      if (found?.["bounded"] !== 1) throw damagedRow(this.table, "a value is missing or too large");
      this.budget.take(bytes, this.table);
      return rows;
    }
  }

  private ifFits(expression: string): string {
    return this.filter === "" ? expression : `CASE WHEN ${this.filter} THEN ${expression} END`;
  }
}

/** A question to a row; a value that is too large isn't compared. */
function equals(column: string, place: number): string {
  const most = (MOST_BYTES as Readonly<Record<string, number>>)[column];
  const same = `${column} = ?${place}`;
  return most === undefined ? same : `CASE WHEN octet_length(${column}) <= ${most} THEN ${same} END`;
}

export function whereOf(table: RolloutTable, { step, problemIndex, sample }: RolloutPlace): string {
  return `${table}, step ${step}, problem ${problemIndex}, sample ${sample}`;
}

/**
 * What comes behind a place: samples of its problem, then problems of its step, then steps. Each is one range of the
 * primary key, which one comparison of all three is not to SQLite.
 */
type Level = "sample" | "problem" | "step";
interface Range {
  /** @param bound values that are bound before the keys */
  readonly where: (bound: number) => string;
  /** Of the table: a name alone would be that of the value read, by which SQLite sorts all rows anew. */
  readonly order: readonly string[];
  readonly keys: (place: RolloutPlace) => readonly number[];
}
const RANGES: Readonly<Record<Level, Range>> = {
  sample: {
    where: (bound) => `step = ?${bound + 1} AND problem_index = ?${bound + 2} AND sample > ?${bound + 3}`,
    order: ["sample"],
    keys: ({ step, problemIndex, sample }) => [step, problemIndex, sample],
  },
  problem: {
    where: (bound) => `step = ?${bound + 1} AND problem_index > ?${bound + 2}`,
    order: ["problem_index", "sample"],
    keys: ({ step, problemIndex }) => [step, problemIndex],
  },
  step: {
    where: (bound) => `step > ?${bound + 1}`,
    order: ["step", "problem_index", "sample"],
    keys: ({ step }) => [step],
  },
};

function levelOf({ step, problemIndex, sample }: RolloutPlace): Level {
  if (step >= 0 && problemIndex >= 0 && sample >= 0) return "sample";
  return step >= 0 ? "problem" : "step";
}

function nextLevel(level: Level, { step }: RolloutQuery): Level | null {
  if (level === "sample") return "problem";
  return level === "problem" && step === undefined ? "step" : null;
}

function placeOf(row: SqlRow, table: string): RolloutPlace {
  return {
    step: decodeInteger(row["step"], MOST_STEPS, table),
    problemIndex: decodeInteger(row["problem_index"], MOST_STEPS, table),
    sample: decodeInteger(row["sample"], MOST_STEPS, table),
  };
}

function isBehind(place: RolloutPlace, last: RolloutPlace): boolean {
  if (place.step !== last.step) return place.step > last.step;
  return place.problemIndex !== last.problemIndex ? place.problemIndex > last.problemIndex : place.sample > last.sample;
}
