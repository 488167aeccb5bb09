import type { RunFolders } from "../run-folders.ts";
import { Quarantine } from "./quarantine.ts";
import { ReaderLane, type Job, type Question, type WholeAnswer } from "./reader-lane.ts";
import { ReaderProcess, type ReaderSettings } from "./reader-process.ts";

/** Milliseconds that a run's figures may take while others wait; less where one was put off a moment ago. */
const QUICK = 200;
const QUICK_AGAIN = 100;
const AGAIN = 5000;
/** More for the first question of a reader, whose code isn't warm yet. */
const FIRST = 100;
/** The same, among those that were put off, so many times; then it may take all the time that there is. */
const PATIENT = 1000;
const MOST_PUT_OFF = 4;
/** A run's metrics are some kilobytes a step. */
const MEGABYTES = 1024;

/**
 * The readers of all runs' figures. Most are read in milliseconds, one after the other by one reader; a run that takes
 * long goes on to a second one for those, and nobody else waits for it.
 */
export class FigureReaders {
  private readonly quarantine = new Quarantine();
  /** Runs that were slow before: they go to the patient reader, which knows them by then. */
  private readonly slow = new Set<string>();
  private readonly quick: ReaderLane;
  private readonly patient: ReaderLane;
  private lastPutOff = -Infinity;

  constructor(
    private readonly folders: RunFolders,
    settings: ReaderSettings,
  ) {
    const common = {
      start: () => new ReaderProcess(settings, MEGABYTES),
      check: ({ folder }: Job) => this.quarantine.check(folder),
      onHang: ({ folder }: Job, error: Error) => this.quarantine.add(folder, error),
    };
    this.quick = new ReaderLane({
      ...common,
      limitOf: (_job, first) => this.quickLimit() + (first ? FIRST : 0),
      onPutOff: (job) => this.passOn(job),
      // What hangs there takes a core from those that don't.
      onIdle: () => this.patient.work(),
      mayBegin: () => true,
    });
    this.patient = new ReaderLane({
      ...common,
      limitOf: ({ putOff }) => (putOff > MOST_PUT_OFF ? Infinity : PATIENT),
      onPutOff: (job) => this.patient.add(job),
      onIdle: () => undefined,
      mayBegin: () => !this.quick.hasWaiting,
    });
  }

  /** Starts the reader, for the question that will come. */
  warm(): void {
    this.quick.warm();
  }

  /** @throws RequestError where there is no such run, RunError where it hangs, or did before */
  async ask(question: Question): Promise<WholeAnswer> {
    const folder = this.folders.folderOf(question.run);
    this.quarantine.check(folder);
    const lane = this.slow.has(question.run) ? this.patient : this.quick;
    return new Promise((resolve, reject) => lane.add({ ...question, folder, resolve, reject, putOff: 0 }));
  }

  async close(): Promise<void> {
    await Promise.all([this.quick.close(), this.patient.close()]);
  }

  private quickLimit(): number {
    return performance.now() - this.lastPutOff < AGAIN ? QUICK_AGAIN : QUICK;
  }

  private passOn(job: Job): void {
    this.lastPutOff = performance.now();
    this.slow.add(job.run);
    // Where there is one there may be more: the next reader is loaded meanwhile.
    if (this.quick.hasWaiting) this.quick.prepare();
    for (const one of [job, ...this.quick.take(job.run)]) this.patient.add(one);
  }
}
