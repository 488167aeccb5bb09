import { readdirSync } from "node:fs";
import { RunError, show } from "../errors.ts";
import { configDifferences } from "../host/config-differences.ts";
import { diskError } from "../host/disk-error.ts";
import type { RunConfig } from "../records/run-event.ts";
import { LOCK_FILE, QUEUE_FILES, RUN_DATABASE, WRITER_FILE } from "./run-files.ts";
import { openRunStore } from "./open-run.ts";

/**
 * What a folder holds, for a run that is to be kept in it: nothing yet (`new`), or a run of the same config (`same`),
 * which can be resumed.
 *
 * @throws RunError for a run of another config, naming every field that differs, and for a folder of other things
 */
export function checkRunFolder(folder: string, config: RunConfig): "new" | "same" {
  const names = filesOf(folder);
  if (!names.includes(RUN_DATABASE)) {
    const foreign = names.find((name) => ![LOCK_FILE, WRITER_FILE, ...QUEUE_FILES].includes(name));
    if (foreign === undefined) return "new";
    throw new RunError(
      `Expected ${show(folder)} to be new, empty or the folder of a run, got ${show(foreign)} in it; choose another folder.`,
    );
  }
  const store = openRunStore(folder, { readOnly: true });
  try {
    const differences = configDifferences(store.config, config);
    if (differences.length === 0) return "same";
    const list = differences
      .map(({ field, stored, given }) => `\`${field}\` is ${shown(stored)} there and ${shown(given)} here`)
      .join("; ");
    throw new RunError(
      `The run in ${show(folder)} has another configuration: ${list}. Resume it as it is, or choose another folder.`,
    );
  } finally {
    store.close();
  }
}

function filesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw diskError("read", folder, error);
  }
}

function shown(value: unknown): string {
  return value === undefined ? "absent" : show(value);
}
