import type { Job, Worker } from "bullmq";
import { RunError } from "../../../errors.ts";
import { MOST_BUNDLE } from "../../../sandbox/repository/task-bundle.ts";
import type { ClaimName, EvaluationOutcome, EvaluatorCard, EvaluatorSide, WorkClaim } from "../evaluation-queue.ts";
import { logTail } from "../queue-rows.ts";
import { FORGOTTEN, MOST_LOSSES } from "../queue-rules.ts";
import {
  contentName,
  EVALUATORS,
  failureJson,
  numberOf,
  outcomeJson,
  PREFIX,
  QUEUES,
  readQueueOf,
  readWork,
  type BullData,
} from "./bull-records.ts";
import { askedInTime, type RedisConnection } from "../../../host/redis/redis-client.ts";

/** Milliseconds between two looks at which queues there are. */
const LOOK = 500;
/** BullMQ's looks for claims without an owner, within a lease; the second one that finds one takes it. */
const CHECKS = 4;
/** What BullMQ's scripts answer where a claim is no longer one's own: no job, no lock, not active, another's lock. */
const NOT_OWN: readonly unknown[] = [-1, -2, -3, -6];

interface HeldJob {
  readonly job: Job<BullData>;
  readonly token: string;
  readonly take: number;
}

/** The evaluator's side of the queues in one Redis: of one run, or of all that there are. */
export class BullEvaluator implements EvaluatorSide {
  private readonly workers = new Map<string, Worker<BullData>>();
  private readonly held = new Map<number, HeldJob>();
  private queues: readonly string[] = [];
  private nextLook = -Infinity;
  private takes = 0;
  private turn = 0;
  private judged = 0;

  constructor(
    private readonly connection: RedisConnection,
    readonly leaseSeconds: number,
    private readonly run?: string,
  ) {}

  claim(evaluator: EvaluatorCard, most: number): Promise<readonly WorkClaim[]> {
    return this.asked(async () => {
      const names = await this.look(evaluator.has);
      const claims: WorkClaim[] = [];
      // Runs take turns, so that a long one doesn't hold up the others.
      for (let empty = 0; claims.length < most && empty < names.length; this.turn++) {
        const claim = await this.next(evaluator, names[this.turn % names.length]!);
        if (claim === null) empty++;
        else {
          empty = 0;
          if (claim !== "ended") claims.push(claim);
        }
      }
      return claims;
    });
  }

  heartbeat({ id, name }: EvaluatorCard, claims: readonly ClaimName[]): Promise<readonly ClaimName[]> {
    return this.asked(async () => {
      const row = JSON.stringify({ name, judged: this.judged, running: this.held.size });
      await this.connection.client.set(`${EVALUATORS}${id}`, row, "PX", FORGOTTEN * this.leaseMs);
      const kept = await Promise.all(
        claims.map(async (claim) => {
          const held = this.own(claim);
          return held !== undefined && (await held.job.extendLock(held.token, this.leaseMs)) > 0;
        }),
      );
      claims.forEach(({ id: number }, i) => (kept[i]! ? undefined : this.held.delete(number)));
      return claims.filter((_claim, i) => kept[i]!);
    });
  }

  async finish(_evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    const isOwn = await this.end(claim, outcome, (job, token) =>
      job.moveToCompleted(outcomeJson(outcome), token, false),
    );
    if (isOwn) this.judged++;
    return isOwn;
  }

  fail(_evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    return this.end(claim, outcome, (job, token) => job.moveToFailed(new Error(failureJson(outcome)), token, false));
  }

  content(sha256: string): Promise<Uint8Array | null> {
    return this.asked(async () => {
      const { client } = this.connection;
      const name = contentName(sha256);
      return (await client.strlen(name)) > MOST_BUNDLE ? null : client.getBuffer(name);
    });
  }

  leave({ id }: EvaluatorCard): Promise<void> {
    return this.asked(async () => {
      const held = [...this.held.values()];
      this.held.clear();
      await Promise.all(held.map(({ job, token }) => whetherOwn(() => job.moveToWait(token))));
      await this.connection.client.del(`${EVALUATORS}${id}`);
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.close(true)));
    this.connection.client.disconnect();
  }

  /** What is asked, with its errors as ours. @throws RunError where there is no answer */
  asked<T>(ask: () => Promise<T>): Promise<T> {
    return askedInTime(this.connection.shown, ask);
  }

  private get leaseMs(): number {
    return 1000 * this.leaseSeconds;
  }

  /** The queues that hold what this evaluator can judge. */
  private async look(has: readonly string[]): Promise<readonly string[]> {
    if (performance.now() < this.nextLook) return this.queues;
    const found = await this.connection.client.hgetall(QUEUES);
    this.queues = Object.keys(found)
      .filter((name) => {
        const of = readQueueOf(found[name]!);
        // What others put there is none of ours.
        return of !== null && has.includes(of.needs) && (this.run === undefined || of.run === this.run);
      })
      .sort();
    this.nextLook = performance.now() + LOOK;
    const gone = [...this.workers].filter(([name]) => found[name] === undefined);
    for (const [name, worker] of gone) {
      this.workers.delete(name);
      void worker.close(true);
    }
    return this.queues;
  }

  private async next(evaluator: EvaluatorCard, name: string): Promise<WorkClaim | "ended" | null> {
    const take = ++this.takes;
    const token = `${evaluator.id} ${take}`;
    const job = (await this.worker(name).getNextJob(token, { block: false })) as Job<BullData> | undefined;
    if (job === undefined) return null;
    // It killed too many: BullMQ says so to whoever takes it next.
    if (job.deferredFailure !== undefined) return this.refuse(job, token, job.deferredFailure);
    try {
      const work = readWork(job.data);
      const id = numberOf(job.id!);
      this.held.set(id, { job, token, take });
      return { id, take, work };
    } catch (error) {
      if (!(error instanceof RunError)) throw error;
      const reason = failureJson({ verdict: { kind: "unverifiable", reason: error.message }, failed: true });
      return this.refuse(job, token, reason);
    }
  }

  /** Ends a job without another try. */
  private async refuse(job: Job<BullData>, token: string, reason: string): Promise<"ended"> {
    await whetherOwn(() => job.moveToFailed(new this.connection.bullmq.UnrecoverableError(reason), token, false));
    return "ended";
  }

  private worker(name: string): Worker<BullData> {
    let worker = this.workers.get(name);
    if (worker === undefined) {
      const { client, bullmq } = this.connection;
      worker = new bullmq.Worker<BullData>(name, null, {
        connection: client,
        prefix: PREFIX,
        autorun: false,
        lockDuration: this.leaseMs,
        stalledInterval: this.leaseMs / CHECKS,
        maxStalledCount: MOST_LOSSES - 1,
      });
      // Whoever asks is told what fails; a look that fails is made again.
      worker.on("error", () => undefined);
      void worker.startStalledCheckTimer();
      this.workers.set(name, worker);
    }
    return worker;
  }

  private own({ id, take }: ClaimName): HeldJob | undefined {
    const held = this.held.get(id);
    return held?.take === take ? held : undefined;
  }

  /** The end of a claim, with its log. */
  private end(
    claim: ClaimName,
    { log }: EvaluationOutcome,
    move: (job: Job<BullData>, token: string) => Promise<unknown>,
  ): Promise<boolean> {
    return this.asked(async () => {
      const held = this.own(claim);
      if (held === undefined) return false;
      const { job, token } = held;
      const isOwn = await whetherOwn(async () => {
        await move(job, token);
        if (log !== undefined && log !== "") await job.log(logTail(log));
      });
      this.held.delete(claim.id);
      return isOwn;
    });
  }
}

/** @returns false where the claim has become another's, or what was claimed is gone */
export async function whetherOwn(move: () => Promise<unknown>): Promise<boolean> {
  try {
    await move();
    return true;
  } catch (error) {
    if (NOT_OWN.includes((error as { readonly code?: unknown }).code)) return false;
    throw error;
  }
}
