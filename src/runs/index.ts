export { configDifferences, type ConfigDifference } from "./config-differences.ts";
export { TIMING_FIELDS } from "./content-digest.ts";
export { listRuns, type RunSummary } from "./list-runs.ts";
export type { RolloutQuery } from "./rollout-rows.ts";
export type { EvaluationResult, FitMetrics, RunConfig, RunState, StateChange, StepMetrics, StoredEvaluation, StoredRollout, UpdateMetrics } from "./run-event.ts";
export { checkRunFolder } from "./run-folder.ts";
export { runWriter } from "./run-lock.ts";
export { createRunStore, openRunStore, type OpenRunOptions, type RunStore } from "./run-store.ts";
export type { RunWarning } from "./run-warning.ts";
