import type { EvaluationResult, StepMetrics } from "../records/metrics.ts";
import type { StoredRollout } from "../records/rollout.ts";
import type { SentError } from "../host/sent-error.ts";
import type { TabSettings } from "./settings.ts";

/** What the page asks of the worker that trains. */
export type TrainerOrder =
  /** First, and once: a worker trains one run. `root` is the address of the page's folder. */
  | { readonly kind: "open"; readonly settings: TabSettings; readonly root: string }
  /** Step after step, until `pause` or the last one. */
  | { readonly kind: "train" }
  /** One step. */
  | { readonly kind: "step" }
  /** After the step in progress. */
  | { readonly kind: "pause" }
  /** How the policy as it is sees a group of the newest step: `LookAfter`, or that there is none. */
  | { readonly kind: "look"; readonly problemIndex: number }
  /** The weights as they are, once nothing is under way. */
  | { readonly kind: "model" };

/** A rollout of a step with what the page shows of it. */
export interface SeenRollout extends StoredRollout {
  /** Each token as text, shape [tokens]. */
  readonly pieces: readonly string[];
  /** Whether its thinking rejects a candidate of its own and tries another. */
  readonly corrects: boolean;
  /** The first wrong try that it rejects, as it was written; null where it rejects none. */
  readonly rejected: string | null;
  /** What the checker read; null where there was no answer. */
  readonly answer: string | null;
}

/** A problem's rollouts in a step. */
export interface SeenGroup {
  readonly problemIndex: number;
  readonly problemId: string;
  readonly prompt: string;
  readonly promptPieces: readonly string[];
  /** False where all earned the same: nothing is learnt from it. */
  readonly signal: boolean;
  readonly rollouts: readonly SeenRollout[];
}

/** A group again, under the policy as the update left it. */
export interface LookAfter {
  readonly step: number;
  readonly problemIndex: number;
  /** By rollout: log-probabilities of its tokens now, shape [tokens], in nats. */
  readonly logprobs: readonly (readonly number[])[];
  /** New samples of the same problem, as many. */
  readonly samples: readonly SeenRollout[];
}

/** What is held out is measured before training and at some steps. */
export interface SeenEvaluation extends EvaluationResult {
  /** 0 before training. */
  readonly step: number;
}

/** What the worker tells. */
export type TrainerNews =
  | { readonly kind: "loading"; readonly bytes: number; readonly of: number }
  /** The engine is up and the model is at work. */
  | { readonly kind: "ready"; readonly parameters: number; readonly workers: number; readonly shared: boolean }
  | { readonly kind: "evaluation"; readonly evaluation: SeenEvaluation }
  | {
      readonly kind: "step";
      readonly metrics: StepMetrics;
      readonly groups: readonly SeenGroup[];
      readonly digest: string;
    }
  | { readonly kind: "look"; readonly look: LookAfter }
  /** The newest step has no such group to look at. */
  | { readonly kind: "no group"; readonly step: number; readonly problemIndex: number }
  /** A file of safetensors. */
  | { readonly kind: "model"; readonly weights: Uint8Array }
  /** Nothing is under way: the order has been carried out, or the run is over. */
  | { readonly kind: "rest"; readonly over: boolean }
  | { readonly kind: "failed"; readonly error: SentError };
