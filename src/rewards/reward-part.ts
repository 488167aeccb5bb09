import type { Problem } from "../records/problem.ts";
import type { JudgedRollout } from "../records/rollout.ts";

/** One part of a reward: a name for the record, a weight, and a function that scores a completion. */
export interface RewardPart<P = Problem> {
  readonly name: string;
  readonly weight: number;
  /** The score before its weight; null where the completion can't be scored, which is not the same as 0. */
  score(completion: JudgedRollout<P>): number | null | Promise<number | null>;
}
