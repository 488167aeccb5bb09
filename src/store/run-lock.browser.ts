import { memoryRun } from "./memory-runs.browser.ts";

/** 0 where steps of a run may still come; null where they don't. */
export function runWriter(name: string): number | null {
  return memoryRun(name)?.written === true ? 0 : null;
}

/** Names the database that a reader has open; empty where there is none. */
export function storeIdentity(name: string): string {
  const run = memoryRun(name);
  return run === undefined ? "" : `${run.number} ${run.written}`;
}

/** Milliseconds since 1970 at which a run was written last; 0 where there is none. */
export function writtenAt(name: string): number {
  return memoryRun(name)?.time ?? 0;
}
