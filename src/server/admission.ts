import { ApiProblem } from "./api-problem.ts";

/** Seconds that a client is told to wait at most. */
const LONGEST_WAIT = 60;

/** How many choices are written or wait: whoever comes to a full house is told to come again. */
export class Admission {
  private inside = 0;
  private meanSeconds = 1;
  private whenEmpty: (() => void)[] = [];

  /**
   * @param slots choices that are written at once
   * @param queue choices that may wait
   * @param what they are, and what is done with them
   */
  constructor(
    private readonly slots: number,
    private readonly queue: number,
    private readonly what: string = "choices to be written or waiting",
  ) {}

  /** Most choices of one request. */
  get most(): number {
    return this.slots + this.queue;
  }

  /** Lets choices in. Returns what lets them out. @throws ApiProblem 429 where there is no room */
  enter(choices: number): () => void {
    if (this.inside + choices > this.most)
      throw new ApiProblem(
        429,
        `Expected at most ${this.most} ${this.what} at once, and ${this.inside} are; ask again later.`,
        { retryAfter: this.waitSeconds() },
      );
    this.inside += choices;
    const came = performance.now();
    let isOut = false;
    return () => {
      if (isOut) return;
      isOut = true;
      this.inside -= choices;
      this.meanSeconds += 0.2 * ((performance.now() - came) / 1000 - this.meanSeconds);
      if (this.inside > 0) return;
      for (const wake of this.whenEmpty.splice(0)) wake();
    };
  }

  /** When nothing is written any more. */
  async empty(): Promise<void> {
    if (this.inside > 0) await new Promise<void>((resolve) => this.whenEmpty.push(resolve));
  }

  /** About how long one is written, after which there is room. */
  private waitSeconds(): number {
    const rounds = 1 + this.queue / this.slots;
    return Math.min(LONGEST_WAIT, Math.max(1, Math.ceil(this.meanSeconds / rounds)));
  }
}
