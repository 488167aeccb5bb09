import type { ParsedCompletion } from "../prompts/parse-completion.ts";
import type { Rollout } from "../records/rollout.ts";
import type { Problem, Verdict } from "../tasks/task.ts";

/** A completion with what is known about it when it is scored. */
export interface CompletionToScore<P = Problem> {
  readonly rollout: Rollout;
  readonly parsed: ParsedCompletion;
  /** What the task's verifier said of the answer. */
  readonly verdict: Verdict;
  readonly problem: P;
}

/** One part of a reward: a name for the record, a weight, and a function that scores a completion. */
export interface RewardPart<P = Problem> {
  readonly name: string;
  readonly weight: number;
  /** The score before its weight; null where the completion can't be scored, which is not the same as 0. */
  score(completion: CompletionToScore<P>): number | null | Promise<number | null>;
}
