import type { Attempt } from "./attempt.ts";
import type { ParsedCompletion } from "./parsed-completion.ts";
import type { Problem } from "./problem.ts";
import type { Reward } from "./reward.ts";
import type { Verdict } from "./verdict.ts";

/*
 * The six shapes of a completion, from the sampler to the page:
 *
 *   Completion -> Rollout -> JudgedRollout -> ScoredRollout -> TrainingSequence (the trainer)
 *                                                           -> StoredRollout    (the store, and all that reads it)
 *
 * Whoever needs less takes a `Pick` of one of them.
 */

/** How a completion ended: by its end token, at the length limit, or by what befell it. */
export type StopReason = "end" | "length" | "cancelled" | "tool failed" | "sampler failed";
export const STOP_REASONS: readonly StopReason[] = ["end", "length", "cancelled", "tool failed", "sampler failed"];

/** What a sampler wrote after a prompt. */
export interface Completion {
  /** Sampled tokens, the end-of-sequence token included where it was sampled. */
  readonly tokens: readonly number[];
  /**
   * Log-probability of each sampled token under the temperature-scaled distribution it was drawn from (before top-k and
   * top-p), same length as `tokens`; none where another engine, whose run was imported, didn't record them.
   */
  readonly logprobs: readonly number[];
  readonly stop: StopReason;
}

/** A completion of a problem, with everything that training on it needs. */
export interface Rollout<P = Problem> extends Completion {
  readonly problem: P;
  /** The prompt as text. */
  readonly prompt: string;
  readonly promptTokens: readonly number[];
  /** Which of `tokens` the model wrote, as opposed to a tool or an environment; all of them where absent. */
  readonly mask?: readonly boolean[];
  /** The completion as text, without special end tokens. */
  readonly text: string;
  /** The policy that sampled it: number of updates made before. */
  readonly version: number;
  /** Index of the sample within its group. */
  readonly sample: number;
}

/** A rollout that was read and decided on. */
export interface JudgedRollout<P = Problem> extends Rollout<P> {
  readonly parsed: ParsedCompletion;
  readonly verdict: Verdict;
  /** The candidates that its thinking considers; undefined where the task doesn't count tries. */
  readonly attempts: readonly Attempt[] | undefined;
}

/** A judged rollout with what it earned and how that compares with its group. */
export interface ScoredRollout<P = Problem> extends JudgedRollout<P> {
  readonly reward: Reward;
  /** Null where its group carries no signal, or it could not be scored. */
  readonly advantage: number | null;
}

/**
 * A sequence to train on or to score: a prompt and what follows it. The numbers by token are for the completion's
 * tokens.
 */
export interface TrainingSequence {
  readonly promptTokens: readonly number[];
  readonly tokens: readonly number[];
  /**
   * Weight of each completion token in the loss (losses/token-weights.ts): one for all, or one a token (0 for those
   * that the model didn't write).
   */
  readonly weight: number | readonly number[];
  /** Of the whole completion, or of each of its tokens. */
  readonly advantage: number | readonly number[];
  readonly oldLogprobs?: readonly number[];
  readonly refLogprobs?: readonly number[];
}

/** A rollout as the store keeps it: its problem by its id. */
export interface StoredRollout {
  readonly step: number;
  /** The place of its problem in the step; the order of recording where absent. */
  readonly problemIndex?: number;
  readonly problemId: string;
  readonly prompt: string;
  /** From 0 (easy) to 1 (hard). */
  readonly difficulty: number;
  readonly rollout: Omit<Rollout, "problem" | "prompt">;
  readonly reward: Reward;
  /** Null where its group carried no signal. */
  readonly advantage: number | null;
}
