import { join } from "node:path";
import { RunError } from "../../errors.ts";
import { entryAt, makeOwnFolder } from "../../host/plain-files.ts";
import { retryDelay } from "../../host/retry-delay.ts";
import { randomKey, splitKey } from "../../random.ts";
import type { Verdict } from "../../records/verdict.ts";
import { checkOwnSchema, createTables, distrust } from "../../store/own-schema.ts";
import { decodeInteger } from "../../store/row-values.ts";
import { checkDatabaseFile, checkRunFiles, QUEUE_DATABASE } from "../../store/run-files.ts";
import { checkWhole } from "../../store/run-schema.ts";
import { openSqlite, type SqliteDatabase, type SqlValue } from "../../store/sqlite.ts";
import type {
  WorkClaim,
  ClaimName,
  EndedEvaluation,
  EvaluationJob,
  EvaluationOutcome,
  EvaluationQueue,
  QueuedRow,
  EvaluatorCard,
  QueueCounts,
  QueueQuery,
  RerunChoice,
} from "./evaluation-queue.ts";
import { isOpenHere, keptOpen } from "./kept-open.ts";
import { LeaseWatch } from "./lease-watch.ts";
import { MACHINE_CLOCK, type QueueClock } from "./queue-clock.ts";
import { CLAIMED, claimOf, ENDED, logTail, MOST_WORK_BYTES, resultOf, verdictJson } from "./queue-rows.ts";
import { FORGOTTEN, MOST_LOSSES, QUEUE_RULES, type QueueRules } from "./queue-rules.ts";
import { QUEUE_SCHEMA } from "./queue-schema.ts";
import { countsOf, listEvaluations, logOf, noQueue } from "./queue-view.ts";

export interface SqliteQueueOptions extends QueueRules {
  /** Makes a queue where there is none; where absent, that is an error. */
  readonly create?: boolean;
  /** Looks through the whole file for damage. */
  readonly check?: boolean;
  readonly clock?: QueueClock;
  readonly open?: typeof openSqlite;
}

/** The longest wait before a try, in milliseconds. */
const LONGEST_WAIT = 60_000;

/**
 * The queue in `evaluations.db` of a run's folder. Several processes may have it open at once, this one too.
 *
 * @throws RunError where there is none, it is damaged or somebody else's, or the folder can't be written
 */
export function openSqliteQueue(folder: string, options: SqliteQueueOptions = {}): SqliteQueue {
  if (options.create === true) makeOwnFolder(folder);
  checkRunFiles(folder);
  const path = join(folder, QUEUE_DATABASE);
  if (options.create !== true && (entryAt(path)?.size ?? 0) === 0) throw noQueue(folder);
  if (!isOpenHere(path)) checkDatabaseFile(path);
  const database = (options.open ?? openSqlite)(path);
  try {
    distrust(database);
    database.exec("PRAGMA synchronous = NORMAL");
    if (checkOwnSchema(database, path, QUEUE_SCHEMA) === "empty") {
      if (options.create !== true) throw noQueue(folder);
      createTables(database, QUEUE_SCHEMA);
    } else if (options.check === true) checkWhole(database, path);
  } catch (error) {
    database.close();
    throw error;
  }
  return new SqliteQueue(database, options, keptOpen(path));
}

/** Made by `openSqliteQueue`. Every method throws RunError, where the disk is full for example; nothing is lost. */
export class SqliteQueue implements EvaluationQueue {
  readonly leaseSeconds: number;
  private readonly clock: QueueClock;
  private readonly leases: LeaseWatch;
  private readonly attempts: number;
  private readonly firstWait: number;
  private readonly isMaker: boolean;
  private nextSweep = -Infinity;
  private open = true;

  constructor(
    private readonly database: SqliteDatabase,
    options: SqliteQueueOptions,
    private readonly closed: () => void,
  ) {
    const { leaseSeconds, attempts, firstWait } = { ...QUEUE_RULES, ...options };
    this.leaseSeconds = leaseSeconds;
    this.attempts = attempts;
    this.firstWait = firstWait;
    this.isMaker = options.create === true;
    this.clock = options.clock ?? MACHINE_CLOCK;
    this.leases = new LeaseWatch(this.leaseMs, this.clock);
  }

  async enqueue(jobs: readonly EvaluationJob[]): Promise<void> {
    const now = this.now();
    this.database.transaction(() => {
      for (const { key, needs, work, place } of jobs) {
        const json = JSON.stringify(work);
        if (json.length > MOST_WORK_BYTES)
          throw new RunError(
            `Expected an answer of at most ${MOST_WORK_BYTES} characters, got ${json.length}; shorten it.`,
          );
        this.database.run(
          "INSERT OR IGNORE INTO evaluations (key, needs, work, state, take, beat, lease, attempts, losses, due, queued) VALUES (?, ?, ?, 'waiting', 0, 0, 0, 0, 0, 0, ?)",
          [key, needs, json, now],
        );
        const { run, batch, problem, sample } = place;
        const isNew = this.changed(
          "INSERT OR IGNORE INTO jobs (run, batch, problem, sample, key) VALUES (?, ?, ?, ?, ?)",
          [run, batch, problem, sample, key],
        );
        // A failure says nothing of an answer: another one that asks for it has it tried again.
        if (isNew > 0) this.again("state = 'failed' AND key = ?", [key]);
      }
    });
  }

  async claim(evaluator: EvaluatorCard, most: number): Promise<readonly WorkClaim[]> {
    this.sweep();
    const now = this.now();
    const has = JSON.stringify(evaluator.has);
    // A wait that is longer than any is of a time before the clock was set back.
    const due = `state = 'waiting' AND needs IN (SELECT value FROM json_each(?)) AND (due <= ? OR due > ?)`;
    const values = [has, now, now + LONGEST_WAIT];
    if (most < 1 || this.database.get(`SELECT 1 AS found FROM evaluations WHERE ${due} LIMIT 1`, values) === undefined)
      return [];
    return this.database.transaction(() =>
      this.database
        .all(
          `UPDATE evaluations SET state = 'running', owner = ?, take = take + 1, beat = 0, lease = ?
           WHERE id IN (SELECT id FROM evaluations WHERE ${due} ORDER BY id LIMIT ?) RETURNING ${CLAIMED}`,
          [evaluator.id, now + this.leaseMs, ...values, most],
        )
        .map(claimOf),
    );
  }

  async heartbeat({ id, name }: EvaluatorCard, claims: readonly ClaimName[]): Promise<readonly ClaimName[]> {
    const now = this.now();
    return this.database.transaction(() => {
      this.database.run(
        "INSERT INTO evaluators (id, name, beat, seen, judged) VALUES (?, ?, 0, ?, 0) ON CONFLICT (id) DO UPDATE SET beat = beat + 1, seen = excluded.seen",
        [id, name, now],
      );
      return claims.filter(
        (claim) =>
          this.changed(`UPDATE evaluations SET beat = beat + 1, lease = ? WHERE ${OWN}`, [
            now + this.leaseMs,
            ...own(id, claim),
          ]) > 0,
      );
    });
  }

  async finish(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    return this.database.transaction(() => {
      const isOwn = this.end(own(evaluator.id, claim), "done", outcome.verdict, outcome);
      if (isOwn) this.database.run("UPDATE evaluators SET judged = judged + 1 WHERE id = ?", [evaluator.id]);
      return isOwn;
    });
  }

  async fail(evaluator: EvaluatorCard, claim: ClaimName, outcome: EvaluationOutcome): Promise<boolean> {
    const { verdict, phase = null, log } = outcome;
    const reason = "reason" in verdict ? (verdict.reason ?? "") : "it failed without a reason";
    return this.database.transaction(() => {
      const values = own(evaluator.id, claim);
      const row = this.database.get(
        `SELECT CAST(attempts AS INTEGER) AS attempts FROM evaluations WHERE ${OWN}`,
        values,
      );
      if (row === undefined) return false;
      const attempts = decodeInteger(row["attempts"], Number.MAX_SAFE_INTEGER, "evaluations") + 1;
      if (attempts >= this.attempts) {
        const words = attempts === 1 ? reason : `${reason} (${attempts} tries)`;
        this.end(values, "failed", { kind: "unverifiable", reason: words }, outcome);
      } else {
        const seconds = this.firstWait * retryDelay(attempts, splitKey(randomKey(claim.id), "retry"));
        const wait = Math.min(LONGEST_WAIT, Math.round(1000 * seconds));
        this.database.run(
          `UPDATE evaluations SET state = 'waiting', owner = NULL, due = ?, reason = ?, phase = ?, log = ? WHERE ${OWN}`,
          [this.now() + wait, reason, phase, kept(log), ...values],
        );
      }
      this.database.run("UPDATE evaluations SET attempts = ? WHERE id = ?", [attempts, claim.id]);
      return true;
    });
  }

  async leave({ id }: EvaluatorCard): Promise<void> {
    this.database.transaction(() => {
      this.database.run(
        "UPDATE evaluations SET state = 'waiting', owner = NULL WHERE state = 'running' AND owner = ?",
        [id],
      );
      this.database.run("DELETE FROM evaluators WHERE id = ?", [id]);
    });
  }

  async bury(evaluatorId: string): Promise<void> {
    this.database.transaction(() => {
      this.lose("owner = ?", [evaluatorId]);
      this.database.run("DELETE FROM evaluators WHERE id = ?", [evaluatorId]);
    });
  }

  async results(keys: readonly string[]): Promise<readonly EndedEvaluation[]> {
    return this.database
      .all(
        `SELECT ${ENDED} FROM evaluations WHERE key IN (SELECT value FROM json_each(?)) AND state IN ('done', 'failed')`,
        [JSON.stringify(keys)],
      )
      .map(resultOf);
  }

  async rerun(which: RerunChoice): Promise<number> {
    return this.database.transaction(() => {
      if ("state" in which) return this.again("state = 'failed'", []);
      if ("id" in which) return this.again("state IN ('done', 'failed') AND id = ?", [which.id]);
      return this.again("state = 'failed' AND key IN (SELECT value FROM json_each(?))", [JSON.stringify(which.keys)]);
    });
  }

  async counts(): Promise<QueueCounts> {
    return countsOf(this.database, this.now(), this.leaseMs);
  }

  async list(query: QueueQuery): Promise<readonly QueuedRow[]> {
    return listEvaluations(this.database, query);
  }

  async log(id: number): Promise<string | null> {
    return logOf(this.database, id);
  }

  async close(): Promise<void> {
    if (!this.open) return;
    this.open = false;
    try {
      // So that the file alone is the whole queue; where it fails, the log beside it has the rest.
      if (this.isMaker) this.database.all("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Nothing is lost.
    }
    this.database.close();
    this.closed();
  }

  private get leaseMs(): number {
    return 1000 * this.leaseSeconds;
  }

  private now(): number {
    return Math.round(this.clock.wall());
  }

  /** Evaluations that nobody keeps wait again. */
  private sweep(): void {
    if (this.clock.steady() < this.nextSweep) return;
    this.nextSweep = this.clock.steady() + this.leaseMs / 4;
    const running = this.database
      .all(
        `SELECT ${["id", "take", "beat", "lease"].map((name) => `CAST(${name} AS INTEGER) AS ${name}`).join(", ")} FROM evaluations WHERE state = 'running'`,
      )
      .map(({ id, take, beat, lease }) => ({
        id: Number(id),
        take: Number(take),
        beat: Number(beat),
        lease: Number(lease),
      }));
    const abandoned = this.leases.abandoned(running);
    if (abandoned.length > 0)
      this.database.transaction(() => {
        for (const { id, take, beat } of abandoned) this.lose("id = ? AND take = ? AND beat = ?", [id, take, beat]);
      });
    const gone = this.now() - FORGOTTEN * this.leaseMs;
    if (this.database.get("SELECT 1 AS found FROM evaluators WHERE seen < ? LIMIT 1", [gone]) !== undefined)
      this.database.run("DELETE FROM evaluators WHERE seen < ?", [gone]);
  }

  private lose(which: string, values: readonly SqlValue[]): void {
    const running = `state = 'running' AND ${which}`;
    const verdict = {
      kind: "unverifiable",
      reason: `its evaluator died ${MOST_LOSSES} times while it was judged`,
    } as const;
    this.database.run(
      `UPDATE evaluations SET state = 'failed', owner = NULL, losses = losses + 1, ended = ?, phase = 'run', verdict = ? WHERE ${running} AND losses >= ?`,
      [this.now(), verdictJson(verdict), ...values, MOST_LOSSES - 1],
    );
    this.database.run(
      `UPDATE evaluations SET state = 'waiting', owner = NULL, losses = losses + 1 WHERE ${running}`,
      values,
    );
  }

  /** The verdict by content is there with the end of the claim, or neither is. */
  private end(
    claim: readonly SqlValue[],
    state: "done" | "failed",
    verdict: Verdict,
    { seconds = {}, phase, log }: EvaluationOutcome,
  ): boolean {
    const set = "state = ?, owner = NULL, ended = ?, verdict = ?, reason = NULL, phase = ?, seconds = ?, log = ?";
    const values = [
      state,
      this.now(),
      verdictJson(verdict),
      phase ?? null,
      JSON.stringify(seconds),
      kept(log),
      ...claim,
    ];
    return this.changed(`UPDATE evaluations SET ${set} WHERE ${OWN}`, values) > 0;
  }

  private again(which: string, values: readonly SqlValue[]): number {
    return this.changed(
      `UPDATE evaluations SET state = 'waiting', attempts = 0, losses = 0, due = 0, ended = NULL, verdict = NULL, reason = NULL, phase = NULL, seconds = NULL, log = NULL WHERE ${which}`,
      values,
    );
  }

  private changed(sql: string, values: readonly SqlValue[]): number {
    this.database.run(sql, values);
    return Number(this.database.get("SELECT changes() AS changed")?.["changed"]);
  }
}

const OWN = "id = ? AND take = ? AND owner = ? AND state = 'running'";

function own(evaluatorId: string, { id, take }: ClaimName): readonly SqlValue[] {
  return [id, take, evaluatorId];
}

function kept(log: string | undefined): string | null {
  return log === undefined || log === "" ? null : logTail(log);
}
