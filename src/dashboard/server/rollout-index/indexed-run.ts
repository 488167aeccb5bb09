import type { AhaMoment } from "../../../emergence/index.ts";
import { AhaError, EngineError, RunError } from "../../../errors.ts";
import { withDeadline } from "../../../host/deadline.ts";
import type { WorkerHandle } from "../../../host/worker-calls.ts";
import { startWorker, workerModule } from "../../../host/worker-host.ts";
import { storeIdentity } from "../../../store/run-lock.ts";
import type { Distribution, RolloutFilter, RolloutLine } from "../../api.ts";
import type { IndexCalls, IndexInit } from "./index-worker.ts";
import type { IndexedProblem } from "./rollout-index.ts";

/** Milliseconds that the thread reads on before it looks whether there is a question. */
const PORTION = 30;
/** Milliseconds that a question waits for a thread that has just begun, so that a small run is answered whole. */
const PATIENCE = 150;
/** Milliseconds for which a failure is the answer; then the run is read anew, in case it was mended. */
const FAILURE_AGE = 5000;

/** The index of one run, kept by a thread of its own. */
export class IndexedRun {
  private readonly identity: string;
  private readonly worker: Promise<WorkerHandle<IndexCalls>>;
  private reading: Promise<void> | undefined;
  private rows = 0;
  private stopped = false;
  private failure: { readonly error: AhaError; readonly time: number } | undefined;

  /** @param onProgress told whenever it read on */
  constructor(
    private readonly folder: string,
    private readonly onProgress: () => void,
  ) {
    this.identity = storeIdentity(folder);
    this.worker = startWorker<IndexInit, IndexCalls>({
      name: "the search of rollouts",
      module: workerModule("./index-worker", import.meta.url),
      init: { folder },
    });
    // Whoever asks hears of it; until then nobody need.
    this.worker.catch(() => undefined);
  }

  /** Rollouts that were read until now. */
  get size(): number {
    return this.rows;
  }

  /** Whether the folder still holds the run that was read, and reading it didn't fail a while ago. */
  get current(): boolean {
    if (this.failure !== undefined && performance.now() - this.failure.time > FAILURE_AGE) return false;
    return !this.stopped && this.identity === storeIdentity(this.folder);
  }

  /** A page of the rollouts that fit, of those that were read until now. */
  async page(
    filter: RolloutFilter & { readonly offset: number; readonly limit: number },
  ): Promise<{ readonly lines: readonly RolloutLine[]; readonly total: number }> {
    await this.upToDate(PATIENCE);
    return this.ask((calls) => calls.page(filter));
  }

  /** Every problem; of the rollouts that were read until now. */
  async problems(): Promise<readonly IndexedProblem[]> {
    await this.upToDate(PATIENCE);
    return this.ask((calls) => calls.problems());
  }

  /** Of the rollouts of a step and of the first one that were read until now. */
  async distributions(step: number): Promise<readonly Distribution[]> {
    await this.upToDate(PATIENCE);
    return this.ask((calls) => calls.distributions(step));
  }

  /** Of the rollouts that were read until now. */
  async ahaMoments(): Promise<readonly AhaMoment[]> {
    await this.upToDate(PATIENCE);
    return this.ask((calls) => calls.ahaMoments());
  }

  /** The places of all rollouts that fit, after all were read. */
  async places(filter: RolloutFilter): Promise<Int32Array> {
    await this.upToDate(Infinity);
    return this.ask((calls) => calls.places(filter));
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.worker.then(
      (handle) => handle.stop(),
      () => undefined,
    );
  }

  /** Reads what is new, for at most so long; the thread reads on behind it. */
  private async upToDate(patience: number): Promise<void> {
    // A failure is kept: whoever asks next hears of it, also where nobody waited for it.
    this.reading ??= this.readAll()
      .catch(() => undefined)
      .finally(() => (this.reading = undefined));
    if (patience === Infinity) return this.reading;
    await withDeadline(this.reading, patience / 1000, () => undefined);
  }

  private async readAll(): Promise<void> {
    for (let done = false; !done && !this.stopped;) {
      const progress = await this.ask((calls) => calls.advance(PORTION));
      this.rows = progress.rows;
      done = progress.done;
      this.onProgress();
    }
  }

  private async ask<Answer>(question: (calls: WorkerHandle<IndexCalls>["calls"]) => Promise<Answer>): Promise<Answer> {
    if (this.failure !== undefined) throw this.failure.error;
    try {
      return await question((await this.worker).calls);
    } catch (error) {
      // What isn't said by the store itself is a thread that crashed, was stopped or ran out of memory.
      const known =
        error instanceof AhaError && !(error instanceof EngineError)
          ? error
          : new RunError(`The rollouts can't be searched (${(error as Error).message}); try again.`, { cause: error });
      this.failure ??= { error: known, time: performance.now() };
      throw known;
    }
  }
}
