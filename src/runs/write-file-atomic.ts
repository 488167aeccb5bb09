import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import { diskError } from "./disk-error.ts";

/** What is being written, and what is being replaced, stands beside its place under these names. */
const FRESH = ".tmp-";
const OLD = ".old-";
let writes = 0;

/**
 * Writes a file whole or not at all: beside its place, synced, then renamed. Folders on the way are made.
 *
 * @throws RunError where the disk is full or the place can't be written; what was there stays
 */
export async function writeFileAtomic(path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(path);
  const fresh = beside(target, FRESH);
  try {
    await mkdir(dirname(target), { recursive: true });
    const file = await open(fresh, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw diskError("write", path, error);
  }
}

/**
 * Replaces a folder whole or not at all: `fill` writes into a new folder beside it, which then takes its place. `fill`
 * must sync what it writes. Between the two renames a kill leaves the folder renamed away; `removeLeftovers` puts it back.
 *
 * @throws RunError where the disk is full or the place can't be written; what was there stays. Errors of `fill` pass through
 */
export async function replaceFolder(path: string, fill: (folder: string) => void | Promise<void>): Promise<void> {
  const target = resolve(path);
  const fresh = beside(target, FRESH);
  const old = beside(target, OLD);
  try {
    await mkdir(fresh, { recursive: true });
    await fill(fresh);
    await syncFolder(fresh);
    const replaces = await exists(target);
    if (replaces) await rename(target, old);
    try {
      await rename(fresh, target);
    } catch (error) {
      if (replaces) await rename(old, target);
      throw error;
    }
    await syncFolder(dirname(target));
    // What is left of it is removed at the next start.
    await rm(old, { recursive: true, force: true }).catch(() => undefined);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw diskError("write", path, error);
  }
}

/**
 * Cleans up in a folder after writers that were killed: puts back what was renamed away and not replaced, removes
 * the rest. Only for a folder that nobody is writing in.
 *
 * @throws RunError where the folder can't be read or written
 */
export async function removeLeftovers(folder: string): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      const replaced = /^\.old-(.+)-\d+-\d+-\d+$/.exec(name)?.[1];
      if (replaced !== undefined && !(await exists(join(folder, replaced)))) await rename(path, join(folder, replaced));
      else if (isLeftover(name)) await rm(path, { recursive: true, force: true });
    }
  } catch (error) {
    throw diskError("clean up", folder, error);
  }
}

/** Whether a name is one that an interrupted write leaves. */
export function isLeftover(name: string): boolean {
  return /^\.(tmp|old)-.+-\d+-\d+-\d+$/.test(name);
}

function beside(target: string, kind: typeof FRESH | typeof OLD): string {
  return join(dirname(target), `${kind}${basename(target)}-${process.pid}-${threadId}-${++writes}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw error;
  }
}

/** Makes a rename durable; systems that can't sync a folder do without. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
