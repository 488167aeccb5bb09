import { decodeJson, decodeText, damagedRow } from "./run-schema.ts";
import type { SqliteDatabase, SqlRow } from "./sqlite.ts";
import type { Reward } from "../records/reward.ts";
import type { StopReason, StoredRollout } from "../records/rollout.ts";
import { stopOf } from "./rollout-rows.ts";
import type { Verdict } from "../records/verdict.ts";

/** The place of a rollout in its run: its primary key, by which rollouts are ordered. */
export interface RolloutPlace {
  readonly step: number;
  readonly problemIndex: number;
  readonly sample: number;
}

/**
 * A view of a stored rollout: what can be searched of it, without its tokens: a tenth of the work of reading it whole.
 */
export interface ScannedRollout extends RolloutPlace, Pick<StoredRollout, "problemId" | "difficulty" | "advantage"> {
  readonly stop: StopReason;
  readonly verdict: Verdict;
  readonly reward: number | null;
  /** In tokens. */
  readonly length: number;
  /** The completion, as UTF-8. */
  readonly text: Uint8Array;
  /** The last characters of the prompt. */
  readonly promptEnd: string;
}

const PROMPT_END_BYTES = 64;
const SCAN = `SELECT CAST(step AS INTEGER) AS step, CAST(problem_index AS INTEGER) AS problem_index, CAST(sample AS INTEGER) AS sample, CAST(problem_id AS BLOB) AS problem_id,
  CAST(difficulty AS REAL) AS difficulty, CAST(status AS BLOB) AS status, CAST(reward AS BLOB) AS reward, CAST(advantage AS REAL) AS advantage,
  CAST(length(CAST(tokens AS BLOB)) AS INTEGER) AS bytes, CAST(text AS BLOB) AS text, substr(CAST(prompt AS BLOB), -${PROMPT_END_BYTES}) AS prompt_end
  FROM rollouts WHERE (rollouts.step, rollouts.problem_index, rollouts.sample) > (?, ?, ?) ORDER BY rollouts.step, rollouts.problem_index, rollouts.sample LIMIT ?`;

/** The rollouts behind a place, in order, at most so many. */
export function scanRollouts(
  database: SqliteDatabase,
  { step, problemIndex, sample }: RolloutPlace,
  limit: number,
): ScannedRollout[] {
  return database.all(SCAN, [step, problemIndex, sample, limit]).map(scanned);
}

/**
 * The first bytes of a completion or of its prompt as text, cut between characters; null where there is no such
 * rollout.
 *
 * @param column a name of ours, never one that somebody gave
 */
export function textStart(
  database: SqliteDatabase,
  column: "text" | "prompt",
  { step, problemIndex, sample }: RolloutPlace,
  bytes: number,
): string | null {
  const row = database.get(
    `SELECT substr(CAST(${column} AS BLOB), 1, ?) AS start FROM rollouts WHERE step = ? AND problem_index = ? AND sample = ?`,
    [bytes, step, problemIndex, sample],
  );
  // A character that the cut parts is left out: the decoder waits for its rest.
  return row === undefined
    ? null
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(row["start"]), { stream: true });
}

function scanned(row: SqlRow): ScannedRollout {
  const reward = decodeJson<Reward>(row["reward"]);
  return {
    step: row["step"] as number,
    problemIndex: row["problem_index"] as number,
    sample: row["sample"] as number,
    problemId: decodeText(row["problem_id"]),
    difficulty: row["difficulty"] as number,
    stop: stopOf(decodeText(row["status"])),
    verdict: reward.verdict,
    reward: reward.total,
    advantage: row["advantage"] as number | null,
    length: (row["bytes"] as number) / 4,
    text: bytesOf(row["text"]),
    promptEnd: new TextDecoder().decode(bytesOf(row["prompt_end"])),
  };
}

/** SQLite gives null for the substring of nothing. */
function bytesOf(value: unknown): Uint8Array {
  if (value === null) return new Uint8Array(0);
  if (value instanceof Uint8Array) return value;
  throw damagedRow();
}
