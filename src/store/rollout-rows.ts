import { RunError, show } from "../errors.ts";
import type { Reward } from "../records/reward.ts";
import type { Verdict } from "../records/verdict.ts";
import { STOP_REASONS, type StopReason, type StoredRollout } from "../records/rollout.ts";
import { damagedRow, decodeJson, decodeText } from "./run-schema.ts";
import type { SqliteDatabase, SqlRow, SqlValue } from "./sqlite.ts";

/**
 * The columns and how each is read: damage may turn any value into text that libsql can't read, so sqlite.ts asks for
 * casts.
 */
const COLUMNS = {
  step: "INTEGER",
  problem_index: "INTEGER",
  sample: "INTEGER",
  problem_id: "BLOB",
  prompt: "BLOB",
  difficulty: "REAL",
  status: "BLOB",
  prompt_tokens: "BLOB",
  tokens: "BLOB",
  logprobs: "BLOB",
  text: "BLOB",
  reward: "BLOB",
  verdict: "BLOB",
  advantage: "REAL",
  policy_step: "INTEGER",
} as const;
const NAMES = Object.keys(COLUMNS);
const CASTS = Object.entries(COLUMNS)
  .map(([name, type]) => `CAST(${name} AS ${type}) AS ${name}`)
  .join(", ");

/** The tables of this shape: what was trained on, and completions of problems that are followed through time. */
export type RolloutTable = "rollouts" | "watched";

const ROWS_A_PAGE = 256;

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

/** Writes the rollouts of a step. @throws RunError for rollouts of another step, of a wrong shape, or of one place */
export function insertRollouts(
  database: SqliteDatabase,
  step: number,
  rollouts: readonly StoredRollout[],
  table: RolloutTable = "rollouts",
): void {
  const insert = `INSERT INTO ${table} (${NAMES.join(", ")}) VALUES (${NAMES.map(() => "?").join(", ")})`;
  for (const [index, problemIndex] of problemIndices(rollouts).entries()) {
    database.run(insert, encode(rollouts[index] as StoredRollout, step, problemIndex));
  }
}

/** The rollouts asked for, read page by page, so that a reader who stops half-way holds nothing open. */
export function* selectRollouts(
  database: SqliteDatabase,
  query: RolloutQuery,
  table: RolloutTable = "rollouts",
): IterableIterator<StoredRollout> {
  const { where, values } = conditions(query);
  const place = `${table}.step, ${table}.problem_index, ${table}.sample`;
  const sql = `SELECT ${CASTS} FROM ${table} WHERE ${where} AND (${place}) > (?, ?, ?) ORDER BY ${place} LIMIT ? OFFSET ?`;
  let left = query.limit ?? Infinity;
  let offset = query.offset ?? 0;
  let last: readonly SqlValue[] = [-1, -1, -1];
  while (left > 0) {
    const rows = database.all(sql, [...values, ...last, Math.min(left, ROWS_A_PAGE), offset]);
    for (const row of rows) yield decode(row);
    const end = rows.at(-1);
    if (end === undefined || rows.length < ROWS_A_PAGE) return;
    last = [end["step"] as number, end["problem_index"] as number, end["sample"] as number];
    left -= rows.length;
    offset = 0;
  }
}

export function countRollouts(database: SqliteDatabase, query: RolloutQuery): number {
  const { where, values } = conditions(query);
  return Number(database.get(`SELECT count(*) AS n FROM rollouts WHERE ${where}`, values)?.["n"]);
}

function conditions(query: RolloutQuery): { where: string; values: SqlValue[] } {
  const given = (
    [
      ["step", query.step],
      ["problem_index", query.problemIndex],
      ["sample", query.sample],
      ["problem_id", query.problemId],
      ["verdict", query.verdict],
      ["status", query.stop === undefined ? undefined : statusOf(query.stop)],
    ] as const
  ).filter(([, value]) => value !== undefined);
  return {
    where: ["true", ...given.map(([name]) => `${name} = ?`)].join(" AND "),
    values: given.map(([, value]) => value as SqlValue),
  };
}

/**
 * The place of each rollout's problem in its step: a new one begins with another problem, or where the samples begin
 * again.
 */
function problemIndices(rollouts: readonly StoredRollout[]): number[] {
  let current = -1;
  return rollouts.map((stored, index) => {
    const previous = rollouts[index - 1];
    if (previous?.problemId !== stored.problemId || stored.rollout.sample <= previous.rollout.sample) current++;
    return stored.problemIndex ?? current;
  });
}

/** The column keeps the words that it had before other ways to end came: those runs stay readable, and both by both. */
const STATUS: Readonly<Partial<Record<StopReason, string>>> = { end: "finished", length: "truncated" };

function statusOf(stop: StopReason): string {
  return STATUS[stop] ?? stop;
}

/** How a completion ended, as the column says it. @throws RunError for words that it never has */
export function stopOf(status: string): StopReason {
  const stop = STOP_REASONS.find((reason) => statusOf(reason) === status);
  if (stop === undefined) throw damagedRow();
  return stop;
}

function encode(stored: StoredRollout, step: number, problemIndex: number): SqlValue[] {
  const { rollout, reward } = stored;
  if (stored.step !== step) throw new RunError(`Expected rollouts of step ${step}, got one of step ${stored.step}.`);
  if (rollout.logprobs.length !== rollout.tokens.length) {
    throw new RunError(
      `Expected a log-probability for each of ${rollout.tokens.length} tokens, got ${rollout.logprobs.length} (problem ${show(stored.problemId)}, sample ${rollout.sample}).`,
    );
  }
  const advantage = stored.advantage === null ? null : finite(stored.advantage, "advantage");
  if (reward.total !== null) finite(reward.total, "reward");
  return [
    step,
    problemIndex,
    rollout.sample,
    stored.problemId,
    stored.prompt,
    finite(stored.difficulty, "difficulty"),
    statusOf(rollout.stop),
    bytesOf(Int32Array.from(rollout.promptTokens)),
    bytesOf(Int32Array.from(rollout.tokens)),
    bytesOf(Float32Array.from(rollout.logprobs)),
    rollout.text,
    JSON.stringify(reward),
    reward.verdict.kind,
    advantage,
    rollout.version,
  ];
}

function finite(value: number, name: string): number {
  // SQLite would keep NaN as null, which means something else.
  if (!Number.isFinite(value))
    throw new RunError(`Expected the ${name} of a rollout to be a finite number, got ${show(value)}.`);
  return value;
}

function decode(row: SqlRow): StoredRollout {
  return {
    step: row["step"] as number,
    problemIndex: row["problem_index"] as number,
    problemId: decodeText(row["problem_id"]),
    prompt: decodeText(row["prompt"]),
    difficulty: row["difficulty"] as number,
    rollout: {
      promptTokens: Array.from(new Int32Array(wordsOf(row["prompt_tokens"]))),
      tokens: Array.from(new Int32Array(wordsOf(row["tokens"]))),
      logprobs: Array.from(new Float32Array(wordsOf(row["logprobs"]))),
      text: decodeText(row["text"]),
      stop: stopOf(decodeText(row["status"])),
      version: row["policy_step"] as number,
      sample: row["sample"] as number,
    },
    reward: decodeJson<Reward>(row["reward"]),
    advantage: row["advantage"] as number | null,
  };
}

/** Blobs are in the order of bytes of the machine, which is little-endian wherever libsql runs. */
function bytesOf(words: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function wordsOf(value: SqlValue | undefined): ArrayBuffer {
  if (!(value instanceof Uint8Array) || value.length % 4 !== 0) throw damagedRow();
  // A copy of its own, whose start is aligned.
  return Uint8Array.from(value).buffer;
}
