import type { EmergenceMetrics } from "./emergence-metrics.ts";
import type { Reward } from "./reward.ts";
import type { Rollout } from "./rollout.ts";
import type { UpdateMetrics } from "./update-metrics.ts";

export type { UpdateMetrics };

/**
 * Everything that decides what a run computes. Two runs with equal configs and the same number of workers give the same
 * bytes.
 */
export interface RunConfig {
  /** What the run is: `zero`, `pretrain`, ... */
  readonly kind: string;
  readonly [field: string]: unknown;
}

/** A rollout as the store keeps it. */
export interface StoredRollout {
  readonly step: number;
  /** The place of its problem in the step; the order of recording where absent. */
  readonly problemIndex?: number;
  readonly problemId: string;
  readonly prompt: string;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  readonly rollout: Rollout;
  readonly reward: Reward;
  /** Null where its group carried no signal. */
  readonly advantage: number | null;
}

/** One line of the curve: what a step sampled, earned and changed. */
export interface StepMetrics extends UpdateMetrics {
  readonly step: number;
  /** Share of rollouts with a right verdict, of those that could be verified. */
  readonly accuracy: number;
  readonly accuracyError: number;
  readonly rewardMean: number;
  readonly rewardByPart: Readonly<Record<string, number>>;
  readonly formatShare: number;
  readonly truncatedShare: number;
  /** Share of groups whose rewards differ. */
  readonly signalShare: number;
  readonly unverifiable: number;
  readonly rollouts: number;
  readonly completionTokens: number;
  readonly emergence: EmergenceMetrics;
  readonly rolloutSeconds: number;
  readonly rewardSeconds: number;
  readonly updateSeconds: number;
  readonly seconds: number;
  /** Sampled tokens by second of the whole step. */
  readonly tokensPerSecond: number;
}

/** One line of the curve of supervised fine-tuning. */
export interface FitMetrics {
  readonly step: number;
  /** Mean cross-entropy of the batch, in nats a completion token. */
  readonly loss: number;
  readonly gradNorm: number;
  readonly learningRate: number;
  readonly epoch: number;
  /** Completion tokens that were learnt from. */
  readonly tokens: number;
  readonly seconds: number;
  readonly tokensPerSecond: number;
}

/** An evaluation on problems that were not trained on. */
export interface EvaluationResult {
  /** Share of samples that are right. */
  readonly accuracy: number;
  /** Standard error of `accuracy` over problems. */
  readonly standardError: number;
  readonly greedyAccuracy: number;
  /** Mean number of sampled tokens. */
  readonly meanLength: number;
  /** Share of completions that reject a candidate of their own and try another. */
  readonly selfCorrectionShare: number;
  readonly truncatedShare: number;
  /** Share of completions that are one thinking and one answer in their tags; null where it was not measured. */
  readonly formatShare: number | null;
  /** Words of the thinking in another language than the question's; null where questions have no language. */
  readonly languageMixing: number | null;
  readonly problems: number;
  readonly samples: number;
  /** Share of problems whose most frequent answer of `majoritySamples` is right (cons@k); absent in older runs. */
  readonly majorityAccuracy?: number;
  readonly majoritySamples?: number;
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
