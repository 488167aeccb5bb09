import { storeIdentity } from "../../../store/run-lock.ts";
import type { Distribution, RolloutFilter } from "../../api.ts";
import indexWorker, { type IndexCalls } from "./index-worker.ts";

/** Milliseconds that it reads on before it lets others have a turn. */
const PORTION = 30;

/** The index of one run, in the thread that is asked: it is one of its own already. */
export class IndexedRun {
  private readonly identity: string;
  private readonly calls: IndexCalls;
  private rows = 0;

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
    return Promise.resolve();
  }

  private async upToDate(): Promise<void> {
    for (let done = false; !done;) {
      const progress = this.calls.advance(PORTION);
      this.rows = progress.rows;
      done = progress.done;
      this.onProgress();
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
  }
}

type Page = ReturnType<IndexCalls["page"]>;
