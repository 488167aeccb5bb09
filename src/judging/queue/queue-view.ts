import { join } from "node:path";
import { RunError, show } from "../../errors.ts";
import { entryAt } from "../../host/plain-files.ts";
import { checkOwnSchema, distrust } from "../../store/own-schema.ts";
import { boundedColumn, decodeInteger, decodeText, ReadBudget } from "../../store/row-values.ts";
import { checkDatabaseFile, checkRunFiles, QUEUE_DATABASE } from "../../store/run-files.ts";
import { runWriter } from "../../store/run-lock.ts";
import { openSqlite, type SqliteDatabase, type SqlRow } from "../../store/sqlite.ts";
import {
  EVALUATION_STATES,
  type QueuedRow,
  type EvaluatorRow,
  type QueueCounts,
  type QueueQuery,
} from "./evaluation-queue.ts";
import { isOpenHere } from "./kept-open.ts";
import { LISTED, MOST_LOG, PLACED, rowOf } from "./queue-rows.ts";
import { MOST_EVALUATORS, QUEUE_RULES } from "./queue-rules.ts";
import { QUEUE_SCHEMA } from "./queue-schema.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;
/** Phases that are told apart; a crafted file may have any number. */
const MOST_PHASES = 16;
const MOST_NAME = 1000;
const TRIES = 3;

/** A queue as it is read beside its writers: nothing in its folder changes. */
export interface QueueView {
  counts(): QueueCounts;
  list(query: QueueQuery): readonly QueuedRow[];
  /** The end of what a check wrote; null where there is no such evaluation. */
  log(id: number): string | null;
  close(): void;
}

/** Whether a run has a queue. */
export function hasQueue(folder: string): boolean {
  const found = entryAt(join(folder, QUEUE_DATABASE));
  return found?.isFile() === true && found.size > 0;
}

/**
 * @param leaseSeconds for which an evaluator that says nothing counts as alive
 * @throws RunError where there is none, it is damaged or somebody else's
 */
export function openQueueView(folder: string, leaseSeconds: number = QUEUE_RULES.leaseSeconds): QueueView {
  for (let left = TRIES; ; left--) {
    try {
      const database = openToLook(folder);
      return {
        counts: () => countsOf(database, Date.now(), 1000 * leaseSeconds),
        list: (query) => listEvaluations(database, query),
        log: (id) => logOf(database, id),
        close: () => database.close(),
      };
    } catch (error) {
      // A copy may have been made while an evaluator wrote.
      if (left === 1 || !(error instanceof RunError) || error.cause === undefined) throw error;
    }
  }
}

function openToLook(folder: string): SqliteDatabase {
  checkRunFiles(folder);
  const path = join(folder, QUEUE_DATABASE);
  if (!hasQueue(folder)) throw noQueue(folder);
  const isHere = isOpenHere(path);
  if (!isHere) checkDatabaseFile(path);
  const isWritten = isHere || (runWriter(folder) !== null && entryAt(`${path}-shm`) !== null);
  const database = openSqlite(path, { readOnly: true, isWritten });
  try {
    distrust(database);
    if (checkOwnSchema(database, path, QUEUE_SCHEMA) === "empty") throw noQueue(folder);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

export function noQueue(folder: string): RunError {
  return new RunError(
    `Expected ${show(folder)} to have a queue, got no ${QUEUE_DATABASE} in it; a run that judges by evaluators has one, unless its \`queue\` is in a Redis.`,
  );
}

export function countsOf(database: SqliteDatabase, now: number, leaseMs: number): QueueCounts {
  const count = (sql: string, values: readonly (string | number)[] = []): number =>
    decodeInteger(database.get(`SELECT COUNT(*) AS count FROM ${sql}`, values)?.["count"], LARGEST, "queue");
  const [waiting, running, done, failed] = EVALUATION_STATES.map((state) =>
    count("evaluations WHERE state = ?", [state]),
  ) as [number, number, number, number];
  const jobs = count("jobs");
  const oldest = database.get(
    "SELECT CAST(queued AS INTEGER) AS queued FROM evaluations WHERE state = 'waiting' ORDER BY id LIMIT 1",
  );
  return {
    waiting,
    running,
    done,
    failed,
    jobs,
    cacheHits: Math.max(0, jobs - (waiting + running + done + failed)),
    failedByPhase: failedByPhase(database),
    retries: count("evaluations WHERE state IN ('waiting', 'running') AND attempts > 0"),
    oldestSeconds: oldest === undefined ? null : Math.max(0, (now - Number(oldest["queued"])) / 1000),
    evaluators: evaluatorsOf(database, now, leaseMs),
  };
}

function failedByPhase(database: SqliteDatabase): Record<string, number> {
  const rows = database.all(
    `SELECT ${boundedColumn("phase", MOST_NAME)}, count FROM
     (SELECT COALESCE(phase, 'run') AS phase, COUNT(*) AS count FROM evaluations WHERE state = 'failed' GROUP BY 1 LIMIT ${MOST_PHASES})`,
  );
  return Object.fromEntries(
    rows.map(({ phase, count }) => [decodeText(phase, "evaluations"), decodeInteger(count, LARGEST, "evaluations")]),
  );
}

function evaluatorsOf(database: SqliteDatabase, now: number, leaseMs: number): EvaluatorRow[] {
  const rows = database.all(
    `SELECT ${boundedColumn("name", MOST_NAME)}, CAST(seen AS INTEGER) AS seen, CAST(judged AS INTEGER) AS judged,
     (SELECT COUNT(*) FROM evaluations WHERE state = 'running' AND owner = evaluators.id) AS running
     FROM evaluators ORDER BY seen DESC LIMIT ${MOST_EVALUATORS}`,
  );
  return rows.map(({ name, seen, judged, running }) => ({
    name: decodeText(name, "evaluators"),
    alive: Math.abs(now - Number(seen)) <= leaseMs,
    judged: decodeInteger(judged, LARGEST, "evaluators"),
    running: decodeInteger(running, LARGEST, "evaluators"),
  }));
}

/** The newest first. */
export function listEvaluations(database: SqliteDatabase, { state, limit }: QueueQuery): QueuedRow[] {
  const budget = new ReadBudget(database);
  const [where, values] = state === undefined ? ["", []] : ["WHERE state = ?", [state]];
  return database
    .all(`SELECT ${LISTED} FROM evaluations ${where} ORDER BY id DESC LIMIT ?`, [...values, limit])
    .map((row) => {
      budget.take(bytesOf(row), "evaluations");
      const key = decodeText(row["key"], "evaluations");
      const place = database.get(`SELECT ${PLACED} FROM jobs WHERE key = ? LIMIT 1`, [key]);
      const jobs = database.get("SELECT COUNT(*) AS count FROM jobs WHERE key = ?", [key])?.["count"];
      return rowOf(row, place, decodeInteger(jobs, LARGEST, "jobs"));
    });
}

function bytesOf(row: SqlRow): number {
  return Object.values(row).reduce<number>((sum, value) => sum + (value instanceof Uint8Array ? value.length : 0), 0);
}

export function logOf(database: SqliteDatabase, id: number): string | null {
  const row = database.get(
    `SELECT log IS NULL AS missing, ${boundedColumn("log", 2 * MOST_LOG)} FROM evaluations WHERE id = ?`,
    [id],
  );
  if (row === undefined) return null;
  return row["missing"] === 1 ? "" : decodeText(row["log"], `evaluations, row ${id}`);
}
