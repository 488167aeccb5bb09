import { readFileSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { sha256Of } from "../host/sha256.ts";
import { folderSha256 } from "./folder-sha256.ts";
import { keepUserList, userList } from "./user-lists.ts";

/** A module or folder that this user ran himself, by its path and its content; what it imports is not covered. */
interface TrustedTask {
  readonly path: string;
  readonly sha256: string;
}

const FILE = "trusted-tasks.json";
const MOST = 1000;
const MOST_BYTES = 2 ** 24;

/**
 * SHA-256 of a module, or of a folder of repository tasks, as it is now, 64 hexadecimal digits; null where nothing of
 * that name can be read.
 */
export function moduleSha256(path: string): string | null {
  try {
    const stat = statSync(path);
    if (stat.isDirectory()) return folderSha256(path);
    if (!stat.isFile() || stat.size > MOST_BYTES) return null;
    return sha256Of(readFileSync(path));
  } catch {
    return null;
  }
}

/**
 * Remembers that this user ran a module, so that his own runs go on without asking.
 *
 * @returns whether it could be written; where not, going on with a run asks
 */
export async function trustTask(path: string, sha256: string): Promise<boolean> {
  const task: TrustedTask = { path: realpathSync(resolve(path)), sha256 };
  const known = trustedTasks();
  if (known.some((other) => isSame(other, task))) return true;
  return keepUserList(FILE, [...known, task], MOST);
}

/** Whether this user ran that module himself, from that place, as it is. */
export function isTrustedTask(path: string, sha256: string): boolean {
  const real = realpathSync(resolve(path));
  return trustedTasks().some((task) => isSame(task, { path: real, sha256 }));
}

function isSame(a: TrustedTask, b: TrustedTask): boolean {
  return a.path === b.path && a.sha256 === b.sha256;
}

/** A list that is missing or damaged trusts nothing. */
function trustedTasks(): readonly TrustedTask[] {
  return userList(FILE).filter(isTrusted);
}

function isTrusted(value: unknown): value is TrustedTask {
  const { path, sha256 } = (value ?? {}) as Partial<TrustedTask>;
  return typeof path === "string" && typeof sha256 === "string";
}
