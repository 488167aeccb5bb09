import { lstat, mkdir, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { CheckpointError, show } from "../errors.ts";
import { beside, endWriting, isBeingWritten, makeRoom, siblings, startWriting } from "./beside.ts";
import { syncFolder, writeError, writeSynced, type FileContent } from "./write-synced.ts";

export type { FileContent };

/**
 * Writes a folder of files, whole or not at all: into a folder beside it that is synced and then takes its place.
 * An existing folder is replaced only where it holds nothing but plain files named in `files` or `replaceable`.
 *
 * @param files content by plain file name
 * @throws CheckpointError where the folder holds something else, or the disk is full, read-only or fails; what was
 *   there stays
 */
export async function writeFolderAtomically(
  folder: string,
  files: ReadonlyMap<string, FileContent>,
  replaceable: readonly string[] = [],
): Promise<void> {
  for (const name of files.keys()) {
    if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name))
      throw new CheckpointError(`Expected plain file names, got ${show(name)}; leave folders out.`);
  }
  let fresh: string | undefined;
  try {
    await recoverFolder(folder);
    const target = await realpath(folder).catch(() => resolve(folder));
    await refuseForeignFolder(target, new Set([...files.keys(), ...replaceable]));
    await makeRoom(target);
    fresh = startWriting(target);
    await mkdir(fresh);
    for (const [name, content] of files) await writeSynced(join(fresh, name), content);
    await syncFolder(fresh);
    await swapIn(fresh, target);
  } catch (error) {
    if (fresh !== undefined) await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw writeError(folder, error, "folder");
  } finally {
    if (fresh !== undefined) endWriting(fresh);
  }
}

/**
 * Puts a folder back that a crash left renamed away between the two renames of a replacement. Does nothing where the
 * folder exists or the writer is at work.
 */
export async function recoverFolder(folder: string): Promise<void> {
  const target = resolve(folder);
  if ((await stat(target).catch(() => undefined)) !== undefined) return;
  const old = (await siblings(target, "old")).find((path) => !isBeingWritten(path));
  // A link isn't what a crash left.
  if (old !== undefined && (await lstat(old).catch(() => undefined))?.isDirectory() === true)
    await rename(old, target).catch(() => undefined);
}

async function refuseForeignFolder(target: string, known: ReadonlySet<string>): Promise<void> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isDirectory())
    throw new CheckpointError(`Expected ${target} to be a folder or new, got a file; choose another path.`);
  for (const entry of await readdir(target, { withFileTypes: true })) {
    if (known.has(entry.name) && !entry.isDirectory()) continue;
    throw new CheckpointError(
      `Expected ${target} to be new, empty or of the same files, got ${show(entry.name)} in it; choose another folder.`,
    );
  }
}

/** The old folder steps aside, the new one takes its place, the old one goes; undone where the middle step fails. */
async function swapIn(fresh: string, target: string): Promise<void> {
  const old = fresh.replace(beside(target, "new"), () => beside(target, "old"));
  const hadOld = await rename(target, old).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return false;
      throw error;
    },
  );
  try {
    await rename(fresh, target);
  } catch (error) {
    if (hadOld) await rename(old, target);
    throw error;
  }
  await syncFolder(dirname(target));
  if (hadOld) await rm(old, { recursive: true, force: true }).catch(() => undefined);
}
