import { statSync } from "node:fs";
import { join } from "node:path";
import { runWriter } from "../../runs/index.ts";
import { RUN_DATABASE } from "../../runs/run-files.ts";
import type { RunList, RunListing } from "../api.ts";
import { describeRun } from "./describe-run.ts";
import type { RunFolders } from "./run-folders.ts";

interface Known {
  readonly files: string;
  readonly listing: RunListing;
}

/** The list of runs, in which only those whose files changed are read again. */
export class RunLister {
  private known = new Map<string, Known>();

  constructor(private readonly folders: RunFolders) {}

  /** Those that changed last first. */
  list(): RunList {
    const next = new Map<string, Known>();
    for (const id of this.folders.ids()) {
      const folder = this.folders.folderOf(id);
      const files = filesOf(folder);
      const before = this.known.get(id);
      next.set(id, before?.files === files && stillSo(folder, before.listing) ? before : { files, listing: describeRun(id, folder) });
    }
    this.known = next;
    const runs = [...next.values()].map(({ listing }) => listing);
    return { folder: this.folders.given, runs: runs.sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0)) };
  }
}

/** Changes whenever something is written. */
function filesOf(folder: string): string {
  return [RUN_DATABASE, `${RUN_DATABASE}-wal`]
    .map((name) => {
      try {
        const { ino, size, mtimeMs } = statSync(join(folder, name));
        return `${ino}:${size}:${mtimeMs}`;
      } catch {
        // Gone, or without permission: reading it says which.
        return "";
      }
    })
    .join(" ");
}

/** A process that was killed leaves no trace in the files; an unreadable run may have become readable. */
function stillSo(folder: string, { state }: RunListing): boolean {
  if (state !== "running") return state !== "unreadable";
  try {
    return runWriter(folder) !== null;
  } catch {
    // Reading it anew says why.
    return false;
  }
}
