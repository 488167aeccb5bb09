import type { Problem } from "../records/problem.ts";
import type { JudgedRollout } from "../records/rollout.ts";

/** What every part of a reward has: a name for the record, and a weight. */
interface NamedPart {
  readonly name: string;
  readonly weight: number;
}

/** A part that looks at one completion: its text, its verdict, its problem. */
export interface CompletionReward<P = Problem> extends NamedPart {
  /** The score before its weight; null where the completion can't be scored, which is not the same as 0. */
  score(completion: JudgedRollout<P>): number | null | Promise<number | null>;
}

/** A part that looks at all completions of a problem at once: which is the shortest right one, which say the same. */
export interface GroupReward<P = Problem> extends NamedPart {
  /** The scores before the weight, in the order of the completions; null for what can't be scored. */
  scoreGroup(
    completions: readonly JudgedRollout<P>[],
  ): readonly (number | null)[] | Promise<readonly (number | null)[]>;
}

/** One part of a reward: a value, and nothing is known of it but its name, its weight and what it scores. */
export type RewardPart<P = Problem> = CompletionReward<P> | GroupReward<P>;
