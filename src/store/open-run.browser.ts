import { RunError, show } from "../errors.ts";
import { memoryRun, storeOf } from "./memory-runs.browser.ts";
import type { RunStore } from "./run-store.ts";

/** The store of a run that lies in memory. @throws RunError where there is none of that name */
export function openRunStore(name: string): RunStore {
  const run = memoryRun(name);
  if (run === undefined) throw new RunError(`There is no run ${show(name)} in this page.`);
  return storeOf(run.database);
}
