import { readdirSync } from "node:fs";
import { join } from "node:path";
import { diskError } from "../host/disk-error.ts";
import { entryAt } from "../host/plain-files.ts";
import { openRunStore } from "./open-run.ts";
import { RUN_DATABASE } from "./run-files.ts";
import { problemOf, summaryOf, type RunSummary } from "./run-summary.ts";

/**
 * The runs in a folder, those that changed last first. A folder that is a run itself gives that one. What can't be
 * read is listed with its problem.
 *
 * @throws RunError where the folder can't be read; a missing one has no runs
 */
export function listRuns(parent: string): RunSummary[] {
  if (holdsRun(parent)) return [summarise(parent)];
  let names: string[];
  try {
    names = readdirSync(parent);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw diskError("read", parent, error);
  }
  const folders = names.sort().map((name) => join(parent, name));
  const runs = folders.filter(holdsRun).map(summarise);
  return runs.sort((a, b) => (b.updated ?? 0) - (a.updated ?? 0));
}

/** Whatever stands in the database's place: what isn't a plain file is listed as unreadable. */
function holdsRun(folder: string): boolean {
  try {
    return entryAt(join(folder, RUN_DATABASE)) !== null;
  } catch {
    // Somebody else's folder, which may not be looked into.
    return false;
  }
}

/** A run must never take the others along, so that every error is told as its own. */
function summarise(folder: string): RunSummary {
  try {
    const store = openRunStore(folder, { readOnly: true });
    try {
      return summaryOf(folder, store);
    } finally {
      store.close();
    }
  } catch (error) {
    return {
      folder,
      kind: "",
      task: "",
      state: "unreadable",
      steps: 0,
      heldOutBefore: null,
      heldOut: null,
      stepAccuracy: null,
      stepLength: null,
      updated: null,
      problem: problemOf(folder, error),
    };
  }
}
