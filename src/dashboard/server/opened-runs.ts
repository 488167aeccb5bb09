import type { RunFolders } from "./run-folders.ts";
import { RunReader } from "./run-reader.ts";

/**
 * Readers that are kept open, as many as a page may watch; what is used least is closed. Each keeps a run's metrics,
 * some kilobytes a step.
 */
const MOST_READERS = 100;

/** The readers of the runs that are looked at. */
export class OpenedRuns {
  private readonly readers = new Map<string, RunReader>();

  constructor(readonly folders: Pick<RunFolders, "folderOf">) {}

  /**
   * The reader of a run, brought up to date.
   *
   * @throws RequestError where there is no such run, RunError where it can't be read
   */
  reader(id: string): RunReader {
    const folder = this.folders.folderOf(id);
    const reader = this.readers.get(id) ?? new RunReader(folder);
    this.readers.delete(id);
    this.readers.set(id, reader);
    this.closeLeastUsed();
    reader.refresh();
    return reader;
  }

  close(): void {
    for (const reader of this.readers.values()) reader.close();
    this.readers.clear();
  }

  private closeLeastUsed(): void {
    for (const [id, reader] of this.readers) {
      if (this.readers.size <= MOST_READERS) return;
      reader.close();
      this.readers.delete(id);
    }
  }
}
