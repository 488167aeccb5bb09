import { foreignJson } from "../../text/foreign-json.ts";
import { setTimeout as sleep } from "node:timers/promises";
import type { Queue } from "bullmq";
import { OptionError } from "../../errors.ts";
import {
  askedInTime,
  connectRedis,
  RedisAway,
  redisError,
  type RedisConnection,
} from "../../host/redis/redis-client.ts";
import type { RedisAddress } from "../../host/redis/redis-address.ts";
import { PREFIX } from "../../judging/queue/redis/bull-records.ts";
import { untilAnswered } from "../../judging/queue/until-answered.ts";
import { chunked } from "../../numbers/chunked.ts";
import { writeCard, type ModelCard } from "./model-card.ts";
import { Presence, PRESENT_SECONDS, secondLearner } from "./presence.ts";
import { longestResult } from "./sampler-result.ts";
import type { SamplerJob } from "./sampler-job.ts";
import { samplerQueue, type SamplerData } from "./sampler-queue.ts";
import { WeightStore } from "./weight-store.ts";

/** How a learner asks samplers. */
export interface SamplerFrontSettings {
  readonly address: RedisAddress;
  /** Names the run among all that use this Redis. */
  readonly run: string;
  readonly card: ModelCard;
  /** Minutes for which a Redis that is down, or samplers that don't come, are waited for. */
  readonly patience: number;
  /** Ends waits. */
  readonly signal?: AbortSignal | undefined;
  readonly onNote: (text: string) => void;
}

/** A job as it was asked, by its name. */
export interface AskedJob {
  readonly id: string;
  readonly text: string;
  readonly job: SamplerJob;
}

/** What is known of a job that was asked. */
export type JobState =
  | { readonly kind: "waiting" | "running" | "lost" }
  | { readonly kind: "done"; readonly text: string }
  | { readonly kind: "failed"; readonly reason: string };

/** Seconds for which a result waits that nobody takes. */
const KEPT = 3600;
const AT_ONCE = 500;
const MEGABYTE = 2 ** 20;
/** Bytes for jobs and results, beside the weights. */
const ROOM = 16 * MEGABYTE;

/** The learner's side: jobs into the queue of its run, and what became of them. Asks Redis until it answers. */
export class SamplerFront {
  readonly weights: WeightStore;
  readonly shown: string;
  private readonly presence: Presence;
  private readonly queue: Queue<SamplerData>;
  private beat: ReturnType<typeof setInterval> | undefined;
  /** Whether the run is this process's. */
  private isOurs = false;
  private taken = false;
  private closed = false;
  /** Reading goes on where writing is refused. */
  private isFull = false;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly settings: SamplerFrontSettings,
  ) {
    const { client, bullmq, shown } = connection;
    const { run, card } = settings;
    this.shown = shown;
    this.weights = new WeightStore(client, run);
    this.presence = new Presence(client, run, writeCard(card));
    const streams = { events: { maxLen: 100 } };
    this.queue = new bullmq.Queue<SamplerData>(samplerQueue(run), { connection: client, prefix: PREFIX, streams });
    // Whoever asks is told what fails.
    this.queue.on("error", () => undefined);
  }

  /**
   * @param room bytes of weights that will be in Redis
   * @throws OptionError where it isn't a Redis that jobs can be in, has no room, or where the run has a learner;
   *   RunError where nothing answers
   */
  static async open(settings: SamplerFrontSettings, room: number): Promise<SamplerFront> {
    const connection = await connectRedis(settings.address);
    const front = new SamplerFront(connection, settings);
    try {
      checkRoom(await connection.client.info("memory"), room + ROOM, connection.shown);
      // A learner that was killed is thought to be there for a while.
      const until = performance.now() + 1000 * (PRESENT_SECONDS + 1);
      while (!(await front.presence.say())) {
        if (performance.now() > until) throw secondLearner(settings.run, connection.shown);
        await sleep(250, undefined, settings.signal === undefined ? {} : { signal: settings.signal });
      }
      front.isOurs = true;
      front.beat = setInterval(() => front.say(), (1000 * PRESENT_SECONDS) / 4).unref();
      return front;
    } catch (error) {
      await front.close();
      settings.signal?.throwIfAborted();
      throw redisError(error, connection.shown);
    }
  }

  /** @throws as `asked`; OptionError where another learner has taken the run */
  async add(jobs: readonly AskedJob[]): Promise<void> {
    for (const some of chunked(jobs, AT_ONCE)) {
      await this.asked(() =>
        this.queue.addBulk(
          some.map(({ id, text }) => ({
            name: "sampling",
            data: { job: text },
            opts: { jobId: id, removeOnComplete: { age: KEPT }, removeOnFail: { age: KEPT }, stackTraceLimit: 0 },
          })),
        ),
      );
    }
  }

  /** What became of jobs, in their order. A result that is longer than its job allows is as if it had failed. */
  async look(jobs: readonly AskedJob[]): Promise<JobState[]> {
    return this.asked(async () => {
      const { client } = this.connection;
      const key = ({ id }: AskedJob): string => `${PREFIX}:${this.queue.name}:${id}`;
      const pipeline = client.pipeline();
      for (const job of jobs) {
        pipeline.hmget(key(job), "timestamp", "finishedOn", "failedReason");
        pipeline.hstrlen(key(job), "returnvalue").exists(`${key(job)}:lock`);
      }
      const answers = chunked(answersOf(await pipeline.exec()), 3);
      const states: JobState[] = [];
      for (const [i, [row, length, locked]] of answers.entries()) {
        const job = jobs[i]!;
        const [made, finished, reason] = row as (string | null)[];
        if (made === null) states.push({ kind: "lost" });
        else if (finished === null) states.push({ kind: locked === 1 ? "running" : "waiting" });
        else if (typeof reason === "string") states.push({ kind: "failed", reason });
        else if ((length as number) > 2 * longestResult(job.job)) states.push({ kind: "failed", reason: "too long" });
        else {
          const text = await client.hget(key(job), "returnvalue");
          states.push(text === null ? { kind: "lost" } : { kind: "done", text: unquoted(text) });
        }
      }
      return states;
    });
  }

  /** What isn't wanted any more goes; what a sampler is at stays until it has ended. */
  async remove(jobs: readonly AskedJob[]): Promise<void> {
    for (const some of chunked(jobs, AT_ONCE))
      await this.asked(() => Promise.all(some.map(({ id }) => this.queue.remove(id))));
  }

  /**
   * An answer of Redis, asked again while it is away.
   *
   * @param bytes that are sent, which takes its time
   * @throws RunError where it is away for longer than the patience; OptionError where it has no memory left, or another
   *   learner has taken the run; what the signal was aborted with
   */
  async asked<T>(ask: () => Promise<T>, bytes: number = 0): Promise<T> {
    const { patience, signal, onNote, run } = this.settings;
    try {
      return await untilAnswered(() => this.askedOnce(ask, bytes), {
        taskName: run,
        patienceMinutes: patience,
        signal,
        onPause: ({ reason, waitSeconds }) => onNote(`${reason} Asked again in ${waitSeconds.toFixed(1)} s.`),
      });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
  }

  /** Its jobs and weights go with it, unless another policy of this process goes on. */
  async close(): Promise<void> {
    clearInterval(this.beat);
    this.closed = true;
    try {
      await askedInTime(this.shown, () => this.leave());
    } catch (error) {
      // Redis is away: what is left there ends by itself.
      if (!(error instanceof RedisAway)) throw error;
    } finally {
      await this.queue.close();
      this.connection.client.disconnect();
    }
  }

  private async askedOnce<T>(ask: () => Promise<T>, bytes: number): Promise<T> {
    // Whoever still waits for an answer waits no longer.
    if (this.closed) throw new Error("the run has ended");
    if (this.taken) throw secondLearner(this.settings.run, this.shown);
    if (this.isFull) throw this.full();
    try {
      return await askedInTime(this.shown, ask, bytes);
    } catch (error) {
      throw isOutOfMemory(error) ? this.full() : error;
    }
  }

  private async leave(): Promise<void> {
    const { queue, connection, weights, presence } = this;
    const isLast = await presence.leave();
    if (!isLast || !this.isOurs || this.taken) return;
    await weights.keepOnly([]);
    await queue.obliterate({ force: true });
    await connection.client.del(`${PREFIX}:${queue.name}:meta`);
  }

  private full(): OptionError {
    return new OptionError(
      `Expected room in the Redis at ${this.shown}, got none: its maxmemory is reached; give it more (\`redis-cli CONFIG SET maxmemory 0\`) and resume.`,
    );
  }

  private say(): void {
    this.presence.say().then(
      (isOurs) => (this.taken ||= !isOurs),
      // Where Redis is away, whoever asks is told.
      (error: unknown) => (this.isFull ||= isOutOfMemory(error)),
    );
  }
}

/** Told before the first step, and not at the first weights. */
function checkRoom(info: string, needed: number, shown: string): void {
  const said = (name: string): number => Number(new RegExp(`^${name}:(\\d+)`, "m").exec(info)?.[1] ?? 0);
  const most = said("maxmemory");
  const free = most - said("used_memory");
  if (most === 0 || free >= needed) return;
  const [wants, has] = [needed, Math.max(0, free)].map((bytes) => Math.ceil(bytes / MEGABYTE));
  throw new OptionError(
    `Expected ${wants} MB of room in the Redis at ${shown} for weights and jobs, got ${has} MB; give it more (\`redis-cli CONFIG SET maxmemory 0\`).`,
  );
}

function isOutOfMemory(error: unknown): boolean {
  return /\bOOM\b/.test((error as Error).message);
}

function answersOf(answers: readonly (readonly [Error | null, unknown])[] | null): unknown[] {
  return (answers ?? []).map(([error, answer]) => {
    if (error !== null) throw error;
    return answer;
  });
}

/** BullMQ keeps what a job gave as JSON; ours is a text. */
function unquoted(text: string): string {
  const { value } = foreignJson(text);
  return typeof value === "string" ? value : text;
}
