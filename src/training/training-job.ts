import type { EvaluationDetails } from "../evaluation/evaluate.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import type { ScheduleBook } from "../records/schedule.ts";
import type { FitMetrics, StepMetrics, StoredRollout } from "../store/index.ts";
import type { Policy } from "../policy/policy.ts";
import type { ModelToTrain } from "./open-policy.ts";
import type { TrainingEvent } from "./training-event.ts";

/** What one step did: reinforcement learning gives its rollouts too. */
export interface TrainedStep {
  readonly metrics: StepMetrics | FitMetrics;
  readonly rollouts: readonly StoredRollout[];
  /** Why the run ends after this step, where it does. */
  readonly ends?: string;
}

/** What a run has kept of itself, for its job. */
export interface RunHistory {
  /** Of an asynchronous run. */
  readonly schedule: ScheduleBook;
  /** Its steps since it was last ended by itself. */
  readonly steps: readonly StepMetrics[];
}

/** How often a run is measured and kept, and when it ends. */
export interface RunLimits {
  readonly steps: number;
  /** 0 for no limit by the clock. */
  readonly minutes: number;
  /** Checkpoints that are kept for good: every so many steps. */
  readonly keepEvery: number;
  /** When one is written: `5` steps, `60s` (checkpoint-rule.ts); at the end in any case. */
  readonly checkpointEvery: string;
  /** Measure every so many steps; 0 for never. */
  readonly evaluateEvery: number;
}

/** When a policy is measured. */
export type LookName = "before" | "during" | "after";

/** What an evaluation of a run found. */
export interface Look extends EvaluationDetails {
  /** Completions of the problems that are followed through time, to be kept. */
  readonly watched: readonly StoredRollout[];
}

/**
 * A model with everything that trains it: what a run folder is written from. Opened around a checkpoint, stopped at the
 * end.
 */
export interface TrainingJob {
  readonly policy: Policy;
  readonly tokenizer: Tokenizer;
  readonly limits: RunLimits;
  /** The most memory that it should take, in megabytes of 2^20 bytes; null where it isn't planned. */
  readonly plannedMegabytes: number | null;
  /** What a checkpoint must hold beside the policy and its optimizer's state, by name: a reference policy, a critic. */
  extras(): Promise<ReadonlyMap<string, Float32Array>>;
  restoreExtras(extras: ReadonlyMap<string, Float32Array>): Promise<void>;
  /** The steps from one on, counted from 1; each has been made when it is given. */
  train(from: number, history: RunHistory): AsyncIterable<TrainedStep>;
  /** Measures the policy; null where there is nothing to measure it on. */
  evaluate(name: LookName, step: number, onProgress: (done: number, total: number) => void): Promise<Look | null>;
  /** Looks before step 1 whether training can work. @throws OptionError where it can't */
  preflight(onEvent: (event: TrainingEvent) => void): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Opens a job around a model: the base, or a checkpoint of its run. One that is opened beside another computes on the
 * CPU: a process has one policy on a GPU.
 */
export type OpenJob = (model: ModelToTrain, beside?: "beside another") => Promise<TrainingJob>;
