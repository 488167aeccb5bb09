import type { EvaluationResult, StepMetrics } from "../records/metrics.ts";
import type { JudgePause } from "../judging/patient-verifier.ts";
import type { RunWarning } from "../store/index.ts";
import type { Preflight } from "./preflight.ts";
import type { LookName } from "./training-job.ts";

/** Where a step stands among all. */
export interface StepOf {
  /** That there shall be. */
  readonly steps: number;
  /** Till the last of them is made; null where nothing is foretold. */
  readonly secondsLeft: number | null;
  /** What computes it, where that isn't the CPU. */
  readonly device?: string;
}

/** A step of pretraining or fine-tuning. */
export interface FitProgress {
  readonly step: number;
  readonly loss: number;
  readonly tokensPerSecond: number;
}

/** What happens while a model is trained, for whoever shows it. */
export type TrainingEvent =
  | ({ readonly kind: "preflight" } & Preflight)
  | { readonly kind: "evaluating"; readonly name: LookName; readonly done: number; readonly total: number }
  | { readonly kind: "evaluated"; readonly name: LookName; readonly result: EvaluationResult }
  | ({ readonly kind: "step"; readonly metrics: StepMetrics } & StepOf)
  /** A step of pretraining or fine-tuning. */
  | ({ readonly kind: "fit" } & FitProgress & StepOf)
  /** A model comes from the hub; bytes. */
  | { readonly kind: "downloading"; readonly name: string; readonly done: number; readonly total: number }
  | { readonly kind: "checkpoint"; readonly step: number; readonly folder: string }
  /** The verifier is down; it is tried again after a wait. */
  | ({ readonly kind: "judge paused" } & JudgePause)
  /** Something in the figures that a person should look at, when it begins. */
  | { readonly kind: "warning"; readonly warning: RunWarning }
  | { readonly kind: "note"; readonly text: string };
