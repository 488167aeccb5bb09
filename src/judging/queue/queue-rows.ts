import { VERDICT_KINDS, type Verdict, type VerdictKind } from "../../records/verdict.ts";
import { boundedColumn, decodeInteger, decodeJson, decodeText } from "../../store/row-values.ts";
import { boundedText, fields, integerWithin, number, oneOf, type Shape, sha256Shape } from "../../store/shape.ts";
import type { SqlRow, SqlValue } from "../../store/sqlite.ts";
import {
  EVALUATION_STATES,
  PHASES,
  type WorkClaim,
  type EndedEvaluation,
  type QueuedRow,
  type EvaluationState,
  type JobPlace,
  type Work,
} from "./evaluation-queue.ts";
import { SHOWN_REASON } from "./queue-rules.ts";

/** Bytes of what is judged, as JSON; a patch may be long. */
export const MOST_WORK_BYTES: number = 2 ** 25;
/** Bytes that are kept of what a check wrote. */
export const MOST_LOG: number = 2 ** 16;
/** Characters that are kept of a reason. */
export const MOST_REASON = 10_000;
const MOST_NAME = 4096;
const LARGEST = Number.MAX_SAFE_INTEGER;

const anything: Shape = () => null;
const text = boundedText(MOST_WORK_BYTES);

const EXECUTION: Shape = (value) => {
  const kind = fields({ kind: oneOf("code", "repository", "bundle") })(value);
  if (kind !== null) return kind;
  if ((value as { readonly kind: string }).kind === "repository")
    return fields({ folder: boundedText(MOST_NAME) })(value);
  return (value as { readonly kind: string }).kind === "bundle" ? fields({ sha256: sha256Shape })(value) : null;
};

/** What is judged. */
export const WORK_SHAPE: Shape = (value) => {
  const kind = fields({ kind: oneOf("execution", "task"), answer: text })(value);
  if (kind !== null) return kind;
  const isExecution = (value as Work).kind === "execution";
  return isExecution
    ? fields({ execution: EXECUTION })(value)
    : fields({
        name: boundedText(MOST_NAME),
        task: boundedText(MOST_NAME),
        problem: anything,
        seconds: number(0, 1e6),
      })(value);
};

const VERDICT: Shape = (value) => {
  const kind = fields({ kind: oneOf(...VERDICT_KINDS) }, { score: number(0, 1), reason: text })(value);
  if (kind !== null) return kind;
  const verdict = value as Verdict;
  if (verdict.kind === "partly") return fields({ score: number(0, 1) })(value);
  return verdict.kind === "right" ? null : fields({ reason: text })(value);
};

const SECONDS: Shape = fields({}, Object.fromEntries(PHASES.map((phase) => [phase, number(0, 1e9)])));

export const CLAIMED: string = `CAST(id AS INTEGER) AS id, CAST(take AS INTEGER) AS take, ${boundedColumn("work", MOST_WORK_BYTES)}`;

export function claimOf(row: SqlRow): WorkClaim {
  const id = decodeInteger(row["id"], LARGEST, "evaluations");
  return {
    id,
    take: decodeInteger(row["take"], LARGEST, where(id)),
    work: decodeJson<Work>(row["work"], WORK_SHAPE, where(id)),
  };
}

export const ENDED: string = `${boundedColumn("key", MOST_NAME)}, ${boundedColumn("state", MOST_NAME)}, ${boundedColumn("verdict", MOST_WORK_BYTES)}`;

export function resultOf(row: SqlRow): EndedEvaluation {
  const key = decodeText(row["key"], "evaluations");
  return {
    key,
    verdict: decodeJson<Verdict>(row["verdict"], VERDICT, `evaluations, ${key}`),
    failed: decodeText(row["state"], key) === "failed",
  };
}

export const LISTED: string = [
  "CAST(id AS INTEGER) AS id",
  boundedColumn("key", MOST_NAME),
  boundedColumn("state", MOST_NAME),
  "CAST(attempts AS INTEGER) AS attempts",
  boundedColumn("verdict", MOST_WORK_BYTES),
  boundedColumn("reason", MOST_WORK_BYTES),
  boundedColumn("phase", MOST_NAME),
  boundedColumn("seconds", MOST_NAME),
  "CAST(COALESCE(octet_length(log), 0) AS INTEGER) AS log_bytes",
].join(", ");

export const PLACED: string = `${["run", "batch", "problem"].map((name) => boundedColumn(name, MOST_NAME)).join(", ")}, CAST(sample AS INTEGER) AS sample`;

export function rowOf(row: SqlRow, place: SqlRow | undefined, jobs: number): QueuedRow {
  const id = decodeInteger(row["id"], LARGEST, "evaluations");
  const verdict = isAbsent(row["verdict"]) ? null : decodeJson<Verdict>(row["verdict"], VERDICT, where(id));
  const reason = verdict !== null && "reason" in verdict ? (verdict.reason ?? "") : textOr(row["reason"], "", id);
  return {
    id,
    state: stateOf(row["state"], id),
    place: place === undefined ? null : placeOf(place, id),
    jobs,
    attempts: decodeInteger(row["attempts"], LARGEST, where(id)),
    verdict: verdict?.kind ?? (null as VerdictKind | null),
    reason: reason.slice(0, SHOWN_REASON),
    phase: isAbsent(row["phase"]) ? null : decodeText(row["phase"], where(id)),
    seconds: isAbsent(row["seconds"]) ? {} : decodeJson(row["seconds"], SECONDS, where(id)),
    logBytes: decodeInteger(row["log_bytes"], LARGEST, where(id)),
  };
}

function placeOf(row: SqlRow, id: number): JobPlace {
  return {
    run: decodeText(row["run"], where(id)),
    batch: decodeText(row["batch"], where(id)),
    problem: decodeText(row["problem"], where(id)),
    sample: decodeInteger(row["sample"], LARGEST, where(id)),
  };
}

function stateOf(value: SqlValue | undefined, id: number): EvaluationState {
  const state = decodeText(value, where(id));
  return EVALUATION_STATES.find((one) => one === state) ?? "failed";
}

function textOr(value: SqlValue | undefined, otherwise: string, id: number): string {
  return isAbsent(value) ? otherwise : decodeText(value, where(id));
}

function isAbsent(value: SqlValue | undefined): boolean {
  return value === null || value === undefined;
}

function where(id: number): string {
  return `evaluations, row ${id}`;
}

/** The last bytes of what a check wrote, cut between characters, without what SQLite's texts can't hold. */
export function logTail(log: string): string {
  const bytes = Buffer.from(log.slice(-MOST_LOG).replaceAll("\0", "\ufffd"));
  if (bytes.length <= MOST_LOG) return bytes.toString();
  let start = bytes.length - MOST_LOG;
  // 10xxxxxx goes on with a character.
  while ((bytes[start]! & 0xc0) === 0x80) start++;
  return bytes.subarray(start).toString();
}

/** A verdict as it is kept: JSON, its reason not longer than anybody reads. */
export function verdictJson(verdict: Verdict): string {
  if (!("reason" in verdict) || verdict.reason === undefined) return JSON.stringify(verdict);
  return JSON.stringify({ ...verdict, reason: verdict.reason.slice(0, MOST_REASON) });
}

/** What others sent, as a claim's outcome is checked by. */
export const OUTCOME_SHAPE: Shape = fields(
  {
    verdict: VERDICT,
    failed: (value) => (typeof value === "boolean" ? null : { field: "", expected: "true or false", got: value }),
  },
  { seconds: SECONDS, phase: oneOf(...PHASES), log: boundedText(4 * MOST_LOG) },
);
export const PLACE_SHAPE: Shape = fields({
  run: boundedText(MOST_NAME),
  batch: boundedText(MOST_NAME),
  problem: boundedText(MOST_NAME),
  sample: integerWithin(0, LARGEST),
});
export const CLAIM_SHAPE: Shape = fields({ id: integerWithin(1, LARGEST), take: integerWithin(1, LARGEST) });
export const CLAIM_WORK_SHAPE: Shape = fields({
  id: integerWithin(1, LARGEST),
  take: integerWithin(1, LARGEST),
  work: WORK_SHAPE,
});
