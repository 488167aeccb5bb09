import { sha256Of } from "../../../host/sha256.ts";
import { RunError } from "../../../errors.ts";
import type { Verdict } from "../../../records/verdict.ts";
import { boundedText, fields, type Shape } from "../../../store/shape.ts";
import { shapedJson } from "../../../store/shaped-json.ts";
import { foreignJson } from "../../../text/foreign-json.ts";
import type { EndedEvaluation, EvaluationOutcome, JobPlace, Phase, Work } from "../evaluation-queue.ts";
import { MOST_REASON, OUTCOME_SHAPE, PLACE_SHAPE, WORK_SHAPE, verdictJson } from "../queue-rows.ts";

/** Before all keys of a queue in Redis, ours and BullMQ's. */
export const PREFIX = "aha";
/** BullMQ's queues that evaluators look into: name -> what it is of. */
export const QUEUES: string = `${PREFIX}:queues`;
export const EVALUATORS: string = `${PREFIX}:evaluator:`;

/** What BullMQ says of a job whose evaluators died too often. */
export const TOO_OFTEN = "job stalled more than allowable limit";

const MOST_NAME = 4096;

/** What BullMQ keeps of an evaluation: JSON in JSON, so that ours is measured before it is parsed. */
export interface BullData {
  readonly work: string;
  readonly place: string;
}

/** What a BullMQ queue is of: the evaluations of one run that need the same. */
export interface QueueOf {
  readonly run: string;
  readonly needs: string;
}

const QUEUE_OF: Shape = fields({ run: boundedText(MOST_NAME), needs: boundedText(MOST_NAME) });
const FAILURE: Shape = fields({ reason: boundedText(4 * MOST_REASON) }, { phase: boundedText(20) });
const MOST_DIGITS = 12;

/** Bundles of repository tasks by their hashes, which all runs share. */
export function contentName(sha256: string): string {
  return `${PREFIX}:content:${sha256}`;
}

export function queueName({ run, needs }: QueueOf): string {
  return `${run}.${sha256Of(needs).slice(0, 16)}`;
}

/** A key of a run beside BullMQ's. */
export function runKey(run: string, what: "jobs" | "counts" | "numbers"): string {
  return `${PREFIX}:${run}:${what}`;
}

/** An evaluation's number: the same whenever it is enqueued again, 48 bits of its key. */
export function numberOf(key: string): number {
  return Number.parseInt(sha256Of(key).slice(0, MOST_DIGITS), 16);
}

export function readQueueOf(text: string): QueueOf | null {
  const { value } = foreignJson(text);
  return QUEUE_OF(value) === null ? (value as QueueOf) : null;
}

/** @throws RunError where it isn't work */
export function readWork({ work }: BullData): Work {
  return read<Work>(work, WORK_SHAPE);
}

export function readPlace({ place }: BullData): JobPlace {
  return read<JobPlace>(place, PLACE_SHAPE);
}

/** How an evaluation ended, as BullMQ keeps it as a return value. */
export function outcomeJson({ verdict, seconds = {} }: EvaluationOutcome): string {
  return JSON.stringify({ verdict: JSON.parse(verdictJson(verdict)) as Verdict, failed: false, seconds });
}

export function readOutcome(returned: string): EvaluationOutcome {
  const text: unknown = foreignJson(returned).value;
  return read<EvaluationOutcome>(text, OUTCOME_SHAPE);
}

/** Why a try failed, as BullMQ keeps it as an error's message. */
export function failureJson({ verdict, phase }: EvaluationOutcome): string {
  const reason = "reason" in verdict ? (verdict.reason ?? "") : "it failed without a reason";
  return JSON.stringify({ reason: reason.slice(0, MOST_REASON), ...(phase === undefined ? {} : { phase }) });
}

export interface FailedTry {
  readonly reason: string;
  readonly phase?: Phase;
}

/** @param tries after which it ended; 0 where another one follows */
export function readFailure(text: string, tries: number, mostLosses: number): FailedTry {
  if (text === TOO_OFTEN) return { reason: `its evaluator died ${mostLosses} times while it was judged`, phase: "run" };
  const { value } = foreignJson(text);
  const failure: FailedTry = FAILURE(value) === null ? (value as FailedTry) : { reason: text.slice(0, MOST_REASON) };
  return tries > 1 ? { ...failure, reason: `${failure.reason} (${tries} tries)` } : failure;
}

export function failedEvaluation(key: string, failure: FailedTry): EndedEvaluation {
  return { key, verdict: { kind: "unverifiable", reason: failure.reason }, failed: true };
}

function read<T>(text: unknown, shape: Shape): T {
  const json = typeof text === "string" ? shapedJson(text, shape) : { wrong: "expected a text" };
  if (json.wrong === undefined) return json.value as T;
  throw new RunError(
    `The queue in Redis holds what can't be read (${json.wrong}); it is of another program, or damaged.`,
  );
}
