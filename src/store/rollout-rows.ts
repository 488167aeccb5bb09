import { RunError, show } from "../errors.ts";
import type { Reward } from "../records/reward.ts";
import {
  rolloutRows,
  whereOf,
  type RolloutColumns,
  type RolloutPlace,
  type RolloutQuery,
  type RolloutTable,
} from "./walk-rollouts.ts";
import { REWARD_SHAPE, ROLLOUT_SHAPE } from "./row-shapes.ts";
import { checkShape, damagedRow, decodeJson, decodeText } from "./row-values.ts";
import type { StoredRollout } from "../records/rollout.ts";
import { statusOf, stopOf } from "./stop-status.ts";
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
/** That 32 bits with a sign hold. */
const LARGEST_TOKEN = 2 ** 31 - 1;
/** Their names, in their order. */
export const ROLLOUT_COLUMNS: readonly string[] = Object.keys(COLUMNS);
const CASTS: RolloutColumns = Object.fromEntries(
  Object.entries(COLUMNS)
    .slice(3)
    .map(([name, type]) => [name, `CAST(${name} AS ${type})`]),
);

/** Writes the rollouts of a step. @throws RunError for rollouts of another step, of a wrong shape, or of one place */
export function insertRollouts(
  database: SqliteDatabase,
  step: number,
  rollouts: readonly StoredRollout[],
  table: RolloutTable = "rollouts",
): void {
  const insert = `INSERT INTO ${table} (${ROLLOUT_COLUMNS.join(", ")}) VALUES (${ROLLOUT_COLUMNS.map(() => "?").join(", ")})`;
  for (const [index, problemIndex] of problemIndices(rollouts).entries()) {
    database.run(insert, encode(rollouts[index] as StoredRollout, step, problemIndex));
  }
}

/** The rollouts asked for, read some at a time, so that a reader who stops half-way holds nothing open. */
export function* selectRollouts(
  database: SqliteDatabase,
  query: RolloutQuery,
  table: RolloutTable = "rollouts",
): IterableIterator<StoredRollout> {
  for (const { place, row } of rolloutRows(database, table, query, CASTS))
    yield decode(row, place, whereOf(table, place));
}

export function countRollouts(database: SqliteDatabase, query: RolloutQuery): number {
  const { limit: _limit, offset: _offset, ...asked } = query;
  let count = 0;
  for (const _row of rolloutRows(database, "rollouts", asked, {})) count++;
  return count;
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

function encode(stored: StoredRollout, step: number, problemIndex: number): SqlValue[] {
  const { rollout, reward } = stored;
  if (stored.step !== step) throw new RunError(`Expected rollouts of step ${step}, got one of step ${stored.step}.`);
  // None at all are what another engine didn't record.
  if (rollout.logprobs.length > 0 && rollout.logprobs.length !== rollout.tokens.length) {
    throw new RunError(
      `Expected a log-probability for each of ${rollout.tokens.length} tokens, got ${rollout.logprobs.length} (problem ${show(stored.problemId)}, sample ${rollout.sample}).`,
    );
  }
  const { mask } = rollout;
  if (mask !== undefined && mask.length !== rollout.tokens.length)
    throw new RunError(
      `Expected the mask to say of each of ${rollout.tokens.length} tokens who wrote it, got ${mask.length} (problem ${show(stored.problemId)}, sample ${rollout.sample}).`,
    );
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
    bytesOf(tokenWords(rollout.promptTokens)),
    bytesOf(tokenWords(rollout.tokens, mask)),
    bytesOf(Float32Array.from(rollout.logprobs)),
    rollout.text,
    JSON.stringify(reward),
    reward.verdict.kind,
    advantage,
    rollout.version,
  ];
}

/** Tokens as they are kept: those that the model didn't write as -1 - id, so that a row's mask is in its tokens. */
function tokenWords(tokens: readonly number[], mask?: readonly boolean[]): Int32Array {
  return Int32Array.from(tokens, (token, t) => {
    if (!Number.isInteger(token) || token < 0 || token > LARGEST_TOKEN)
      throw new RunError(`Expected tokens from 0 to ${LARGEST_TOKEN}, got ${show(token)}.`);
    return mask?.[t] === false ? -1 - token : token;
  });
}

function finite(value: number, name: string): number {
  // SQLite would keep NaN as null, which means something else.
  if (!Number.isFinite(value))
    throw new RunError(`Expected the ${name} of a rollout to be a finite number, got ${show(value)}.`);
  return value;
}

function decode(row: SqlRow, { step, problemIndex, sample }: RolloutPlace, where: string): StoredRollout {
  const text = (name: keyof typeof COLUMNS): string => decodeText(row[name], where);
  const { difficulty, policy_step, advantage } = row;
  const [status, verdict] = [text("status"), text("verdict")];
  checkShape({ difficulty, policy_step, advantage, status }, ROLLOUT_SHAPE, where);
  const reward = decodeJson<Reward>(row["reward"], REWARD_SHAPE, where);
  if (reward.verdict.kind !== verdict)
    throw damagedRow(
      where,
      `expected \`verdict\` to be ${reward.verdict.kind}, as in \`reward\`, got ${show(verdict)}`,
    );
  const { tokens, mask } = maskedTokensOf(row["tokens"], where);
  const logprobs = Array.from(new Float32Array(wordsOf(row["logprobs"], where)));
  if ((logprobs.length > 0 && logprobs.length !== tokens.length) || !logprobs.every(Number.isFinite))
    throw damagedRow(
      where,
      `expected a finite log-probability for each of ${tokens.length} tokens, got ${logprobs.length}, or others`,
    );
  return {
    step,
    problemIndex,
    problemId: text("problem_id"),
    prompt: text("prompt"),
    difficulty: difficulty as number,
    rollout: {
      promptTokens: tokensOf(row["prompt_tokens"], where),
      tokens,
      logprobs,
      ...(mask === undefined ? {} : { mask }),
      text: text("text"),
      stop: stopOf(status),
      version: policy_step as number,
      sample,
    },
    reward,
    advantage: advantage as number | null,
  };
}

function tokensOf(value: SqlValue | undefined, where: string): number[] {
  const tokens = Array.from(new Int32Array(wordsOf(value, where)));
  if (tokens.some((token) => token < 0)) throw damagedRow(where, "expected tokens from 0 up, got one below");
  return tokens;
}

/** What `tokenWords` keeps; a mask only where another wrote some of them. */
function maskedTokensOf(
  value: SqlValue | undefined,
  where: string,
): { readonly tokens: number[]; readonly mask?: boolean[] } {
  const words = Array.from(new Int32Array(wordsOf(value, where)));
  if (words.every((word) => word >= 0)) return { tokens: words };
  return { tokens: words.map((word) => (word < 0 ? -1 - word : word)), mask: words.map((word) => word >= 0) };
}

/** Blobs are in the order of bytes of the machine, which is little-endian wherever libsql runs. */
function bytesOf(words: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}

function wordsOf(value: SqlValue | undefined, where: string): ArrayBuffer {
  if (!(value instanceof Uint8Array) || value.length % 4 !== 0)
    throw damagedRow(where, "expected whole words of four bytes, got something else");
  // A copy of its own, whose start is aligned.
  return Uint8Array.from(value).buffer;
}
