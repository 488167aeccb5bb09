/** How many rows have something in common, and the first of them. */
export interface CountedReason {
  readonly reason: string;
  readonly count: number;
  /** Names the first row: `line 3 of "data.jsonl"`, or the whole error about it. */
  readonly first: string;
}

/** Reasons that are kept apart; what comes later is counted together. */
const MOST_REASONS = 50;
const OTHERS = "other reasons";

/** Counts rows by reason. */
export class ReasonCounter {
  private readonly reasons = new Map<string, { count: number; readonly first: string }>();
  total = 0;

  add(reason: string, first: string): void {
    this.total++;
    const known = this.reasons.has(reason) || this.reasons.size < MOST_REASONS ? reason : OTHERS;
    const found = this.reasons.get(known);
    if (found === undefined) this.reasons.set(known, { count: 1, first });
    else found.count++;
  }

  /** The commonest first. */
  list(): CountedReason[] {
    return [...this.reasons]
      .map(([reason, { count, first }]) => ({ reason, count, first }))
      .toSorted((a, b) => b.count - a.count);
  }
}
