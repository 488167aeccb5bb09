import type { RunFolders } from "../run-folders.ts";
import { IndexedRun } from "./indexed-run.ts";

/**
 * Indexes that are kept; what is used least is ended. An index is 57 bytes a rollout and the texts, of which at most
 * 768 MiB.
 */
const MOST_INDEXES = 3;

/** The indexes of the runs whose rollouts are looked at. */
export class RolloutIndexes {
  private readonly indexes = new Map<string, IndexedRun>();

  /** @param onProgress told whenever an index read on */
  constructor(
    private readonly folders: Pick<RunFolders, "folderOf">,
    private readonly onProgress: () => void,
  ) {}

  /** The index of a run, begun at its first use. @throws RequestError where there is no such run */
  of(id: string): IndexedRun {
    const folder = this.folders.folderOf(id);
    let index = this.indexes.get(id);
    this.indexes.delete(id);
    if (index?.current === false) {
      void index.stop();
      index = undefined;
    }
    index ??= new IndexedRun(folder, this.onProgress);
    this.indexes.set(id, index);
    for (const [other, least] of this.indexes) {
      if (this.indexes.size <= MOST_INDEXES) break;
      this.indexes.delete(other);
      void least.stop();
    }
    return index;
  }

  async close(): Promise<void> {
    await Promise.all([...this.indexes.values()].map((index) => index.stop()));
    this.indexes.clear();
  }
}
