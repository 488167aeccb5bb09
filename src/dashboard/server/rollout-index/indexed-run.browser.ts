import { withDeadline } from "../../../host/deadline.ts";
import { storeIdentity } from "../../../store/run-lock.ts";
import type { Distribution, RolloutFilter } from "../../api.ts";
import indexWorker, { type IndexCalls } from "./index-worker.ts";

/** Milliseconds that it reads on before it lets others have a turn. */
const PORTION = 30;
/** Milliseconds that a question waits for what isn't read yet; the page asks again for the rest. */
const PATIENCE = 150;

/** The index of one run, in the thread that is asked: it is one of its own already. */
export class IndexedRun {
  private readonly identity: string;
  private readonly calls: IndexCalls;
  private reading: Promise<unknown> | undefined;
  private rows = 0;
  private stopped = false;
  private failure: Error | undefined;

  /** @param onProgress told whenever it read on */
  constructor(
    private readonly folder: string,
    private readonly onProgress: () => void,
  ) {
    this.identity = storeIdentity(folder);
    this.calls = indexWorker({ folder });
  }

  /** Rollouts that were read until now. */
  get size(): number {
    return this.rows;
  }

  /** Whether the page still holds the run that was read. */
  get current(): boolean {
    return this.identity === storeIdentity(this.folder);
  }

  async page(filter: RolloutFilter & { readonly offset: number; readonly limit: number }): Promise<Page> {
    await this.upToDate();
    return this.calls.page(filter);
  }

  async problems(): Promise<ReturnType<IndexCalls["problems"]>> {
    await this.upToDate();
    return this.calls.problems();
  }

  async distributions(step: number): Promise<readonly Distribution[]> {
    await this.upToDate();
    return this.calls.distributions(step);
  }

  async ahaMoments(): Promise<ReturnType<IndexCalls["ahaMoments"]>> {
    await this.upToDate();
    return this.calls.ahaMoments();
  }

  stop(): Promise<void> {
    this.stopped = true;
    return Promise.resolve();
  }

  /** Reads what is new, for at most so long, and then on behind what is asked. */
  private async upToDate(): Promise<void> {
    this.reading ??= this.readAll()
      .catch((error: unknown) => (this.failure = error as Error))
      .then(() => (this.reading = undefined));
    await withDeadline(this.reading, PATIENCE / 1000, () => undefined);
    if (this.failure !== undefined) throw this.failure;
  }

  private async readAll(): Promise<void> {
    for (let done = false; !done && !this.stopped;) {
      const progress = this.calls.advance(PORTION);
      this.rows = progress.rows;
      done = progress.done;
      this.onProgress();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

type Page = ReturnType<IndexCalls["page"]>;
