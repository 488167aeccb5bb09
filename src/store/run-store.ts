import { sumOf } from "../numbers/sum.ts";
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { integerOption, RunError, show } from "../errors.ts";
import { digestOf } from "./content-digest.ts";
import { diskError } from "../host/disk-error.ts";
import { countRollouts, insertRollouts, selectRollouts, type RolloutQuery } from "./rollout-rows.ts";
import type { EvaluationResult, FitMetrics, StepMetrics } from "../records/metrics.ts";
import type { StoredRollout } from "../records/rollout.ts";
import type { RunConfig, RunState, StateChange, StoredEvaluation } from "../records/run-event.ts";
import { evaluationOfRow, stepOfRow } from "./older-rows.ts";
import { lockRun, type RunLock } from "./run-lock.ts";
import { scanRollouts, textStart, type RolloutPlace, type ScannedRollout } from "./scan-rollouts.ts";
import {
  addWatchedTable,
  checkSchema,
  checkWhole,
  createSchema,
  decodeJson,
  decodeText,
  hasWatchedTable,
} from "./run-schema.ts";
import { openSqlite, type SqliteDatabase } from "./sqlite.ts";

export const RUN_DATABASE = "run.db";

/**
 * Makes the store of a new run in a folder, and the folder. The run is locked until `close`.
 *
 * @throws RunError where the folder holds a run already or can't be written
 */
export function createRunStore(folder: string, config: RunConfig): RunStore {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw diskError("make", folder, error);
  }
  const path = join(folder, RUN_DATABASE);
  return openLocked(folder, path, (database) => {
    if (checkSchema(database, path) === "ours")
      throw new RunError(`The folder ${show(folder)} holds a run already; resume it, or choose another folder.`);
    createSchema(database, JSON.stringify(config));
  });
}

export interface OpenRunOptions {
  /** Reads beside the process that writes; nothing is locked. */
  readonly readOnly?: boolean;
}

/**
 * Opens the store of a run. Unless it is `readOnly` the file is looked through for damage and the run is locked until
 * `close`.
 *
 * @throws RunError where there is no run, it is damaged, or another process is writing it
 */
export function openRunStore(folder: string, options: OpenRunOptions = {}): RunStore {
  const path = join(folder, RUN_DATABASE);
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new RunError(
      `Expected ${show(folder)} to be the folder of a run, got one without ${RUN_DATABASE}; \`aha runs\` lists those that there are.`,
    );
  const check = (database: SqliteDatabase): void => {
    if (checkSchema(database, path) === "empty")
      throw new RunError(`The run in ${show(folder)} was stopped before it began; delete the folder and start again.`);
  };
  if (options.readOnly === true) return openChecked(openSqlite(path, { readOnly: true }), undefined, check);
  return openLocked(folder, path, (database) => {
    check(database);
    checkWhole(database, path);
    database.exec("PRAGMA synchronous = FULL");
  });
}

function openLocked(folder: string, path: string, prepare: (database: SqliteDatabase) => void): RunStore {
  const lock = lockRun(folder);
  let database: SqliteDatabase;
  try {
    database = openSqlite(path);
  } catch (error) {
    lock.release();
    throw error;
  }
  return openChecked(database, lock, prepare);
}

function openChecked(
  database: SqliteDatabase,
  lock: RunLock | undefined,
  check: (database: SqliteDatabase) => void,
): RunStore {
  try {
    check(database);
    return new RunStore(database, lock);
  } catch (error) {
    database.close();
    lock?.release();
    throw error;
  }
}

/**
 * A run on disk: its config, and what each step sampled, earned and changed. Made by `createRunStore` and
 * `openRunStore`. Every method throws RunError, where the disk is full for example.
 */
export class RunStore {
  readonly config: RunConfig;
  private open = true;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly lock: RunLock | undefined,
  ) {
    this.config = decodeJson<RunConfig>(database.get("SELECT CAST(json AS BLOB) AS json FROM config")?.["json"]);
  }

  /** Keeps a step, whole or not at all: a kill at any moment leaves whole steps only. */
  recordStep(step: number, metrics: StepMetrics | FitMetrics, rollouts: readonly StoredRollout[]): void {
    integerOption("step", step, 0);
    if (metrics.step !== step)
      throw new RunError(`Expected metrics of step ${step}, got those of step ${show(metrics.step)}.`);
    const json = finiteJson(metrics, "metrics");
    this.database.transaction(() => {
      if (this.database.get("SELECT step FROM metrics WHERE step = ?", [step]) !== undefined)
        throw new RunError(`Step ${step} is recorded already; delete the steps from there on to record it again.`);
      this.database.run("INSERT INTO metrics (step, json) VALUES (?, ?)", [step, json]);
      insertRollouts(this.database, step, rollouts);
    });
  }

  /**
   * Keeps an evaluation; one of the same name and step is replaced.
   *
   * @param watched completions of problems that are followed through time; those of the same step are replaced
   */
  recordEvaluation(name: string, step: number, result: EvaluationResult, watched: readonly StoredRollout[] = []): void {
    integerOption("step", step, 0);
    const json = finiteJson(result, "evaluation");
    this.database.transaction(() => {
      this.database.run("INSERT OR REPLACE INTO evaluations (name, step, json) VALUES (?, ?, ?)", [name, step, json]);
      if (watched.length === 0) return;
      addWatchedTable(this.database);
      this.database.run("DELETE FROM watched WHERE step = ?", [step]);
      insertRollouts(this.database, step, watched, "watched");
    });
  }

  recordState(state: RunState, detail: string = ""): void {
    this.database.run("INSERT INTO events (time, state, step, detail) VALUES (?, ?, ?, ?)", [
      Date.now(),
      state,
      this.lastStep(),
      detail,
    ]);
  }

  /** Forgets the steps and evaluations after a step, so that a resumed run can do them again. */
  deleteAfter(step: number): void {
    this.database.transaction(() => {
      for (const table of [
        "metrics",
        "rollouts",
        "evaluations",
        ...(hasWatchedTable(this.database) ? ["watched"] : []),
      ])
        this.database.run(`DELETE FROM ${table} WHERE step > ?`, [step]);
    });
  }

  /** A number that changes when another process has written something: the cheapest question that there is. */
  dataVersion(): number {
    return Number(this.database.get("PRAGMA data_version")?.["data_version"]);
  }

  /** The last recorded step; 0 before the first. */
  lastStep(): number {
    return Number(this.database.get("SELECT CAST(max(step) AS INTEGER) AS step FROM metrics")?.["step"] ?? 0);
  }

  /** All steps in order, or those after a step; of a run of reinforcement learning. */
  metrics(after: number = -1): StepMetrics[] {
    return this.jsonColumn<StepMetrics>(
      "SELECT CAST(json AS BLOB) AS json FROM metrics WHERE step > ? ORDER BY step",
      after,
    ).map(stepOfRow);
  }

  /** The same of a run of fine-tuning. */
  fitMetrics(after: number = -1): FitMetrics[] {
    return this.jsonColumn<FitMetrics>(
      "SELECT CAST(json AS BLOB) AS json FROM metrics WHERE step > ? ORDER BY step",
      after,
    );
  }

  /** Seconds that the steps took, evaluations left out. */
  secondsOfSteps(): number {
    return sumOf(this.metrics(), ({ seconds }) => seconds);
  }

  /** Rollouts in the order of step, problem and sample, read as they are asked for. */
  rollouts(query: RolloutQuery = {}): IterableIterator<StoredRollout> {
    return selectRollouts(this.database, query);
  }

  /**
   * Completions of the problems that evaluations follow through time, in the order of step, problem and sample; they
   * were not trained on.
   */
  watched(query: RolloutQuery = {}): IterableIterator<StoredRollout> {
    return hasWatchedTable(this.database) ? selectRollouts(this.database, query, "watched") : [][Symbol.iterator]();
  }

  /** How many rollouts there are of those asked for, `limit` and `offset` apart. */
  countRollouts(query: RolloutQuery = {}): number {
    return countRollouts(this.database, query);
  }

  /** What can be searched of the rollouts behind a place, in order, at most `limit` of them. */
  scanRollouts(after: RolloutPlace, limit: number): ScannedRollout[] {
    return scanRollouts(this.database, after, limit);
  }

  /** One rollout; null where it isn't there. */
  rolloutAt({ step, problemIndex, sample }: RolloutPlace): StoredRollout | null {
    return this.rollouts({ step, problemIndex, sample, limit: 1 }).next().value ?? null;
  }

  /** The first `bytes` of a completion, cut between characters; null where there is no such rollout. */
  completionStart(place: RolloutPlace, bytes: number): string | null {
    return textStart(this.database, "text", place, bytes);
  }

  /** The same of its prompt. */
  promptStart(place: RolloutPlace, bytes: number): string | null {
    return textStart(this.database, "prompt", place, bytes);
  }

  /**
   * The metrics of one step as they are stored; null where it isn't recorded. Two computations of a step differ in
   * their timings at least.
   */
  stepJson(step: number): string | null {
    const json = this.database.get("SELECT CAST(json AS BLOB) AS json FROM metrics WHERE step = ?", [step])?.["json"];
    return json === undefined ? null : decodeText(json);
  }

  /**
   * In the order of their steps.
   *
   * @param known those that were read before: they are not read again
   */
  evaluations(known: readonly StoredEvaluation[] = []): StoredEvaluation[] {
    const rows = this.database.all(
      "SELECT CAST(name AS BLOB) AS name, CAST(step AS INTEGER) AS step FROM evaluations ORDER BY evaluations.step, rowid",
    );
    return rows.map((row) => {
      const name = decodeText(row["name"]);
      const step = row["step"] as number;
      return (
        known.find((evaluation) => evaluation.name === name && evaluation.step === step) ?? {
          name,
          step,
          result: this.evaluationResult(name, step),
        }
      );
    });
  }

  /** Every change of state, in order. */
  states(): StateChange[] {
    const rows = this.database.all(
      "SELECT CAST(time AS INTEGER) AS time, CAST(state AS BLOB) AS state, CAST(step AS INTEGER) AS step, CAST(detail AS BLOB) AS detail FROM events ORDER BY id",
    );
    return rows.map((row) => ({
      state: decodeText(row["state"]) as RunState,
      time: row["time"] as number,
      step: row["step"] as number,
      detail: decodeText(row["detail"]),
    }));
  }

  /**
   * The last change of state; null before the first. It doesn't tell whether a process is still at work: `runWriter`
   * does.
   */
  get state(): StateChange | null {
    return this.states().at(-1) ?? null;
  }

  /**
   * SHA-256 of the config, of all metrics without timings and of all rollouts: equal for runs of one config that
   * computed the same, bit for bit.
   */
  contentDigest(): string {
    return digestOf(this.config, this.metrics(), this.rollouts());
  }

  /** Closes the files and gives up the lock. May be called again. */
  close(): void {
    if (!this.open) return;
    this.open = false;
    try {
      // So that run.db alone is the whole run, and can be copied. Where it fails, the log beside it has the rest.
      if (this.lock !== undefined) this.database.all("PRAGMA wal_checkpoint(TRUNCATE)");
    } catch {
      // Nothing that was recorded is lost.
    }
    this.database.close();
    this.lock?.release();
  }

  private evaluationResult(name: string, step: number): EvaluationResult {
    const row = this.database.get("SELECT CAST(json AS BLOB) AS json FROM evaluations WHERE name = ? AND step = ?", [
      name,
      step,
    ]);
    return evaluationOfRow(decodeJson<EvaluationResult>(row?.["json"]));
  }

  private jsonColumn<T>(sql: string, value: number): T[] {
    return this.database.all(sql, [value]).map((row) => decodeJson<T>(row["json"]));
  }
}

/** JSON would turn NaN and infinities into null without a word. */
function finiteJson(value: object, what: string): string {
  return JSON.stringify(value, (key, item: unknown) => {
    if (typeof item === "number" && !Number.isFinite(item))
      throw new RunError(
        `Expected the field ${show(key)} of the ${what} to be a finite number, got ${item}; a mean over nothing is null.`,
      );
    return item;
  });
}
