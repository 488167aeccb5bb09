import { sumOf } from "../numbers/sum.ts";
import { integerOption, RunError, show } from "../errors.ts";
import { digestOf } from "./content-digest.ts";
import type { RolloutPlace, RolloutQuery } from "./walk-rollouts.ts";
import { countRollouts, insertRollouts, selectRollouts } from "./rollout-rows.ts";
import { CONFIG_SHAPE } from "./row-shapes.ts";
import { boundedColumn, decodeJson, ReadBudget } from "./row-values.ts";
import type { EvaluationResult, FitMetrics, RecordedStep, StepMetrics } from "../records/metrics.ts";
import type { StoredRollout } from "../records/rollout.ts";
import type { RunConfig, RunState, StateChange, StoredEvaluation } from "../records/run-event.ts";
import { stepOfRow } from "./older-rows.ts";
import type { RunLock } from "./run-lock.ts";
import { scanRollouts, textStart, type ScannedRollout } from "./scan-rollouts.ts";
import { addTables, hasTable } from "./run-schema.ts";
import type { SqliteDatabase } from "./sqlite.ts";
import { StoredSchedule } from "./stored-schedule.ts";
import {
  evaluationAt,
  evaluationPlaces,
  lastStep,
  LONGEST_DETAIL,
  metricsAfter,
  metricsJson,
  stateAt,
  stateChanges,
  type EvaluationPlace,
} from "./table-rows.ts";

/** Bytes of a config. */
const MOST_CONFIG = 2 ** 20;

/**
 * A run in its database: its config, and what each step sampled, earned and changed. Made by `createRunStore` and
 * `openRunStore`. Every method throws RunError, where the disk is full for example.
 */
export class RunStore {
  /** As it is now: a resume with other options changes it. */
  config: RunConfig;
  /** Of an asynchronous run: what was written when, and which step learns from what. */
  readonly schedule: StoredSchedule;
  private open = true;

  constructor(
    private readonly database: SqliteDatabase,
    private readonly lock: RunLock | undefined,
  ) {
    this.schedule = new StoredSchedule(database);
    const row = database.get(`SELECT ${boundedColumn("json", MOST_CONFIG)} FROM config WHERE id = 1`);
    this.config = decodeJson<RunConfig>(row?.["json"], CONFIG_SHAPE, "config");
  }

  /** Keeps a step, whole or not at all: a kill at any moment leaves whole steps only. */
  recordStep(step: number, metrics: RecordedStep | FitMetrics, rollouts: readonly StoredRollout[]): void {
    integerOption("step", step, 0);
    if (metrics.step !== step)
      throw new RunError(`Expected metrics of step ${step}, got those of step ${show(metrics.step)}.`);
    const json = finiteJson(metrics, "metrics");
    this.database.transaction(() => {
      if (this.database.get("SELECT step FROM metrics WHERE step = ?", [step]) !== undefined)
        throw new RunError(`Step ${step} is recorded already; delete the steps from there on to record it again.`);
      this.database.run("INSERT INTO metrics (step, json) VALUES (?, ?)", [step, json]);
      insertRollouts(this.database, step, rollouts);
      this.schedule.creditStep(step, rollouts);
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
      addTables(this.database, "watched");
      this.database.run("DELETE FROM watched WHERE step = ?", [step]);
      insertRollouts(this.database, step, watched, "watched");
    });
  }

  /** Keeps another config in the place of the run's own: one that says what was changed, and when. */
  changeConfig(config: RunConfig): void {
    this.database.run("UPDATE config SET json = ? WHERE id = 1", [JSON.stringify(config)]);
    this.config = config;
  }

  recordState(state: RunState, detail: string = ""): void {
    this.database.run("INSERT INTO events (time, state, step, detail) VALUES (?, ?, ?, ?)", [
      Date.now(),
      state,
      this.lastStep(),
      detail.slice(0, LONGEST_DETAIL),
    ]);
  }

  /**
   * Forgets the steps and evaluations after a step, so that a resumed run can do them again: of the same groups, where
   * it is asynchronous.
   */
  deleteAfter(step: number): void {
    this.database.transaction(() => {
      this.schedule.takeBack(step);
      const watched = hasTable(this.database, "watched") ? ["watched"] : [];
      for (const table of ["metrics", "rollouts", "evaluations", ...watched])
        this.database.run(`DELETE FROM ${table} WHERE step > ?`, [step]);
    });
  }

  /** A number that changes when another process has written something: the cheapest question that there is. */
  dataVersion(): number {
    return this.database.dataVersion();
  }

  /** The last recorded step; 0 before the first. */
  lastStep(): number {
    return lastStep(this.database);
  }

  /** All steps in order, or those after a step; of a run of reinforcement learning. */
  metrics(after: number = -1): RecordedStep[] {
    return metricsAfter<RecordedStep>(this.database, after).map(stepOfRow);
  }

  /** The same of a run that was made here: every figure is there. @throws RunError for an imported one */
  ownMetrics(after: number = -1): StepMetrics[] {
    const { imported } = this.config;
    if (imported !== undefined)
      throw new RunError(
        `Expected a run that was made here, got one that was imported from ${show(imported)}; it can be looked at alone.`,
      );
    return this.metrics(after) as StepMetrics[];
  }

  /** The same of a run of fine-tuning. */
  fitMetrics(after: number = -1): FitMetrics[] {
    return metricsAfter<FitMetrics>(this.database, after);
  }

  /** Seconds that the steps took, evaluations left out. */
  secondsOfSteps(): number {
    return sumOf(this.metrics(), ({ seconds }) => seconds ?? 0);
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
    return hasTable(this.database, "watched") ? selectRollouts(this.database, query, "watched") : [][Symbol.iterator]();
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
    return metricsJson(this.database, step);
  }

  /**
   * In the order of their steps.
   *
   * @param known those that were read before: they are not read again
   */
  evaluations(known: readonly StoredEvaluation[] = []): StoredEvaluation[] {
    const budget = new ReadBudget(this.database);
    const seen = (place: EvaluationPlace): StoredEvaluation | undefined =>
      known.find(({ name, step }) => name === place.name && step === place.step);
    return evaluationPlaces(this.database).map((place) => seen(place) ?? evaluationAt(this.database, place, budget));
  }

  /** The last evaluation of a name; null where there is none. The others aren't read. */
  lastEvaluation(name: string): StoredEvaluation | null {
    const place = evaluationPlaces(this.database).findLast((one) => one.name === name);
    return place === undefined ? null : evaluationAt(this.database, place);
  }

  /** The newest evaluation since training began; null where there is none. */
  newestEvaluation(): StoredEvaluation | null {
    const place = evaluationPlaces(this.database).findLast((one) => one.name !== "before");
    return place === undefined ? null : evaluationAt(this.database, place);
  }

  /** Every change of state, in order. */
  states(): StateChange[] {
    return stateChanges(this.database);
  }

  /** The first change of state; null before it. */
  get firstState(): StateChange | null {
    return stateAt(this.database, "first");
  }

  /**
   * The last change of state; null before the first. It doesn't tell whether a process is still at work: `runWriter`
   * does.
   */
  get state(): StateChange | null {
    return stateAt(this.database, "last");
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
