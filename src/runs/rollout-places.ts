import type { Verdict } from "../tasks/task.ts";
import { MOST_STEPS } from "./row-shapes.ts";
import { damagedRow, decodeInteger, ReadBudget } from "./row-values.ts";
import type { SqliteDatabase, SqlRow, SqlValue } from "./sqlite.ts";

/** The tables of this shape: what was trained on, and completions of problems that are followed through time. */
export type RolloutTable = "rollouts" | "watched";

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
  readonly status?: "finished" | "truncated";
  readonly limit?: number;
  readonly offset?: number;
}

/** Bytes of a row's columns. Those that texts are chosen by are short; a completion may be long. */
const MOST_BYTES = { problem_id: 2 ** 16, prompt: 2 ** 25, status: 100, prompt_tokens: 2 ** 26, tokens: 2 ** 26, logprobs: 2 ** 26, text: 2 ** 26, reward: 2 ** 20, verdict: 100 } as const;
const BYTES = Object.keys(MOST_BYTES).map((name) => `coalesce(octet_length(${name}), 0)`).join(" + ");
const BOUNDED = Object.entries(MOST_BYTES).map(([name, most]) => `octet_length(${name}) <= ${most}`).join(" AND ");
const BEGIN: RolloutPlace = { step: -1, problemIndex: -1, sample: -1 };
const ROWS_A_PAGE = 512;

/** What may be asked of a row beside its place: [field, column]. */
const FILTERS = [["sample", "sample"], ["problemIndex", "problem_index"], ["problemId", "problem_id"], ["verdict", "verdict"], ["status", "status"]] as const;

/**
 * The places of the rollouts that are asked for, in order, their sizes checked. Walks along the primary key, and asks of
 * each row whether it fits; a question to SQLite is of so many rows, whether they fit or not, and their keys must rise:
 * a crafted file can name a page of itself many times, so that a walk never ends, and then they come again.
 *
 * @param after where to begin behind
 */
export function* rolloutPlaces(database: SqliteDatabase, table: RolloutTable, query: RolloutQuery = {}, after: RolloutPlace = BEGIN): Generator<RolloutPlace> {
  const budget = new ReadBudget(database);
  const given = FILTERS.filter(([field]) => query[field] !== undefined);
  const fits = ["true", ...given.map(([, column]) => (column in MOST_BYTES ? `CASE WHEN octet_length(${column}) <= ${MOST_BYTES[column as keyof typeof MOST_BYTES]} THEN ${column} = ? END` : `${column} = ?`))].join(" AND ");
  const values = given.map(([field]) => query[field] as SqlValue);
  const select = `SELECT CAST(step AS INTEGER) AS step, CAST(problem_index AS INTEGER) AS problem_index, CAST(sample AS INTEGER) AS sample, ${fits} AS fits, ${BYTES} AS bytes, ${BOUNDED} AS bounded FROM ${table}`;
  let left = query.limit ?? Infinity;
  let skipped = query.offset ?? 0;
  let last = query.step !== undefined && query.step > after.step ? { ...BEGIN, step: query.step } : after;
  for (let level: Level | null = levelOf(last); left > 0 && level !== null; ) {
    const { where: range, order, keys }: Range = RANGES[level];
    const rows: SqlRow[] = database.all(`${select} WHERE ${range} ORDER BY ${order} LIMIT ${ROWS_A_PAGE}`, [...values, ...keys(last)]);
    for (const row of rows) {
      const place = placeOf(row, table);
      if (!isBehind(place, last) || (query.step !== undefined && place.step !== query.step)) throw damagedRow(whereOf(table, place), "its rows are out of order");
      last = place;
      if (row["fits"] !== 1) continue;
      if (skipped-- > 0) continue;
      const where = whereOf(table, place);
      if (row["bounded"] !== 1) throw damagedRow(where, "a value is missing or too large");
      budget.take(row["bytes"] as number, where);
      yield place;
      if (--left <= 0) return;
    }
    level = rows.length === ROWS_A_PAGE ? "sample" : nextLevel(level, query);
  }
}

export function whereOf(table: RolloutTable, { step, problemIndex, sample }: RolloutPlace): string {
  return `${table}, step ${step}, problem ${problemIndex}, sample ${sample}`;
}

/** What comes behind a place: samples of its problem, then problems of its step, then steps. Each is one range of the primary key, which one comparison of all three is not to SQLite. */
type Level = "sample" | "problem" | "step";
interface Range {
  readonly where: string;
  readonly order: string;
  readonly keys: (place: RolloutPlace) => number[];
}
const RANGES: Readonly<Record<Level, Range>> = {
  sample: { where: "step = ? AND problem_index = ? AND sample > ?", order: "sample", keys: ({ step, problemIndex, sample }) => [step, problemIndex, sample] },
  problem: { where: "step = ? AND problem_index > ?", order: "problem_index, sample", keys: ({ step, problemIndex }) => [step, problemIndex] },
  step: { where: "step > ?", order: "step, problem_index, sample", keys: ({ step }) => [step] },
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
  return { step: decodeInteger(row["step"], MOST_STEPS, table), problemIndex: decodeInteger(row["problem_index"], MOST_STEPS, table), sample: decodeInteger(row["sample"], MOST_STEPS, table) };
}

function isBehind(place: RolloutPlace, last: RolloutPlace): boolean {
  if (place.step !== last.step) return place.step > last.step;
  return place.problemIndex !== last.problemIndex ? place.problemIndex > last.problemIndex : place.sample > last.sample;
}
