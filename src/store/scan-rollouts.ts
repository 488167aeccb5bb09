import { recordedLength } from "../numbers/recorded-length.ts";
import type { Reward } from "../records/reward.ts";
import type { StopReason, StoredRollout } from "../records/rollout.ts";
import type { Verdict } from "../records/verdict.ts";
import { stopOf } from "./stop-status.ts";
import { rolloutRows, whereOf, type RolloutColumns, type RolloutPlace } from "./walk-rollouts.ts";
import { REWARD_SHAPE, ROLLOUT_SHAPE } from "./row-shapes.ts";
import { checkShape, decodeBytes, decodeJson, decodeText } from "./row-values.ts";
import type { SqliteDatabase, SqlRow } from "./sqlite.ts";

/**
 * A view of a stored rollout: what can be searched of it, without its tokens: a tenth of the work of reading it whole.
 */
export interface ScannedRollout extends RolloutPlace, Pick<StoredRollout, "problemId" | "difficulty" | "advantage"> {
  readonly stop: StopReason;
  readonly verdict: Verdict;
  readonly reward: number | null;
  /** In tokens; null where they weren't recorded. */
  readonly length: number | null;
  /** The completion, as UTF-8. */
  readonly text: Uint8Array;
  /** The last characters of the prompt. */
  readonly promptEnd: string;
}

const PROMPT_END_BYTES = 64;
const SCANNED: RolloutColumns = {
  problem_id: "CAST(problem_id AS BLOB)",
  difficulty: "CAST(difficulty AS REAL)",
  policy_step: "CAST(policy_step AS INTEGER)",
  status: "CAST(status AS BLOB)",
  reward: "CAST(reward AS BLOB)",
  advantage: "CAST(advantage AS REAL)",
  bytes: "octet_length(tokens)",
  text: "CAST(text AS BLOB)",
  prompt_end: `substr(CAST(prompt AS BLOB), -${PROMPT_END_BYTES})`,
};

/** The rollouts behind a place, in order, at most so many. */
export function scanRollouts(database: SqliteDatabase, after: RolloutPlace, limit: number): ScannedRollout[] {
  return Array.from(rolloutRows(database, "rollouts", { limit, after }, SCANNED), ({ row, place }) =>
    scanned(row, place),
  );
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
    `SELECT substr(CAST(${column} AS BLOB), 1, ?) AS start FROM rollouts WHERE octet_length(${column}) <= ` +
      `${MOST_TEXT} AND step = ? AND problem_index = ? AND sample = ?`,
    [bytes, step, problemIndex, sample],
  );
  // A character that the cut parts is left out: the decoder waits for its rest.
  return row === undefined
    ? null
    : new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytesOf(row["start"], `rollouts, step ${step}`), {
        stream: true,
      });
}

/** Bytes of a text of which a part is read: SQLite reads it whole first. */
const MOST_TEXT = 2 ** 26;

function scanned(row: SqlRow, place: RolloutPlace): ScannedRollout {
  const where = whereOf("rollouts", place);
  const { difficulty, policy_step, advantage } = row;
  const status = decodeText(row["status"], where);
  checkShape({ difficulty, policy_step, advantage, status }, ROLLOUT_SHAPE, where);
  const reward = decodeJson<Reward>(row["reward"], REWARD_SHAPE, where);
  const stop = stopOf(status);
  return {
    ...place,
    problemId: decodeText(row["problem_id"], where),
    difficulty: difficulty as number,
    stop,
    verdict: reward.verdict,
    reward: reward.total,
    advantage: advantage as number | null,
    length: recordedLength((row["bytes"] as number) / 4, stop),
    text: bytesOf(row["text"], where),
    promptEnd: new TextDecoder().decode(bytesOf(row["prompt_end"], where)),
  };
}

/** SQLite gives null for the substring of nothing. */
function bytesOf(value: unknown, where: string): Uint8Array {
  return value === null ? new Uint8Array(0) : decodeBytes(value, where);
}
