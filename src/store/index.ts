export { configDifferences, type ConfigDifference } from "../host/config-differences.ts";
export { TIMING_FIELDS } from "./content-digest.ts";
export { diagnoseRun } from "./diagnose-run.ts";
export { hackingBegan, type GuardedStep, type HackingGuardOptions } from "./hacking-guard.ts";
export { listRuns, summaryOf, type RunSummary } from "./list-runs.ts";
export type { RolloutPlace, RolloutQuery } from "./walk-rollouts.ts";
export type {
  EvaluationResult,
  FitMetrics,
  RunConfig,
  RunState,
  StateChange,
  StepMetrics,
  StoredEvaluation,
  StoredRollout,
  UpdateMetrics,
} from "../records/run-event.ts";
export { checkRunFolder } from "./run-folder.ts";
export { runWriter } from "./run-lock.ts";
export { createRunStore, openRunStore, type OpenRunOptions, type RunStore } from "./run-store.ts";
export { taskOfRun, type RunTask } from "./run-task.ts";
export type { RunWarning } from "./run-warning.ts";
export type { ScannedRollout } from "./scan-rollouts.ts";
