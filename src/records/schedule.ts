import type { Reward } from "./reward.ts";
import type { StoredRollout } from "./rollout.ts";

/** A group of an asynchronous run: the batch that it was written in, from 1, and its place there, from 0. */
export interface GroupPlace {
  readonly batch: number;
  readonly place: number;
}

/** A batch of groups, all written by one version of the policy. */
export interface WrittenBatch {
  readonly batch: number;
  /** Steps that the policy had made when it wrote the batch. */
  readonly afterStep: number;
  /**
   * How far the trainer's log-probabilities are from the sampler's, in nats, on some of its completions under the
   * weights that wrote it; null where the batch is to be written yet.
   */
  readonly gap: { readonly mean: number; readonly max: number } | null;
}

/** What a step learns from: decided before its update, and kept. */
export interface StepPlan {
  readonly step: number;
  /** In the order in which they are learnt from. */
  readonly groups: readonly GroupPlace[];
  /** Groups that were given up before it, as they had grown too old. */
  readonly dropped: readonly GroupPlace[];
}

/** What was written when, and which step learns from what. */
export interface RunSchedule {
  readonly batches: readonly WrittenBatch[];
  readonly plans: readonly StepPlan[];
}

/** The rollouts of a group that no step has learnt from yet. */
export interface KeptGroup extends GroupPlace {
  /** In the order of samples; their advantage is null. */
  readonly rollouts: readonly StoredRollout[];
  /** Whether their rewards have come. */
  readonly judged: boolean;
}

/**
 * The schedule of an asynchronous run, which depends on when verdicts came: with it the run is a function of its seed
 * again.
 */
export interface ScheduleBook {
  /** In their order. */
  batches(): readonly WrittenBatch[];
  /** In the order of steps; those of steps that were not made yet are followed. */
  plans(): readonly StepPlan[];
  /** In the order of batches and places. */
  groups(): Iterable<KeptGroup>;
  /** @param rollouts of all its groups, in their order */
  keepBatch(batch: WrittenBatch, rollouts: readonly (readonly StoredRollout[])[]): void;
  /** @param rewards by sample */
  keepJudged(place: GroupPlace, rewards: readonly Reward[]): void;
  keepPlan(plan: StepPlan): void;
}

/** `3.12`: names a group, and orders nothing. */
export function placeName({ batch, place }: GroupPlace): string {
  return `${batch}.${place}`;
}
