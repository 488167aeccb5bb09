import { ReaderError } from "./reader-error.ts";
import type { AnswerHead } from "./reader-messages.ts";
import type { ReaderProcess } from "./reader-process.ts";

/** Seconds that the figures of one run may take. */
const SECONDS = 5;
/** Milliseconds after which a question is slow. */
const SLOW = 250;
/** On a machine that is busy, a question may take such a part of what it took to load its reader. */
const LOADING_PART = 0.5;

/** A whole answer. */
export interface WholeAnswer extends AnswerHead {
  readonly bytes: Uint8Array;
  /** That it took to read, without the wait for others. */
  readonly milliseconds: number;
}

/** What is asked of a run. */
export interface Question {
  readonly run: string;
  readonly path: string;
  readonly gzip: boolean;
  /** Waits behind those that aren't, as the many of a list do. */
  readonly later: boolean;
  /** Told where it takes so long that others needn't wait for it. */
  readonly onSlow?: () => void;
}

/** A question that waits for its answer. */
export interface Job extends Question {
  readonly folder: string;
  readonly resolve: (answer: WholeAnswer) => void;
  readonly reject: (error: Error) => void;
  /** How often it was put off for others. */
  putOff: number;
}

export interface LaneParts {
  readonly start: () => ReaderProcess;
  /**
   * Milliseconds that a question may take while those of other runs wait behind it.
   *
   * @param first whether it is the first of its reader
   */
  readonly limitOf: (job: Job, first: boolean) => number;
  /** Takes a question that took longer. */
  readonly onPutOff: (job: Job) => void;
  /** Told when nothing is left to do. */
  readonly onIdle: () => void;
  readonly mayBegin: () => boolean;
  /** @throws what is known of a run that can't be read */
  readonly check: (job: Job) => void;
  /** Takes what a reader of a run ended with. */
  readonly onHang: (job: Job, error: ReaderError) => void;
}

/**
 * A reader that is asked one question at a time, so that it is known which run it hangs at. One that takes too long
 * while others wait is put off: native code can't be interrupted, so its reader is killed and another takes its place.
 */
export class ReaderLane {
  private readonly waiting: Job[] = [];
  private reader: ReaderProcess | null = null;
  private spare: ReaderProcess | null = null;
  private current: Job | null = null;
  private began = Infinity;
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(private readonly parts: LaneParts) {}

  get hasWaiting(): boolean {
    return this.waiting.length > 0;
  }

  /** Starts a reader, for the question that will come. */
  warm(): void {
    this.reader ??= this.parts.start();
  }

  /** Starts the next reader, for a question that will be put off. */
  prepare(): void {
    if (this.spare?.alive !== true) this.spare = this.parts.start();
  }

  add(job: Job): void {
    const before = this.waiting.findIndex((other) => rank(other) > rank(job));
    this.waiting.splice(before < 0 ? this.waiting.length : before, 0, job);
    this.work();
  }

  work(): void {
    if (this.closed) return;
    if (this.current !== null) return this.watch();
    const job = this.parts.mayBegin() ? this.next() : undefined;
    if (job === undefined) return this.parts.onIdle();
    if (this.reader?.alive !== true) {
      this.reader = this.spare?.alive === true ? this.spare : this.parts.start();
      this.spare = null;
    }
    this.current = job;
    void this.read(this.reader, job);
  }

  /** Takes away the questions of a run that wait. */
  take(run: string): Job[] {
    const taken = this.waiting.filter((job) => job.run === run);
    for (const job of taken) this.waiting.splice(this.waiting.indexOf(job), 1);
    return taken;
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(new ReaderError("The dashboard ends."));
    await Promise.all([this.reader?.kill(), this.spare?.kill()]);
  }

  /** The next question of a run that may be read. */
  private next(): Job | undefined {
    for (let job = this.waiting.shift(); job !== undefined; job = this.waiting.shift()) {
      try {
        this.parts.check(job);
        return job;
      } catch (error) {
        job.reject(error as Error);
      }
    }
    return undefined;
  }

  private async read(reader: ReaderProcess, job: Job): Promise<void> {
    let slow: NodeJS.Timeout | undefined;
    const putOff = job.putOff;
    try {
      await reader.ready;
      // Loading it takes longer than most questions.
      this.began = performance.now();
      slow = setTimeout(() => job.onSlow?.(), SLOW);
      this.watch();
      const { status, headers, body } = await reader.ask({ path: job.path, gzip: job.gzip }, SECONDS);
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      job.resolve({ status, headers, bytes, milliseconds: performance.now() - this.began });
    } catch (error) {
      if (job.putOff === putOff || this.closed) {
        if (error instanceof ReaderError && !this.closed) this.parts.onHang(job, error);
        job.reject(error as Error);
      }
    }
    clearTimeout(slow);
    clearTimeout(this.timer);
    this.current = null;
    this.began = Infinity;
    if (job.putOff > putOff && !this.closed) this.parts.onPutOff(job);
    this.work();
  }

  /** Puts the question off when it has taken too long for others; looks again until then. */
  private watch(): void {
    clearTimeout(this.timer);
    const { current: job, began } = this;
    if (job === null || began === Infinity || this.waiting.every(({ run }) => run === job.run)) return;
    const { answered = 0, loadedIn = 0 } = this.reader ?? {};
    const limit = Math.max(this.parts.limitOf(job, answered === 0), LOADING_PART * loadedIn);
    if (limit === Infinity) return;
    const left = began + limit - performance.now();
    if (left <= limit / 2) this.prepare();
    if (left > 0) {
      this.timer = setTimeout(() => this.watch(), left > limit / 2 ? left - limit / 2 : left);
      return;
    }
    job.putOff++;
    job.onSlow?.();
    void this.reader?.kill();
  }
}

/** Who comes first: those that were put off less often, and among them those that somebody waits for. */
function rank({ putOff, later }: Job): number {
  return putOff + (later ? 0.5 : 0);
}
