import { AhaError, show } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import type { RecordedStep } from "../records/metrics.ts";
import type { RunState, StateChange } from "../records/run-event.ts";
import { runWriter, writtenAt } from "./run-lock.ts";
import type { RunStore } from "./run-store.ts";

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
  return Math.round(Math.max(last.time, writtenAt(folder)));
}

function lengthOf(metrics: RecordedStep | undefined): number | null {
  return metrics?.emergence?.meanLength ?? null;
}
