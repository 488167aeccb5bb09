import type { Job, JobsOptions, Queue } from "bullmq";
import { RunError } from "../../../errors.ts";
import type { BundledExecution } from "../../../records/execution.ts";
import type {
  ClaimName,
  EndedEvaluation,
  EvaluationJob,
  EvaluationOutcome,
  EvaluationQueue,
  EvaluatorCard,
  EvaluatorSide,
  QueueCounts,
  QueuedRow,
  QueueQuery,
  RerunChoice,
  WorkClaim,
} from "../evaluation-queue.ts";
import { BUNDLE_NEED, TaskBundles } from "../bundled-work.ts";
import { MOST_WORK_BYTES } from "../queue-rows.ts";
import { MOST_LOSSES, QUEUE_RULES, type QueueRules } from "../queue-rules.ts";
import { BullEvaluator, whetherOwn } from "./bull-evaluator.ts";
import {
  contentName,
  failedEvaluation,
  numberOf,
  PREFIX,
  queueName,
  QUEUES,
  readFailure,
  readOutcome,
  readQueueOf,
  runKey,
  type BullData,
} from "./bull-records.ts";
import { countsInRedis, listInRedis, logInRedis, numbered } from "./bull-view.ts";
import type { RedisAddress } from "./redis-address.ts";
import { connectRedis, type RedisConnection } from "./redis-client.ts";

/** Seconds for which verdicts are kept, and what was asked for. */
const KEPT = 7 * 24 * 3600;
/** Seconds after which nothing is left of a queue that was forgotten. */
const GONE = 60;
/** BullMQ tells of everything in a stream that nobody here reads. */
const MOST_EVENTS = 100;
/** Jobs that are sent at once. */
const AT_ONCE = 500;

/**
 * The queue of a run on BullMQ, in a Redis or Valkey that evaluators of any machine can ask.
 *
 * @param run names the run among all that use this Redis: letters, digits, `-` and `_`
 * @throws OptionError where it isn't a Redis that a queue can be in; RunError where nothing answers
 */
export async function openBullQueue(address: RedisAddress, run: string, options: QueueRules = {}): Promise<BullQueue> {
  return new BullQueue(await connectRedis(address), run, options);
}

/**
 * The evaluator's side of a run's queue in a Redis, or of all runs' where none is named.
 *
 * @throws as `openBullQueue` does
 */
export async function openBullEvaluator(
  address: RedisAddress,
  run?: string,
  leaseSeconds: number = QUEUE_RULES.leaseSeconds,
): Promise<EvaluatorSide> {
  return new BullEvaluator(await connectRedis(address), leaseSeconds, run);
}

/** Made by `openBullQueue`. Every method throws RunError where Redis is away; nothing is lost by asking again. */
export class BullQueue implements EvaluationQueue {
  readonly leaseSeconds: number;
  private readonly side: BullEvaluator;
  private readonly queues = new Map<string, Queue<BullData>>();
  /** What was asked for and hasn't ended: enqueued again where Redis has lost it. */
  private readonly asked = new Map<string, EvaluationJob>();
  private readonly jobOptions: JobsOptions;
  private readonly bundles = new TaskBundles();

  constructor(
    private readonly connection: RedisConnection,
    private readonly run: string,
    rules: QueueRules,
  ) {
    const { leaseSeconds, attempts, firstWait } = { ...QUEUE_RULES, ...rules };
    this.leaseSeconds = leaseSeconds;
    this.side = new BullEvaluator(connection, leaseSeconds, run);
    this.jobOptions = {
      attempts,
      backoff: { type: "exponential", delay: 1000 * firstWait, jitter: 0.5 },
      removeOnComplete: { age: KEPT },
      removeOnFail: { age: KEPT },
      stackTraceLimit: 0,
      keepLogs: 1,
    };
  }

  async enqueue(given: readonly EvaluationJob[]): Promise<void> {
    const jobs = await this.bundled(given);
    for (const job of jobs) this.asked.set(job.key, job);
    for (let start = 0; start < jobs.length; start += AT_ONCE) await this.send(jobs.slice(start, start + AT_ONCE));
  }

  results(keys: readonly string[]): Promise<readonly EndedEvaluation[]> {
    return this.side.asked(async () => {
      const names = await this.namesOf(keys);
      const ended: EndedEvaluation[] = [];
      const lost: EvaluationJob[] = [];
      const pipeline = this.connection.client.pipeline();
      const places = keys.flatMap((key) => (names.get(key) ?? []).map((name) => ({ key, name })));
      for (const { key, name } of places)
        pipeline.hmget(`${PREFIX}:${name}:${key}`, "timestamp", "finishedOn", "returnvalue", "failedReason", "atm");
      for (const [i, [error, row]] of ((await pipeline.exec()) ?? []).entries()) {
        if (error !== null) throw error;
        const { key } = places[i]!;
        const [made, finished, returned, failed, tries] = row as (string | null)[];
        const job = this.asked.get(key);
        if (made === null && job !== undefined) lost.push(job);
        if (made === null || finished === null) continue;
        const { verdict } = returned === null ? failedOf(key, failed, tries) : readOutcome(returned!);
        ended.push({ key, verdict, failed: returned === null });
        this.asked.delete(key);
      }
      // Redis was emptied, or lost its last second.
      if (lost.length > 0) await this.enqueue(lost);
      return ended;
    });
  }

  content(sha256: string): Promise<Uint8Array | null> {
    return this.side.content(sha256);
  }

  claim(evaluator: EvaluatorCard, most: number): Promise<readonly WorkClaim[]> {
    return this.side.claim(evaluator, most);
  }

  heartbeat(evaluator: EvaluatorCard, claims: readonly ClaimName[]): Promise<readonly ClaimName[]> {
    return this.side.heartbeat(evaluator, claims);
  }

  finish(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    return this.side.finish(evaluator, claim, outcome);
  }

  fail(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    return this.side.fail(evaluator, claim, outcome);
  }

  leave(evaluator: EvaluatorCard): Promise<void> {
    return this.side.leave(evaluator);
  }

  async bury(evaluatorId: string): Promise<void> {
    try {
      await this.side.asked(async () => {
        for (const queue of await this.all()) {
          const active = await queue.getActive(0, -1);
          for (const job of active) await this.takeFrom(evaluatorId, queue, job);
        }
      });
    } catch (error) {
      // Redis is away: the dead one's locks end by themselves.
      if (!(error instanceof RunError)) throw error;
    }
  }

  rerun(which: RerunChoice): Promise<number> {
    return this.side.asked(async () => {
      if ("id" in which) return this.rerunNumber(which.id);
      let count = 0;
      for (const queue of await this.all()) {
        const jobs =
          "keys" in which
            ? await Promise.all(which.keys.map((key) => this.failedJob(queue, key)))
            : await queue.getJobs(["failed"]);
        for (const job of jobs) if (job !== undefined && (await this.again(queue, job, "failed"))) count++;
      }
      return count;
    });
  }

  counts(): Promise<QueueCounts> {
    return this.side.asked(async () =>
      countsInRedis(this.connection.client, {
        run: this.run,
        queues: await this.all(),
        leaseSeconds: this.leaseSeconds,
      }),
    );
  }

  list(query: QueueQuery): Promise<readonly QueuedRow[]> {
    return this.side.asked(async () => listInRedis(this.connection.client, this.run, await this.all(), query));
  }

  log(id: number): Promise<string | null> {
    return this.side.asked(async () => logInRedis(this.connection.client, this.run, id));
  }

  /** All of this run's goes: nobody will ask for it again. */
  async forget(): Promise<void> {
    try {
      await this.side.asked(async () => {
        const { client } = this.connection;
        for (const queue of await this.all()) {
          await client.hdel(QUEUES, queue.name);
          await queue.obliterate({ force: true });
          // An evaluator that looks for lost claims once more would make it anew, and for good.
          const meta = `${PREFIX}:${queue.name}:meta`;
          await client.multi().hset(meta, "opts.maxLenEvents", MOST_EVENTS).expire(meta, GONE).exec();
        }
        await client.del(...(["jobs", "counts", "numbers"] as const).map((what) => runKey(this.run, what)));
      });
    } catch (error) {
      // Redis is away, and what is left there costs nothing but room.
      if (!(error instanceof RunError)) throw error;
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.queues.values()].map((queue) => queue.close()));
    await this.side.close();
    this.bundles.close();
  }

  /** Repository tasks go in one piece, once each: no other machine has their folders. */
  private async bundled(jobs: readonly EvaluationJob[]): Promise<readonly EvaluationJob[]> {
    const sent: EvaluationJob[] = [];
    const hashes = new Set<string>();
    for (const job of jobs) {
      const work = await this.bundles.bundled(job.work);
      const isBundle = work.kind === "execution" && work.execution.kind === "bundle";
      if (isBundle) hashes.add((work.execution as BundledExecution).sha256);
      sent.push(isBundle ? { ...job, work, needs: BUNDLE_NEED } : job);
    }
    for (const hash of hashes) await this.sendContent(hash);
    return sent;
  }

  /** Where it is there already, it is kept for as long again. */
  private async sendContent(sha256: string): Promise<void> {
    const { client } = this.connection;
    const isThere = await this.side.asked(() => client.expire(contentName(sha256), KEPT));
    if (isThere === 1) return;
    const bytes = await this.bundles.bytes(sha256);
    if (bytes !== null) await this.side.asked(() => client.set(contentName(sha256), Buffer.from(bytes), "EX", KEPT));
  }

  private send(jobs: readonly EvaluationJob[]): Promise<void> {
    return this.side.asked(async () => {
      const { client } = this.connection;
      const allNeeds = [...new Set(jobs.map(({ needs }) => needs))];
      const members = jobs.map(({ place, key }) =>
        JSON.stringify([place.batch, place.problem, place.sample, place.run, key]),
      );
      const were = await client.smismember(runKey(this.run, "jobs"), ...members);
      for (const needs of allNeeds) {
        const queue = this.queue(needs);
        await this.register(queue.name, needs);
        const some = jobs.filter((job) => job.needs === needs);
        // The first that asks for it is shown.
        const each = some.filter(({ key }, i) => some.findIndex((other) => other.key === key) === i);
        await queue.addBulk(each.map((job) => ({ name: "evaluation", data: dataOf(job), opts: this.optionsOf(job) })));
        const numbers = each.flatMap(({ key }) => [String(numberOf(key)), `${queue.name} ${key}`]);
        await client.hset(runKey(this.run, "numbers"), ...numbers);
      }
      for (const [i, { key, needs }] of jobs.entries()) {
        if (were[i] === 1) continue;
        // A failure says nothing of an answer: another one that asks for it has it tried again.
        const job = await this.failedJob(this.queue(needs), key);
        if (job !== undefined) await this.again(this.queue(needs), job, "failed");
      }
      const pipeline = client.pipeline();
      const [jobsKey, countsKey] = [runKey(this.run, "jobs"), runKey(this.run, "counts")];
      const fresh = new Map(members.flatMap((member, i) => (were[i] === 1 ? [] : [[member, jobs[i]!.key] as const])));
      for (const [member, key] of fresh) pipeline.sadd(jobsKey, member).hincrby(countsKey, key, 1);
      for (const key of [jobsKey, countsKey, runKey(this.run, "numbers")]) pipeline.expire(key, KEPT);
      for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
    });
  }

  /** Evaluators find the queue by its name; told each time, as Redis may have been emptied. */
  private async register(name: string, needs: string): Promise<void> {
    await this.connection.client
      .multi()
      .hset(QUEUES, name, JSON.stringify({ run: this.run, needs }))
      .hset(`${PREFIX}:${name}:meta`, "opts.maxLenEvents", MOST_EVENTS)
      .exec();
  }

  private optionsOf({ key }: EvaluationJob): JobsOptions {
    return { ...this.jobOptions, jobId: key };
  }

  private queue(needs: string): Queue<BullData> {
    return this.named(queueName({ run: this.run, needs }));
  }

  private named(name: string): Queue<BullData> {
    let queue = this.queues.get(name);
    if (queue === undefined) {
      const { client, bullmq } = this.connection;
      // What it would write when it opens is written with what is enqueued: who only looks changes nothing.
      queue = new bullmq.Queue<BullData>(name, { connection: client, prefix: PREFIX, skipMetasUpdate: true });
      // Whoever asks is told what fails.
      queue.on("error", () => undefined);
      this.queues.set(name, queue);
    }
    return queue;
  }

  /** All of this run's, those of an earlier process too. */
  private async all(): Promise<readonly Queue<BullData>[]> {
    const found = await this.connection.client.hgetall(QUEUES);
    const names = Object.keys(found).filter((name) => readQueueOf(found[name]!)?.run === this.run);
    return names.map((name) => this.named(name));
  }

  private async namesOf(keys: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
    const others = keys.every((key) => this.asked.has(key)) ? [] : (await this.all()).map(({ name }) => name);
    return new Map(
      keys.map((key) => {
        const job = this.asked.get(key);
        return [key, job === undefined ? others : [queueName({ run: this.run, needs: job.needs })]];
      }),
    );
  }

  private async failedJob(queue: Queue<BullData>, key: string): Promise<Job<BullData> | undefined> {
    const [finished, failed] = await this.connection.client.hmget(
      `${PREFIX}:${queue.name}:${key}`,
      "finishedOn",
      "failedReason",
    );
    return finished === null || failed === null ? undefined : queue.getJob(key);
  }

  private async again(queue: Queue<BullData>, job: Job<BullData>, state: "failed" | "completed"): Promise<boolean> {
    const isThere = await whetherOwn(() => job.retry(state, { resetAttemptsMade: true, resetAttemptsStarted: true }));
    const key = `${PREFIX}:${queue.name}:${job.id!}`;
    if (isThere) await this.connection.client.multi().hdel(key, "stc", "defa").del(`${key}:logs`).exec();
    return isThere;
  }

  /** One that failed or is done. */
  private async rerunNumber(id: number): Promise<number> {
    const found = await numbered(this.connection.client, this.run, id);
    if (found === null) return 0;
    const queue = (await this.all()).find(({ name }) => name === found.name);
    const job = await queue?.getJob(found.key);
    if (queue === undefined || job === undefined) return 0;
    const state = await job.getState();
    if (state !== "failed" && state !== "completed") return 0;
    return (await this.again(queue, job, state)) ? 1 : 0;
  }

  private async takeFrom(evaluatorId: string, queue: Queue<BullData>, job: Job<BullData>): Promise<void> {
    const key = `${PREFIX}:${queue.name}:${job.id!}`;
    const token = await this.connection.client.get(`${key}:lock`);
    if (token?.startsWith(`${evaluatorId} `) !== true) return;
    if (await whetherOwn(() => job.moveToWait(token)))
      await this.connection.client.eval(COUNT_LOSS, 1, key, MOST_LOSSES);
  }
}

/** As BullMQ counts claims that nobody keeps. */
const COUNT_LOSS = `
if redis.call("EXISTS", KEYS[1]) == 0 then return 0 end
local losses = redis.call("HINCRBY", KEYS[1], "stc", 1)
if losses >= tonumber(ARGV[1]) then redis.call("HSET", KEYS[1], "defa", "job stalled more than allowable limit") end
return losses`;

function dataOf({ work, place }: EvaluationJob): BullData {
  const json = JSON.stringify(work);
  if (json.length > MOST_WORK_BYTES)
    throw new RunError(`Expected an answer of at most ${MOST_WORK_BYTES} characters, got ${json.length}; shorten it.`);
  return { work: json, place: JSON.stringify(place) };
}

function failedOf(key: string, reason: string | null | undefined, tries: string | null | undefined): EndedEvaluation {
  return failedEvaluation(key, readFailure(reason ?? "", Number(tries ?? 0), MOST_LOSSES));
}
