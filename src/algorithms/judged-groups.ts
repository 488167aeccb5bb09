import type { AheadMetrics, UpdateMetrics } from "../records/metrics.ts";
import type { ScoredGroup } from "../rollout/score-groups.ts";

/** What a step learns from, and what it took to have it. */
export interface TakenGroups {
  readonly groups: readonly ScoredGroup[];
  readonly rolloutSeconds: number;
  /** Judging and rewards; where groups are written ahead, the wait for them. */
  readonly rewardSeconds: number;
  /** Of groups that were written ahead. */
  readonly ahead?: {
    readonly metrics: Omit<AheadMetrics, "kl">;
    /** Between sampler and trainer, under the weights that wrote the groups: the largest of their batches. */
    readonly gap: Pick<UpdateMetrics, "samplerGap" | "samplerGapMax">;
  };
}

/** Where a loop of reinforcement learning has its judged groups from. */
export interface JudgedGroups {
  /** Those of a step; steps are asked for in order. */
  take(step: number): Promise<TakenGroups>;
  /** A step has learnt from so many tokens. */
  learnt(tokens: number): Promise<void>;
  /** Seconds since some moment, by the source's clock. */
  now(): number;
  /** Nothing more is asked for. */
  stop(): void;
}
