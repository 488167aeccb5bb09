import type { Job, JobType, Queue } from "bullmq";
import type { Redis } from "ioredis";
import { RunError } from "../../../errors.ts";
import { boundedText, fields, integerWithin, type Shape } from "../../../store/shape.ts";
import { foreignJson } from "../../../text/foreign-json.ts";
import type { EvaluationState, EvaluatorRow, QueueCounts, QueuedRow, QueueQuery } from "../evaluation-queue.ts";
import { FORGOTTEN, MOST_EVALUATORS, MOST_LOSSES, SHOWN_REASON } from "../queue-rules.ts";
import {
  EVALUATORS,
  numberOf,
  PREFIX,
  readFailure,
  readOutcome,
  readPlace,
  runKey,
  type BullData,
  type FailedTry,
} from "./bull-records.ts";

const MOST_FAILED = 1000;
const LARGEST = Number.MAX_SAFE_INTEGER;

const STATES: Readonly<Record<EvaluationState, readonly JobType[]>> = {
  waiting: ["wait", "delayed"],
  running: ["active"],
  done: ["completed"],
  failed: ["failed"],
};
const EVALUATOR: Shape = fields({
  name: boundedText(1000),
  judged: integerWithin(0, LARGEST),
  running: integerWithin(0, LARGEST),
});

export interface CountedRun {
  readonly run: string;
  readonly queues: readonly Queue<BullData>[];
  readonly leaseSeconds: number;
}

export async function countsInRedis(client: Redis, { run, queues, leaseSeconds }: CountedRun): Promise<QueueCounts> {
  const count = { waiting: 0, running: 0, done: 0, failed: 0 };
  const failedByPhase: Record<string, number> = {};
  let [oldest, retries] = [Infinity, 0];
  for (const queue of queues) {
    const found = await queue.getJobCounts("wait", "delayed", "active", "completed", "failed");
    for (const [state, types] of Object.entries(STATES))
      count[state as EvaluationState] += types.reduce((sum, type) => sum + (found[type] ?? 0), 0);
    retries += found["delayed"] ?? 0;
    for (const job of (await queue.getFailed(0, MOST_FAILED - 1)) as (Job<BullData> | undefined)[]) {
      if (job === undefined) continue;
      const { phase = "run" } = failureOf(job);
      failedByPhase[phase] = (failedByPhase[phase] ?? 0) + 1;
    }
    for (const job of (await queue.getJobs(["wait", "delayed"], 0, 0, true)) as (Job<BullData> | undefined)[])
      oldest = Math.min(oldest, job?.timestamp ?? Infinity);
  }
  const jobs = await client.scard(runKey(run, "jobs"));
  const evaluations = count.waiting + count.running + count.done + count.failed;
  return {
    ...count,
    jobs,
    cacheHits: Math.max(0, jobs - evaluations),
    failedByPhase,
    retries,
    oldestSeconds: oldest === Infinity ? null : Math.max(0, (Date.now() - oldest) / 1000),
    evaluators: await evaluatorsIn(client, 1000 * leaseSeconds),
  };
}

async function evaluatorsIn(client: Redis, leaseMs: number): Promise<EvaluatorRow[]> {
  const rows: EvaluatorRow[] = [];
  let cursor = "0";
  do {
    const [next, keys] = await client.scan(cursor, "MATCH", `${EVALUATORS}*`, "COUNT", 1000);
    for (const key of keys) {
      const [text, left] = await Promise.all([client.get(key), client.pttl(key)]);
      const { value } = foreignJson(text ?? "");
      if (EVALUATOR(value) !== null) continue;
      rows.push({ ...(value as Omit<EvaluatorRow, "alive">), alive: left >= (FORGOTTEN - 1) * leaseMs });
    }
    cursor = next;
  } while (cursor !== "0" && rows.length < MOST_EVALUATORS);
  return rows;
}

/** The newest first. */
export async function listInRedis(
  client: Redis,
  run: string,
  queues: readonly Queue<BullData>[],
  { state, limit }: QueueQuery,
): Promise<QueuedRow[]> {
  const states = state === undefined ? (["waiting", "running", "done", "failed"] as const) : [state];
  const found: { readonly job: Job<BullData>; readonly state: EvaluationState }[] = [];
  for (const queue of queues) {
    for (const one of states) {
      const jobs = (await queue.getJobs([...STATES[one]], 0, Math.max(0, limit - 1))) as (Job<BullData> | undefined)[];
      // One that was removed in between is told as none.
      found.push(...jobs.flatMap((job) => (job === undefined ? [] : [{ job, state: one }])));
    }
  }
  const newest = found.sort((a, b) => b.job.timestamp - a.job.timestamp).slice(0, limit);
  return Promise.all(
    newest.map(async ({ job, state: of }) => {
      const asked = await client.hget(runKey(run, "counts"), job.id!);
      const log = await client.lindex(`${PREFIX}:${job.queueName}:${job.id!}:logs`, -1);
      return rowOf(job, of, { jobs: Number(asked ?? 0), logBytes: Buffer.byteLength(log ?? "") });
    }),
  );
}

function rowOf(
  job: Job<BullData>,
  state: EvaluationState,
  { jobs, logBytes }: { readonly jobs: number; readonly logBytes: number },
): QueuedRow {
  const returned: unknown = job.returnvalue;
  const outcome = state === "done" ? readable(() => readOutcome(JSON.stringify(returned))) : null;
  const failure = outcome === null ? failureOf(job) : null;
  const verdict = state === "failed" ? "unverifiable" : (outcome?.verdict.kind ?? null);
  const said = outcome !== null && "reason" in outcome.verdict ? outcome.verdict.reason : failure?.reason;
  return {
    id: numberOf(job.id!),
    state,
    place: readable(() => readPlace(job.data)),
    jobs,
    attempts: Math.max(0, job.attemptsMade - (state === "done" ? 1 : 0)),
    verdict,
    reason: (said ?? "").slice(0, SHOWN_REASON),
    phase: failure?.phase ?? null,
    seconds: outcome?.seconds ?? {},
    logBytes,
  };
}

/** What others put there hides nothing else. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return null;
  }
}

function failureOf({ failedReason, attemptsMade, finishedOn }: Job<BullData>): FailedTry {
  const isOver = typeof finishedOn === "number";
  return readFailure(failedReason ?? "", isOver ? attemptsMade : 0, MOST_LOSSES);
}

/** The end of what a check wrote; null where there is no such evaluation. */
export async function logInRedis(client: Redis, run: string, id: number): Promise<string | null> {
  const found = await numbered(client, run, id);
  return found === null ? null : ((await client.lindex(`${PREFIX}:${found.name}:${found.key}:logs`, -1)) ?? "");
}

/** The queue and the key of an evaluation by its number; null where there is none. */
export async function numbered(
  client: Redis,
  run: string,
  id: number,
): Promise<{ readonly name: string; readonly key: string } | null> {
  const [name, key] = ((await client.hget(runKey(run, "numbers"), String(id))) ?? "").split(" ");
  return name === undefined || key === undefined ? null : { name, key };
}
