import type { QueueClock } from "./queue-clock.ts";

/** A claim as it stands in the table. */
export interface HeldClaim {
  readonly id: number;
  readonly take: number;
  readonly beat: number;
  /** When it ends unless it is renewed, in milliseconds since 1970. */
  readonly lease: number;
}

interface Seen {
  readonly take: number;
  readonly beat: number;
  readonly since: number;
}

/**
 * Tells which claims nobody keeps any more. Two things must be so: the lease is over by the calendar, and this process
 * has itself watched for a lease's time that no heartbeat came. A clock that is set forwards makes leases look over,
 * and the watching says that they aren't; one that is set back makes them look longer than any lease is.
 */
export class LeaseWatch {
  private seen = new Map<number, Seen>();

  constructor(
    private readonly leaseMs: number,
    private readonly clock: QueueClock,
  ) {}

  /** @param running all claims that there are */
  abandoned(running: readonly HeldClaim[]): HeldClaim[] {
    const [now, steady] = [this.clock.wall(), this.clock.steady()];
    const seen = new Map<number, Seen>();
    const over = running.filter(({ id, take, beat, lease }) => {
      const before = this.seen.get(id);
      const isSame = before !== undefined && before.take === take && before.beat === beat;
      seen.set(id, isSame ? before : { take, beat, since: steady });
      const isQuiet = isSame && steady - before.since >= this.leaseMs;
      return isQuiet && (now >= lease || lease - now > 2 * this.leaseMs);
    });
    this.seen = seen;
    return over;
  }
}
