import type { ScoredCompletion } from "./reward-scorer.ts";

/** Completions over which the share is taken, and the fewest of which it says something. */
const WINDOW = 1000;
const FEWEST = 200;
const MOST_REASONS = 100;

/** What a server of rewards has done since it was started. */
export interface RewardFigures {
  readonly judged: number;
  readonly right: number;
  readonly unverifiable: number;
  /** Labels that stand for no problem and no gold here; they are none of the others. */
  readonly unknown: number;
  /** Of the last 1,000 that were judged or should have been; null before the first. */
  readonly unverifiableShare: number | null;
  /** Mean reward of what was scored; null before the first. */
  readonly meanReward: number | null;
  /** Why completions were unverifiable, the commonest first, at most ten. */
  readonly reasons: readonly { readonly reason: string; readonly count: number }[];
}

/** Counts what is scored. */
export class RewardCounts {
  private judged = 0;
  private right = 0;
  private unverifiable = 0;
  private unknown = 0;
  private scored = 0;
  private rewards = 0;
  private readonly reasons = new Map<string, number>();
  /** Whether each of the last ones was unverifiable, in a ring. */
  private readonly window = new Uint8Array(WINDOW);
  private windowUnverifiable = 0;

  add({ reward, verdict, reason = "", unknown }: ScoredCompletion): void {
    if (unknown) return void this.unknown++;
    const missing = verdict === "unverifiable" ? 1 : 0;
    const place = (this.judged + this.unverifiable) % WINDOW;
    this.windowUnverifiable += missing - this.window[place]!;
    this.window[place] = missing;
    if (missing === 1) {
      this.unverifiable++;
      this.addReason(reason.slice(0, 300));
    } else this.judged++;
    if (verdict === "right") this.right++;
    if (reward === null) return;
    this.scored++;
    this.rewards += reward;
  }

  figures(): RewardFigures {
    const { judged, right, unverifiable, unknown, scored, rewards } = this;
    const reasons = [...this.reasons].sort(([, a], [, b]) => b - a).slice(0, 10);
    return {
      judged,
      right,
      unverifiable,
      unknown,
      unverifiableShare: this.share(),
      meanReward: scored === 0 ? null : rewards / scored,
      reasons: reasons.map(([reason, count]) => ({ reason, count })),
    };
  }

  /** Whether too many of the last ones were unverifiable, once there are enough to say so. */
  isAbove(most: number): boolean {
    return this.judged + this.unverifiable >= FEWEST && (this.share() ?? 0) > most;
  }

  private share(): number | null {
    const seen = Math.min(WINDOW, this.judged + this.unverifiable);
    return seen === 0 ? null : this.windowUnverifiable / seen;
  }

  private addReason(reason: string): void {
    const known = this.reasons.get(reason);
    if (known !== undefined || this.reasons.size < MOST_REASONS) this.reasons.set(reason, (known ?? 0) + 1);
  }
}
