import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "../errors.ts";
import { diskError } from "../host/disk-error.ts";
import type { StepMetrics } from "../records/metrics.ts";
import type { RunState, StateChange, StoredEvaluation } from "../records/run-event.ts";
import { runWriter } from "./run-lock.ts";
import { openRunStore, RUN_DATABASE, type RunStore } from "./run-store.ts";

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
  /** Accuracy of the evaluation before training; null where there was none. */
  readonly accuracyBefore: number | null;
  /** Accuracy of the evaluation after training, or of the last step's rollouts until then. */
  readonly accuracy: number | null;
  /** Mean length of the last step, in tokens. */
  readonly meanLength: number | null;
  /** Milliseconds since 1970 of the last change of state. */
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
  if (existsSync(join(parent, RUN_DATABASE))) return [summarise(parent)];
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw diskError("read", parent, error);
  }
  const folders = names.sort().map((name) => join(parent, name));
  const runs = folders.filter((folder) => existsSync(join(folder, RUN_DATABASE))).map(summarise);
  return runs.sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0));
}

function summarise(folder: string): RunSummary {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      return summaryOf(folder, store);
    } finally {
      store.close();
    }
  } catch (error) {
    if (!(error instanceof RunError)) throw error;
    return {
      folder,
      kind: "",
      task: "",
      state: "unreadable",
      steps: 0,
      accuracyBefore: null,
      accuracy: null,
      meanLength: null,
      updated: null,
      problem: error.message,
    };
  }
}

/** A run in a list, from its open store. @throws RunError where it is damaged */
export function summaryOf(folder: string, store: RunStore): RunSummary {
  const { config, state } = store;
  const steps = store.lastStep();
  const last = store.metrics(steps - 1)[0];
  const evaluations = store.evaluations();
  return {
    folder,
    kind: String(config.kind),
    task: typeof config["task"] === "string" ? config["task"] : "",
    state: runStateOf(folder, state),
    steps,
    accuracyBefore: accuracyOf(evaluations, "before"),
    accuracy: accuracyOf(evaluations, "after") ?? last?.accuracy ?? null,
    meanLength: lengthOf(last),
    updated: state?.time ?? null,
    problem: null,
  };
}

/** What a run is doing, from its last change of state and from whether a process writes it. */
export function runStateOf(folder: string, last: StateChange | null): RunSummary["state"] {
  if (last !== null && last.state !== "started" && last.state !== "resumed") return last.state;
  return runWriter(folder) === null ? "interrupted" : "running";
}

function accuracyOf(evaluations: readonly StoredEvaluation[], name: string): number | null {
  return evaluations.findLast((evaluation) => evaluation.name === name)?.result.accuracy ?? null;
}

function lengthOf(metrics: StepMetrics | undefined): number | null {
  return metrics?.emergence?.meanLength ?? null;
}
