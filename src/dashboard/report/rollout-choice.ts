import type { StoredRollout } from "../../store/index.ts";

/** A rollout that is worth reading, and why. */
export interface ChosenRollout {
  readonly why: string;
  readonly stored: StoredRollout;
}

/** Completions of one step that are shown. */
const OF_A_STEP = 2;

/**
 * Chooses a few rollouts of a run that is told it in order: some of the first and of the last step, the longest that
 * finished, those of the highest and of the lowest reward (of equal ones the latest). It keeps no others.
 */
export class RolloutChoice {
  private first: StoredRollout[] = [];
  private last: StoredRollout[] = [];
  private longest: StoredRollout | undefined;
  private best: StoredRollout | undefined;
  private worst: StoredRollout | undefined;

  add(stored: StoredRollout): void {
    const { step, rollout, reward } = stored;
    if (
      this.first.length === 0 ||
      (this.first[0]!.step === step && this.first.length < OF_A_STEP && isOther(stored, this.first))
    )
      this.first.push(stored);
    if (this.last[0]?.step !== step) this.last = [stored];
    else if (this.last.length < OF_A_STEP && isOther(stored, this.last)) this.last.push(stored);
    if (rollout.status === "finished" && rollout.tokens.length > (this.longest?.rollout.tokens.length ?? 0))
      this.longest = stored;
    if (reward.total === null) return;
    if (reward.total >= (this.best?.reward.total ?? -Infinity)) this.best = stored;
    if (reward.total <= (this.worst?.reward.total ?? Infinity)) this.worst = stored;
  }

  /** Each once, in the order of steps within what they were chosen for. */
  chosen(): ChosenRollout[] {
    const all: ChosenRollout[] = [
      ...this.first.map((stored) => ({ why: "first step", stored })),
      ...this.last.map((stored) => ({ why: "last step", stored })),
      ...named("longest that finished", this.longest),
      ...named("highest reward", this.best),
      ...named("lowest reward", this.worst),
    ];
    const seen = new Set<StoredRollout>();
    return all.filter(({ stored }) => !seen.has(stored) && seen.add(stored));
  }
}

/** Of another problem: a group's completions are often alike. */
function isOther(stored: StoredRollout, others: readonly StoredRollout[]): boolean {
  return others.every(({ problemId }) => problemId !== stored.problemId);
}

function named(why: string, stored: StoredRollout | undefined): ChosenRollout[] {
  return stored === undefined ? [] : [{ why, stored }];
}
