import type { EvaluationResult } from "./metrics.ts";

/** What a run that a browser tab made says of where it was imported from. */
export const BROWSER_TAB = "a browser tab";

/**
 * Everything that decides what a run computes. Two runs with equal configs and the same number of workers give the same
 * bytes.
 */
export interface RunConfig {
  /** What the run is: `zero`, `pretrain`, ... */
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** What happened to a run as a whole. */
export type RunState = "started" | "resumed" | "finished" | "interrupted" | "failed";

/** A change of state. */
export interface StateChange {
  readonly state: RunState;
  /** Milliseconds since 1970. */
  readonly time: number;
  /** The last recorded step; 0 before the first. */
  readonly step: number;
  /** Of the start, the base's name; of a failure, its reason; empty where there is nothing to say. */
  readonly detail: string;
}

/** An evaluation as the store keeps it. */
export interface StoredEvaluation {
  /** `before`, `during` (every so many steps, where it was asked for) or `after`. */
  readonly name: string;
  readonly step: number;
  readonly result: EvaluationResult;
}
