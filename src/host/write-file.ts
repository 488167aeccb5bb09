import { realpath, rename, rm, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CheckpointError } from "../errors.ts";
import { endWriting, makeRoom, startWriting } from "./beside.ts";
import { syncFolder, writeError, writeSynced, type FileContent } from "./write-synced.ts";

/**
 * Writes a file, whole or not at all: into a file beside it that is synced and then takes its place.
 *
 * @param options.mode who may read it, as `open` takes it; by the user's mask where absent
 * @throws CheckpointError where something other than a file is there, or the disk is full, read-only or fails; what was
 *   there stays
 */
export async function writeFileAtomically(
  path: string,
  content: FileContent,
  { mode }: { readonly mode?: number } = {},
): Promise<void> {
  const target = await realpath(path).catch(() => resolve(path));
  const fresh = startWriting(target);
  try {
    const found = await stat(target).catch(() => undefined);
    if (found !== undefined && !found.isFile())
      throw new CheckpointError(`Expected ${path} to be a file or new, got a folder or device; choose another path.`);
    await makeRoom(target);
    await writeSynced(fresh, content, mode);
    await rename(fresh, target);
    await syncFolder(dirname(target));
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => undefined);
    throw writeError(path, error, "file");
  } finally {
    endWriting(fresh);
  }
}
