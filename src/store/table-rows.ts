import type { RunState, StateChange, StoredEvaluation } from "../records/run-event.ts";
import { evaluationOfRow, type EvaluationRow } from "./older-rows.ts";
import { EVALUATION_SHAPE, LAST_TIME, METRICS_SHAPE, MOST_STEPS, STATES } from "./row-shapes.ts";
import {
  boundedColumn,
  checkShape,
  damagedRow,
  decodeInteger,
  decodeJson,
  decodeText,
  ReadBudget,
} from "./row-values.ts";
import { oneOf, type Shape } from "./shape.ts";
import type { SqliteDatabase, SqlRow } from "./sqlite.ts";

/** Rows that are asked for at once. */
const PAGE = 256;
const MOST_METRICS = 2 ** 20;
/** The first sample of every problem is in it. */
const MOST_EVALUATION = 2 ** 25;
const LONGEST_NAME = 1000;
/** Of the words beside a change of state. */
export const LONGEST_DETAIL: number = 2 ** 14;

/**
 * Rows in the order of an integer key, a page at a time. Keys must rise: a crafted file can name a page of itself many
 * times, so that a walk through its rows never ends, and then they come again.
 *
 * @param columns beside the key, each of a bounded size
 */
export function* rowsInOrder(
  database: SqliteDatabase,
  table: string,
  [key, ...columns]: readonly [key: string, ...columns: string[]],
  after: number,
): Generator<{ readonly key: number; readonly row: SqlRow }> {
  const select = [`CAST(${key} AS INTEGER) AS place`, ...columns].join(", ");
  const sql = `SELECT ${select} FROM ${table} NOT INDEXED WHERE ${key} > ? ORDER BY ${key} LIMIT ${PAGE}`;
  for (let last = after, rows: SqlRow[] = []; ;) {
    rows = database.all(sql, [last]);
    for (const row of rows) {
      const place = decodeInteger(row["place"], Number.MAX_SAFE_INTEGER, table);
      if (place <= last) throw damagedRow(`${table}, row ${place}`, "its rows are out of order");
      last = place;
      yield { key: place, row };
    }
    if (rows.length < PAGE) return;
  }
}

/** A row's JSON as bytes, null where it is larger than it may be; undefined where there is no such row. */
export function jsonAt(
  database: SqliteDatabase,
  [table, key]: readonly [string, string],
  place: number,
  most: number,
): SqlRow[string] | undefined {
  return database.get(`SELECT ${boundedColumn("json", most)} FROM ${table} NOT INDEXED WHERE ${key} = ?`, [place])?.[
    "json"
  ];
}

/** The metrics of steps after one, in order. */
export function metricsAfter<T extends { readonly step: number }>(database: SqliteDatabase, after: number): T[] {
  const budget = new ReadBudget(database);
  const found: T[] = [];
  for (const { key: step } of rowsInOrder(database, "metrics", ["step"], after)) {
    const where = `metrics, step ${decodeInteger(step, MOST_STEPS, "metrics")}`;
    const json = jsonAt(database, ["metrics", "step"], step, MOST_METRICS);
    budget.take(json instanceof Uint8Array ? json.length : 0, where);
    found.push(checkedMetrics<T>(json, step, where));
  }
  return found;
}

function checkedMetrics<T extends { readonly step: number }>(json: unknown, step: number, where: string): T {
  const metrics = decodeJson<T>(json, METRICS_SHAPE, where);
  if (metrics.step !== step) throw damagedRow(where, `expected \`step\` to be ${step}, got ${metrics.step}`);
  return metrics;
}

/** The metrics of a step as they are stored; null where it isn't recorded. */
export function metricsJson(database: SqliteDatabase, step: number): string | null {
  const json = jsonAt(database, ["metrics", "step"], step, MOST_METRICS);
  return json === undefined ? null : decodeText(json, `metrics, step ${step}`);
}

/** The last recorded step; 0 before the first. */
export function lastStep(database: SqliteDatabase): number {
  const row = database.get("SELECT CAST(step AS INTEGER) AS step FROM metrics ORDER BY metrics.step DESC LIMIT 1");
  return row === undefined ? 0 : decodeInteger(row["step"], MOST_STEPS, "metrics");
}

/** An evaluation's name and place, without its figures. */
export interface EvaluationPlace {
  readonly name: string;
  readonly step: number;
  readonly row: number;
}

/** In the order of their steps, and of recording at one step. */
export function evaluationPlaces(database: SqliteDatabase): EvaluationPlace[] {
  const columns = [boundedColumn("name", LONGEST_NAME), "CAST(step AS INTEGER) AS step"] as const;
  const places = Array.from(
    rowsInOrder(database, "evaluations", ["rowid", ...columns], -1),
    ({ key, row }): EvaluationPlace => {
      const where = `evaluations, row ${key}`;
      return { name: decodeText(row["name"], where), step: decodeInteger(row["step"], MOST_STEPS, where), row: key };
    },
  );
  return places.sort((a, b) => a.step - b.step);
}

export function evaluationAt(
  database: SqliteDatabase,
  { name, step, row }: EvaluationPlace,
  budget: ReadBudget = new ReadBudget(database),
): StoredEvaluation {
  const where = `evaluations, step ${step}`;
  const json = jsonAt(database, ["evaluations", "rowid"], row, Math.min(MOST_EVALUATION, database.bytes()));
  budget.take(json instanceof Uint8Array ? json.length : 0, where);
  return { name, step, result: evaluationOfRow(decodeJson<EvaluationRow>(json, EVALUATION_SHAPE, where)) };
}

const EVENT_COLUMNS = [
  "CAST(time AS INTEGER) AS time",
  boundedColumn("state", LONGEST_NAME),
  "CAST(step AS INTEGER) AS step",
  boundedColumn("detail", 4 * LONGEST_DETAIL),
] as const;
const STATE_SHAPE: Shape = oneOf(...STATES);

/** Every change of state, in order. */
export function stateChanges(database: SqliteDatabase): StateChange[] {
  return Array.from(rowsInOrder(database, "events", ["id", ...EVENT_COLUMNS], -1), ({ row }) => stateChange(row));
}

/** The first change of state, or the last; null where there is none. */
export function stateAt(database: SqliteDatabase, which: "first" | "last"): StateChange | null {
  const row = database.get(
    `SELECT ${EVENT_COLUMNS.join(", ")} FROM events ORDER BY id ${which === "first" ? "ASC" : "DESC"} LIMIT 1`,
  );
  return row === undefined ? null : stateChange(row);
}

function stateChange(row: SqlRow): StateChange {
  const state = decodeText(row["state"], "events");
  checkShape(state, STATE_SHAPE, "events");
  return {
    state: state as RunState,
    time: decodeInteger(row["time"], LAST_TIME, "events"),
    step: decodeInteger(row["step"], MOST_STEPS, "events"),
    detail: decodeText(row["detail"], "events"),
  };
}
