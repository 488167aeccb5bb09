import type { Stage } from "./stage-runner.ts";

/** Lets so many in at once; of those that wait, the one with the first place. */
class Lanes {
  private readonly waiting: { readonly place: number; readonly begin: () => void }[] = [];

  constructor(private free: number) {}

  async through(place: number, work: () => Promise<unknown>): Promise<void> {
    await new Promise<void>((begin) => {
      this.waiting.push({ place, begin });
      this.next();
    });
    try {
      await work();
    } finally {
      // Whoever waited for this work may have a place before all others: it comes first.
      setImmediate(() => {
        this.free++;
        this.next();
      });
    }
  }

  private next(): void {
    if (this.free === 0 || this.waiting.length === 0) return;
    this.free--;
    const first = this.waiting.reduce((a, b) => (b.place < a.place ? b : a));
    this.waiting.splice(this.waiting.indexOf(first), 1);
    first.begin();
  }
}

/**
 * Works on stages side by side, in their order as far as their inputs are done. Gives by key when each is done, or what
 * its work or an input's threw.
 *
 * One stage with two workers waits at every step for the slower of them, and for what one thread does alone; two stages
 * with a worker each do not.
 *
 * @param order each stage after its inputs
 * @param lanes so many at once
 */
export function workInLanes(
  order: readonly Stage[],
  lanes: number,
  work: (stage: Stage) => Promise<unknown>,
): ReadonlyMap<string, Promise<void>> {
  const queue = new Lanes(lanes);
  const done = new Map<string, Promise<void>>();
  for (const [place, stage] of order.entries()) {
    const inputs = Promise.all(stage.inputs.flatMap(({ key }) => done.get(key) ?? []));
    const made = inputs.then(() => queue.through(place, () => work(stage)));
    // That one failed is told to whoever waits for it.
    made.catch(() => undefined);
    done.set(stage.key, made);
  }
  return done;
}
