import { sumOf } from "../../numbers/sum.ts";
import { sha256Of } from "../../host/sha256.ts";
import {
  openRunStore,
  type FitMetrics,
  type RunConfig,
  type RunStore,
  type RunWarning,
  type StateChange,
  type RecordedStep,
  type StoredEvaluation,
} from "../../store/index.ts";
import { diagnoseRun } from "../../store/diagnose-run.ts";
import { runStateOf, type RunSummary } from "../../store/run-summary.ts";
import { storeIdentity } from "../../store/run-lock.ts";

/** How long what is known about the process that writes a run is believed, in milliseconds. */
const STATE_AGE = 1000;

/**
 * What is known of a run, kept so that a look at it reads only what is new. A look at a run where nothing happened
 * costs one query. A resumed run's steps that were done again, and a new run in the same folder, are noticed.
 */
export class RunReader {
  /** Changes whenever something of the run did. */
  version = 0;
  /** Steps of reinforcement learning or of fine-tuning, in order. */
  private rows: (RecordedStep | FitMetrics)[] = [];
  private kept: StoredEvaluation[] = [];
  private keptStates: StateChange[] = [];
  private store: RunStore | undefined;
  private identity = "";
  private dataVersion = -1;
  private stateNow: RunSummary["state"] = "interrupted";
  private stateTime = -Infinity;
  private diagnosed: { readonly version: number; readonly warnings: readonly RunWarning[] } | undefined;

  constructor(readonly folder: string) {}

  get config(): RunConfig {
    return this.opened().config;
  }
  get metrics(): readonly RecordedStep[] {
    return this.rows.filter((row): row is RecordedStep => "accuracy" in row);
  }
  get fit(): readonly FitMetrics[] {
    return this.rows.filter((row): row is FitMetrics => !("accuracy" in row));
  }
  get evaluations(): readonly StoredEvaluation[] {
    return this.kept;
  }
  get states(): readonly StateChange[] {
    return this.keptStates;
  }
  get state(): RunSummary["state"] {
    return this.stateNow;
  }
  get lastStep(): number {
    return this.rows.at(-1)?.step ?? 0;
  }
  get lastMark(): string {
    return this.rows.length === 0 ? "" : this.mark(this.lastStep);
  }
  /** Rollouts recorded, as the steps count them: counting the rows would read the whole database. */
  get rollouts(): number {
    return sumOf(this.rows, (row) => ("rollouts" in row ? row.rollouts : 0));
  }
  get warnings(): readonly RunWarning[] {
    if (this.diagnosed?.version !== this.version)
      this.diagnosed = { version: this.version, warnings: diagnoseRun(this.metrics, this.evaluations, this.states) };
    return this.diagnosed.warnings;
  }

  /** The open store, for what isn't kept here. */
  opened(): RunStore {
    this.store ??= openRunStore(this.folder, { readOnly: true });
    return this.store;
  }

  /** Looks what happened since the last look. @throws RunError where the run can't be read (any more) */
  refresh(): void {
    try {
      this.reopenIfReplaced();
      const store = this.opened();
      const dataVersion = store.dataVersion();
      if (dataVersion !== this.dataVersion) {
        this.readNew(store);
        this.dataVersion = dataVersion;
      }
      this.refreshState();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** The name of a step as it was computed; empty where there is none. */
  mark(step: number): string {
    const row = this.rowAt(step);
    return row === undefined ? "" : sha256Of(JSON.stringify(row)).slice(0, 24);
  }

  /**
   * After which step a page needs the steps that holds the step of that mark: after that one, or all (-1) where it was
   * done again.
   */
  resumeAfter(step: number, mark: string): number {
    if (step < (this.rows[0]?.step ?? 0)) return step;
    return this.mark(step) === mark && mark !== "" ? step : -1;
  }

  close(): void {
    this.store?.close();
    this.store = undefined;
    this.forget(-1);
    this.identity = "";
    this.dataVersion = -1;
    this.keptStates = [];
    this.version++;
  }

  private reopenIfReplaced(): void {
    const identity = storeIdentity(this.folder);
    if (identity === this.identity && this.store !== undefined) return;
    const replaced = identity.split(" ")[0] !== this.identity.split(" ")[0];
    if (replaced) this.close();
    this.store?.close();
    this.store = undefined;
    this.dataVersion = -1;
    this.identity = identity;
  }

  private readNew(store: RunStore): void {
    const held = this.rows.at(-1);
    if (held !== undefined && store.stepJson(held.step) !== JSON.stringify(held))
      this.forget(lastCommonStep(this.rows, store));
    const after = this.rows.at(-1)?.step ?? -1;
    this.rows.push(...store.metrics(after));
    this.kept = store.evaluations(this.kept);
    this.keptStates = store.states();
    this.stateTime = -Infinity;
    this.version++;
  }

  private refreshState(): void {
    const now = Date.now();
    if (now - this.stateTime < STATE_AGE) return;
    this.stateTime = now;
    const state = runStateOf(this.folder, this.keptStates.at(-1) ?? null);
    if (state !== this.stateNow) this.version++;
    this.stateNow = state;
  }

  private forget(after: number): void {
    this.rows = this.rows.filter(({ step }) => step <= after);
    this.kept = [];
  }

  private rowAt(step: number): RecordedStep | FitMetrics | undefined {
    const guess = this.rows[step - (this.rows[0]?.step ?? 0)];
    return guess?.step === step ? guess : this.rows.find((row) => row.step === step);
  }
}

/** Steps are only ever deleted from the end, so the last one that is still the same has all before it. */
function lastCommonStep(rows: readonly (RecordedStep | FitMetrics)[], store: RunStore): number {
  return rows.findLast((row) => store.stepJson(row.step) === JSON.stringify(row))?.step ?? -1;
}
