import { RunError } from "../../../errors.ts";
import type { RunFolders } from "../run-folders.ts";
import { Quarantine } from "./quarantine.ts";
import { ReaderError } from "./reader-error.ts";
import { ReaderProcess, tooLong, type ReaderSettings } from "./reader-process.ts";

/** Seconds that the figures of one run may take. */
const SECONDS = 5;
/** Milliseconds after which a question that others wait behind is left to its reader, and another reader answers those. */
const ASIDE_AFTER = 250;
/** The same, where a reader is aside already: it is more likely that runs are slow on purpose. */
const NEXT_ASIDE_AFTER = 100;
/** Readers that may be aside; where they are, the first of them is ended after so many seconds to make room. */
const MOST_ASIDE = 2;
const CROWDED_SECONDS = 1;
/** A run's metrics are some kilobytes a step. */
const MEGABYTES = 1024;

/** A whole answer. */
export interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
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

interface Job extends Question {
  readonly folder: string;
  readonly resolve: (answer: WholeAnswer) => void;
  readonly reject: (error: Error) => void;
}

/** A reader and what it is asked just now. */
interface Lane {
  readonly reader: ReaderProcess;
  job: Job | null;
  began: number;
}

/**
 * The reader of all runs' figures, which are quickly read: it is asked one question at a time, so that it is known which run
 * a question hangs at. That run's reader is put aside and the others' questions go to another, so nobody waits for it.
 */
export class FigureReaders {
  private readonly quarantine = new Quarantine();
  private readonly waiting: Job[] = [];
  private active: Lane | null = null;
  private spare: ReaderProcess | null = null;
  private readonly aside = new Set<Lane>();
  private timer: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly folders: RunFolders,
    private readonly settings: ReaderSettings,
  ) {}

  /** Starts the reader, for the question that will come. */
  warm(): void {
    if (this.active === null) this.spare ??= this.start();
  }

  /** @throws RequestError where there is no such run, RunError where it hangs, or did before */
  async ask(question: Question): Promise<WholeAnswer> {
    const folder = this.folders.folderOf(question.run);
    this.quarantine.check(folder);
    return new Promise((resolve, reject) => {
      const place = question.later ? this.waiting.length : this.waiting.findIndex(({ later }) => later);
      this.waiting.splice(place < 0 ? this.waiting.length : place, 0, { ...question, folder, resolve, reject });
      this.work();
    });
  }

  async close(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    for (const { reject } of this.waiting.splice(0)) reject(new RunError("The dashboard ends."));
    const readers = [this.spare, this.active?.reader, ...[...this.aside].map(({ reader }) => reader)];
    await Promise.all(readers.map((reader) => reader?.kill()));
  }

  private work(): void {
    if (this.closed || this.waiting.length === 0) return;
    if (this.active?.reader.alive === false && this.active.job === null) this.active = null;
    if (this.active === null) {
      const reader = this.spare?.alive === true ? this.spare : this.start();
      this.spare = null;
      this.active = { reader, job: null, began: Infinity };
    }
    if (this.active.job === null) void this.read(this.active, this.waiting.shift()!);
    else this.watch();
  }

  private async read(lane: Lane, job: Job): Promise<void> {
    lane.job = job;
    let slow: NodeJS.Timeout | undefined;
    try {
      await lane.reader.ready;
      // Loading it takes longer than any question.
      lane.began = performance.now();
      slow = setTimeout(() => job.onSlow?.(), ASIDE_AFTER);
      this.watch();
      const { status, headers, body } = await lane.reader.ask(job.path, job.gzip, SECONDS);
      const bytes = new Uint8Array(await new Response(body).arrayBuffer());
      job.resolve({ status, headers, bytes, milliseconds: performance.now() - lane.began });
    } catch (error) {
      if (error instanceof ReaderError && !this.closed) this.quarantine.add(job.folder, error);
      job.reject(error as Error);
    }
    clearTimeout(slow);
    lane.job = null;
    lane.began = Infinity;
    if (this.aside.delete(lane)) {
      if (this.spare === null && lane.reader.alive && !this.closed) this.spare = lane.reader;
      else await lane.reader.kill();
    }
    this.work();
  }

  /** Looks again when the active question has taken too long for those behind it. */
  private watch(): void {
    clearTimeout(this.timer);
    const { active } = this;
    if (active === null || active.job === null || active.began === Infinity || this.waiting.length === 0) return;
    const limit = this.aside.size === 0 ? ASIDE_AFTER : NEXT_ASIDE_AFTER;
    const left = limit - (performance.now() - active.began);
    // The next reader is loaded in the meantime.
    if (left < limit / 2) this.spare ??= this.start();
    if (left > 0) this.timer = setTimeout(() => this.watch(), left < limit / 2 ? left : left - limit / 2 + 1);
    else if (this.makeRoom()) this.putAside(active);
    else this.timer = setTimeout(() => this.watch(), NEXT_ASIDE_AFTER);
  }

  private putAside(lane: Lane): void {
    this.aside.add(lane);
    this.active = null;
    this.work();
  }

  /** Whether another reader may be put aside. */
  private makeRoom(): boolean {
    if (this.aside.size < MOST_ASIDE) return true;
    const first = [...this.aside].find(({ began }) => performance.now() - began > CROWDED_SECONDS * 1000);
    if (first !== undefined) void first.reader.kill(tooLong(CROWDED_SECONDS));
    return false;
  }

  private start(): ReaderProcess {
    return new ReaderProcess(this.settings, MEGABYTES);
  }
}
