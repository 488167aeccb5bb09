import { readdirSync } from "node:fs";
import { join } from "node:path";
import { AhaError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import type { RecordedStep } from "../records/metrics.ts";
import type { RunState, StateChange } from "../records/run-event.ts";
import { entryAt } from "../host/plain-files.ts";
import { RUN_DATABASE } from "./run-files.ts";
import { runWriter } from "./run-lock.ts";
import { openRunStore, type RunStore } from "./run-store.ts";

/** A run in a list. */
export interface RunSummary {
  readonly folder: string;
  /** `zero`, `pretrain`, ...; empty where it can't be read. */
  readonly kind: string;
  readonly task: string;
  /**
   * `running`: a process is writing it; `unreadable`: see `problem`. A run whose process was killed is `interrupted`.
   */
  readonly state: "running" | "unreadable" | Exclude<RunState, "started" | "resumed">;
  /** Steps recorded. */
  readonly steps: number;
  /** Accuracy of the evaluation before training, on held-out problems; null where there was none. */
  readonly heldOutBefore: number | null;
  /** Accuracy of the newest evaluation since, during training or after it; null where there was none. */
  readonly heldOut: number | null;
  /** Accuracy of the last step's rollouts. */
  readonly stepAccuracy: number | null;
  /** Their mean length, in tokens. */
  readonly stepLength: number | null;
  /** Milliseconds since 1970 of the last change of state, or of the last step of a run that goes on or was killed. */
  readonly updated: number | null;
  /** Why it can't be read. */
  readonly problem: string | null;
}

/**
 * The runs in a folder, those that changed last first. A folder that is a run itself gives that one. What can't be
 * read is listed with its problem.
 *
 * @throws RunError where the folder can't be read; a missing one has no runs
 */
export function listRuns(parent: string): RunSummary[] {
  if (holdsRun(parent)) return [summarise(parent)];
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw diskError("read", parent, error);
  }
  const folders = names.sort().map((name) => join(parent, name));
  const runs = folders.filter(holdsRun).map(summarise);
  return runs.sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0));
}

/** Whatever stands in the database's place: what isn't a plain file is listed as unreadable. */
function holdsRun(folder: string): boolean {
  try {
    return entryAt(join(folder, RUN_DATABASE)) !== null;
  } catch {
    // Somebody else's folder, which may not be looked into.
    return false;
  }
}

/** A run must never take the others along, so that every error is told as its own. */
function summarise(folder: string): RunSummary {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      return summaryOf(folder, store);
    } finally {
      store.close();
    }
  } catch (error) {
    return {
      folder,
      kind: "",
      task: "",
      state: "unreadable",
      steps: 0,
      heldOutBefore: null,
      heldOut: null,
      stepAccuracy: null,
      stepLength: null,
      updated: null,
      problem: problemOf(folder, error),
    };
  }
}

/** Why a run can't be read, in one line, whatever went wrong. */
export function problemOf(folder: string, error: unknown): string {
  const known = diskError("read", folder, error);
  return known instanceof AhaError
    ? known.message
    : `The run in ${show(folder)} can't be read: ${show(error instanceof Error ? error.message : error)}.`;
}

/** A run in a list, from its open store. @throws RunError where it is damaged */
export function summaryOf(folder: string, store: RunStore): RunSummary {
  const { config, state } = store;
  const steps = store.lastStep();
  const last = store.metrics(steps - 1)[0];
  return {
    folder,
    kind: String(config.kind),
    task: typeof config["task"] === "string" ? config["task"] : "",
    state: runStateOf(folder, state),
    steps,
    heldOutBefore: store.lastEvaluation("before")?.result.accuracy ?? null,
    heldOut: store.newestEvaluation()?.result.accuracy ?? null,
    stepAccuracy: last?.accuracy ?? null,
    stepLength: lengthOf(last),
    updated: changedAt(folder, state),
    problem: null,
  };
}

/** What a run is doing, from its last change of state and from whether a process writes it. */
export function runStateOf(folder: string, last: StateChange | null): RunSummary["state"] {
  if (last !== null && last.state !== "started" && last.state !== "resumed") return last.state;
  return runWriter(folder) === null ? "interrupted" : "running";
}

/** Steps have no time of their own: while a run is being written, that of the last step is when its files changed. */
function changedAt(folder: string, last: StateChange | null): number | null {
  if (last === null || (last.state !== "started" && last.state !== "resumed")) return last?.time ?? null;
  const written = [RUN_DATABASE, `${RUN_DATABASE}-wal`].map((name) => entryAt(join(folder, name))?.mtimeMs ?? 0);
  return Math.round(Math.max(last.time, ...written));
}

function lengthOf(metrics: RecordedStep | undefined): number | null {
  return metrics?.emergence?.meanLength ?? null;
}
