import type { RunFolders } from "../run-folders.ts";
import { FigureReaders } from "./figure-readers.ts";
import type { ReaderSettings } from "./reader-process.ts";
import { RolloutReaders } from "./rollout-readers.ts";

/** All that reads runs: nothing of them is read in the server's own process. */
export class RunReaders {
  readonly figures: FigureReaders;
  readonly rollouts: RolloutReaders;

  constructor(
    readonly folders: RunFolders,
    settings: Omit<ReaderSettings, "place">,
  ) {
    const placed: ReaderSettings = { ...settings, place: folders.place };
    this.figures = new FigureReaders(folders, placed);
    this.rollouts = new RolloutReaders(folders, placed);
  }

  async close(): Promise<void> {
    await Promise.all([this.figures.close(), this.rollouts.close()]);
  }
}
