import { AhaError } from "../../errors.ts";
import type { ApiError, RunList, RunListing } from "../api.ts";
import { filesOf } from "./readers/quarantine.ts";
import { LISTING } from "./readers/reader-messages.ts";
import type { FigureReaders } from "./readers/figure-readers.ts";
import type { RunFolders } from "./run-folders.ts";
import { unreadableListing } from "./unreadable-listing.ts";

/** Milliseconds for which the list waits for runs that are slow; then they are shown as still being read. */
const PATIENCE = 700;
/** An unreadable run that took longer than this isn't tried again before its files change. */
const QUICK = 250;

/** A run as it was read. */
interface Described {
  readonly listing: RunListing;
  readonly milliseconds: number;
}

interface Known extends Described {
  readonly files: string;
}

/** A reading that goes on. */
interface Reading {
  readonly done: Promise<void>;
  /** Resolves where it takes long. */
  readonly slow: Promise<void>;
}

/** The list of runs, in which only those whose files changed are read again. */
export class RunLister {
  private readonly known = new Map<string, Known>();
  private readonly reading = new Map<string, Reading>();

  constructor(
    private readonly folders: RunFolders,
    private readonly readers: FigureReaders,
  ) {}

  /** Those that changed last first. A run that is slow to read is as it was, or said to be read yet. */
  async list(): Promise<RunList> {
    const ids = this.folders.ids();
    for (const id of this.known.keys()) if (!ids.includes(id)) this.known.delete(id);
    const { late, stop } = lateAfter(PATIENCE);
    await Promise.all(ids.map((id) => this.refresh(id, late)));
    stop();
    const runs = ids.map((id) => this.known.get(id)?.listing ?? unreadableListing(id, "It is still being read."));
    return { folder: this.folders.place.given, runs: runs.sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0)) };
  }

  /** Reads a run that isn't known as it is now, and waits for that until it is late and the run is slow. */
  private async refresh(id: string, late: Promise<void>): Promise<void> {
    const found = this.known.get(id);
    const files = this.filesNow(id);
    if (found !== undefined && found.files === files && isStillSo(found)) return;
    const { done, slow } = this.reading.get(id) ?? this.begin(id, files);
    await Promise.race([done, Promise.all([late, slow])]);
  }

  private begin(id: string, files: string): Reading {
    let onSlow: () => void = () => undefined;
    const slow = new Promise<void>((resolve) => (onSlow = resolve));
    const done = this.describe(id, onSlow)
      .then((described) => void this.known.set(id, { files, ...described }))
      .finally(() => this.reading.delete(id));
    const reading: Reading = { done, slow };
    this.reading.set(id, reading);
    return reading;
  }

  private filesNow(id: string): string {
    try {
      return filesOf(this.folders.folderOf(id));
    } catch {
      // It went away a moment ago: reading it says so.
      return "";
    }
  }

  private async describe(id: string, onSlow: () => void): Promise<Described> {
    try {
      const path = `${LISTING}/${encodeURIComponent(id)}`;
      const question = { run: id, path, gzip: false, later: true, onSlow };
      const { status, bytes, milliseconds } = await this.readers.ask(question);
      const answer = JSON.parse(new TextDecoder().decode(bytes)) as RunListing | ApiError;
      const listing = "error" in answer ? unreadableListing(id, `${answer.error} (${status})`) : answer;
      return { listing, milliseconds };
    } catch (error) {
      if (!(error instanceof AhaError)) throw error;
      return { listing: unreadableListing(id, error.message), milliseconds: 0 };
    }
  }
}

/** A process that was killed leaves no trace in the files; an unreadable run may have become readable. */
function isStillSo({ listing: { state }, milliseconds }: Known): boolean {
  return state !== "running" && (state !== "unreadable" || milliseconds > QUICK);
}

function lateAfter(milliseconds: number): { readonly late: Promise<void>; readonly stop: () => void } {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, milliseconds)));
  return { late, stop: () => clearTimeout(timer) };
}
