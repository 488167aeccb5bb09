import type { Verdict } from "../tasks/task.ts";

/** What a rollout earned, and for what. */
export interface Reward {
  /** The weighted sum of the breakdown; null where the completion could not be scored (it then carries no signal). */
  readonly total: number | null;
  /** Each part before its weight, by name. */
  readonly breakdown: Readonly<Record<string, number>>;
  readonly verdict: Verdict;
}
