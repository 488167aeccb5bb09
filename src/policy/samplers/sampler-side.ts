import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { RunError } from "../../errors.ts";
import { askedInTime, redisError, type RedisConnection } from "../../host/redis/redis-client.ts";
import { newSecret } from "../../host/secrets.ts";
import { sha256Of } from "../../host/sha256.ts";
import { whetherOwn } from "../../judging/queue/redis/bull-evaluator.ts";
import { PREFIX } from "../../judging/queue/redis/bull-records.ts";
import { MOST_LOSSES } from "../../judging/queue/queue-rules.ts";
import { presentRuns, removeWithoutLearner, type PresentRun } from "./presence.ts";
import { MOST_JOB, readJob, type SamplerJob } from "./sampler-job.ts";
import { samplerQueue, type SamplerData } from "./sampler-queue.ts";

/** Seconds without a word from a sampler after which its job is another's. */
const LEASE = 8;
/** Words within a lease, and looks for jobs whose samplers are gone. */
const CHECKS = 4;
/** Milliseconds between two looks at which runs there are. */
const LOOK = 500;

/** What BullMQ's worker writes of a queue by itself. */
const OWN_KEYS = ["meta", "stalled-check"];

/** A job that this sampler has, until it has ended. */
export interface ClaimedJob extends PresentRun {
  readonly id: string;
  readonly job: SamplerJob;
  /** Aborted where the job has become another's. */
  readonly lost: AbortSignal;
  /** @returns false where the job has become another's, or nobody wants it any more */
  finish(result: string): Promise<boolean>;
  fail(reason: string): Promise<void>;
  /** It waits again. */
  release(): Promise<void>;
}

interface Held {
  readonly job: Job<SamplerData>;
  readonly token: string;
  readonly lost: AbortController;
}

/** The sampler's side: jobs of all runs whose learners are there. Every method throws RunError where Redis is away. */
export class SamplerSide {
  private readonly workers = new Map<string, Worker<SamplerData>>();
  private readonly held = new Set<Held>();
  private readonly beat: ReturnType<typeof setInterval>;
  private runs: readonly PresentRun[] = [];
  private nextLook = -Infinity;
  /** A mistake of ours, told by whatever is asked next. */
  private failure: { readonly error: unknown } | undefined;

  constructor(private readonly connection: RedisConnection) {
    const fail = (error: unknown): void => void (this.failure ??= { error });
    this.beat = setInterval(() => void this.keep().catch(fail), (1000 * LEASE) / CHECKS);
  }

  get client(): Redis {
    return this.connection.client;
  }

  /** The runs whose learners are there, by name. */
  present(): Promise<readonly PresentRun[]> {
    return this.asked(async () => {
      if (performance.now() < this.nextLook) return this.runs;
      const runs = await this.look();
      const names = runs.map(({ run }) => run);
      for (const [name, worker] of this.workers) {
        const isAtIt = [...this.held].some(({ job }) => job.queueName === samplerQueue(name));
        if (names.includes(name) || isAtIt) continue;
        this.workers.delete(name);
        await this.leave(name, worker);
      }
      return runs;
    });
  }

  /** A job of a run; null where nothing waits. What is no job is ended as such. */
  claim(from: PresentRun): Promise<ClaimedJob | null> {
    return this.asked(async () => {
      const token = newSecret();
      const job = (await this.worker(from.run).getNextJob(token, { block: false })) as Job<SamplerData> | undefined;
      if (job === undefined) return null;
      const held: Held = { job, token, lost: new AbortController() };
      const end = async (move: () => Promise<unknown>): Promise<boolean> => {
        const isOwn = await this.asked(() => whetherOwn(move));
        this.held.delete(held);
        return isOwn;
      };
      const fail = async (reason: string): Promise<void> => {
        const error = new this.connection.bullmq.UnrecoverableError(reason.slice(0, 1000));
        await end(() => job.moveToFailed(error, token, false));
      };
      const read = job.deferredFailure ?? whatIsAsked(job);
      if (typeof read === "string") {
        await fail(read);
        return null;
      }
      const { run, card } = await this.current(from, read);
      this.held.add(held);
      return {
        run,
        card,
        id: job.id!,
        job: read,
        lost: held.lost.signal,
        finish: (result) => end(() => job.moveToCompleted(result, token, false)),
        fail,
        release: async () => void (await end(() => job.moveToWait(token))),
      };
    });
  }

  /** @param bytes that are fetched, which takes its time */
  asked<T>(ask: () => Promise<T>, bytes?: number): Promise<T> {
    if (this.failure !== undefined) return Promise.reject(this.failure.error as Error);
    return askedInTime(this.connection.shown, ask, bytes);
  }

  async close(): Promise<void> {
    clearInterval(this.beat);
    try {
      await Promise.all([...this.workers].map(([run, worker]) => this.leave(run, worker)));
    } catch (error) {
      // Redis is away: what is left there is a few bytes.
      if (!(error instanceof RunError)) throw error;
    } finally {
      this.client.disconnect();
    }
  }

  /** Looking for jobs wrote keys of BullMQ's own; where the learner has gone meanwhile, nobody else removes them. */
  private async leave(run: string, worker: Worker<SamplerData>): Promise<void> {
    await worker.close(true);
    const keys = OWN_KEYS.map((name) => `${PREFIX}:${samplerQueue(run)}:${name}`);
    await askedInTime(this.connection.shown, () => removeWithoutLearner(this.client, run, keys));
  }

  private async look(): Promise<readonly PresentRun[]> {
    this.runs = await presentRuns(this.client);
    this.nextLook = performance.now() + LOOK;
    return this.runs;
  }

  /** A run as it is now, where a job is of another model than was last seen: its learner may have begun anew. */
  private async current(from: PresentRun, { modelSha256 }: SamplerJob): Promise<PresentRun> {
    if (sha256Of(from.card) === modelSha256) return from;
    return (await this.look()).find(({ run }) => run === from.run) ?? from;
  }

  /** Says of every job that it is being worked on. */
  private async keep(): Promise<void> {
    for (const held of this.held) {
      const { job, token, lost } = held;
      const kept = await job.extendLock(token, 1000 * LEASE).catch((error: unknown) => {
        // Redis is away: the job is lost, or not; whoever ends it is told.
        if (redisError(error, "") instanceof RunError) return null;
        throw error;
      });
      if (kept !== 0) continue;
      this.held.delete(held);
      lost.abort(new Error("another sampler has the job"));
    }
  }

  private worker(run: string): Worker<SamplerData> {
    let worker = this.workers.get(run);
    if (worker === undefined) {
      worker = new this.connection.bullmq.Worker<SamplerData>(samplerQueue(run), null, {
        connection: this.client,
        prefix: PREFIX,
        autorun: false,
        lockDuration: 1000 * LEASE,
        stalledInterval: (1000 * LEASE) / CHECKS,
        maxStalledCount: MOST_LOSSES - 1,
      });
      // Whoever asks is told what fails; a look that fails is made again.
      worker.on("error", () => undefined);
      void worker.startStalledCheckTimer();
      this.workers.set(run, worker);
    }
    return worker;
  }
}

/** The job behind a name, which is its hash; why not, where it isn't, or is no job. */
function whatIsAsked({ id, data }: Job<SamplerData>): SamplerJob | string {
  const text: unknown = data.job;
  if (typeof text !== "string" || text.length > MOST_JOB || sha256Of(text) !== id)
    return "Expected a job of sampling under its own hash, got another text; it is damaged.";
  try {
    return readJob(text);
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return error.message;
  }
}
