import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { RunError, show } from "../errors.ts";
import { configDifferences } from "./config-differences.ts";
import { diskError } from "./disk-error.ts";
import type { RunConfig } from "./run-event.ts";
import { LOCK_FILE } from "./run-lock.ts";
import { openRunStore, RUN_DATABASE } from "./run-store.ts";
import { isLeftover } from "./write-file-atomic.ts";

/**
 * Makes the folder of a new run: `runs/zero-countdown-seed1`, with `-2` and so on where that is taken. Two processes
 * that ask at once get two folders.
 *
 * @param root `runs` as a rule; made where it is missing
 * @param name one folder's name; `runName` makes one of a config
 * @throws RunError where it can't be made
 */
export function newRunFolder(root: string, name: string): string {
  if (name === "" || /^\.\.?$|[/\\\0]/.test(name)) throw new RunError(`Expected the plain name of a folder for the run, got ${show(name)}; leave slashes out.`);
  try {
    mkdirSync(root, { recursive: true });
    for (let number = 1; ; number++) {
      const folder = join(root, number === 1 ? name : `${name}-${number}`);
      if (makeFolder(folder)) return folder;
    }
  } catch (error) {
    throw diskError("make a folder in", root, error);
  }
}

/** `zero-countdown-seed1`, of what the config says; only letters, digits, dots and dashes. */
export function runName(config: RunConfig): string {
  const { kind, task, seed } = config;
  const parts = [kind, task, typeof seed === "number" ? `seed${seed}` : undefined];
  const words = parts.filter((part) => typeof part === "string").map((part) => part.replace(/[^\p{L}\p{N}.]+/gu, "-").replace(/^[-.]+|[-.]+$/g, "").slice(0, 60));
  return words.filter((word) => word !== "").join("-") || "run";
}

/** Whether the folder was made; false where the name is taken. */
function makeFolder(folder: string): boolean {
  try {
    mkdirSync(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * What a folder holds, for a run that is to be kept in it: nothing yet (`new`), or a run of the same config (`same`),
 * which can be resumed.
 *
 * @throws RunError for a run of another config, naming every field that differs, and for a folder of other things
 */
export function checkRunFolder(folder: string, config: RunConfig): "new" | "same" {
  const names = filesOf(folder);
  if (!names.includes(RUN_DATABASE)) {
    const foreign = names.find((name) => name !== LOCK_FILE && !name.startsWith(`${LOCK_FILE}-`) && !isLeftover(name));
    if (foreign === undefined) return "new";
    throw new RunError(`Expected ${show(folder)} to be new, empty or the folder of a run, got ${show(foreign)} in it; choose another folder.`);
  }
  const store = openRunStore(folder, { readOnly: true });
  try {
    const differences = configDifferences(store.config, config);
    if (differences.length === 0) return "same";
    const list = differences.map(({ field, stored, given }) => `\`${field}\` is ${shown(stored)} there and ${shown(given)} here`).join("; ");
    throw new RunError(`The run in ${show(folder)} has another configuration: ${list}. Resume it as it is, or choose another folder.`);
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
