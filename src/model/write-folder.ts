import { mkdir, open, readdir, realpath, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { threadId } from "node:worker_threads";
import { CheckpointError, show } from "../errors.ts";

/** What a file is to hold; an iterable is written piece by piece. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

const MOST_BYTES_A_WRITE = 2 ** 26;
/** Process ids come back after a restart in a container, so a process knows its own writes by this. */
const beingWritten = new Set<string>();
let writes = 0;

/**
 * Writes a folder of files, whole or not at all: into a folder beside it that is synced and then takes its place.
 * An existing folder is replaced only where it holds nothing but plain files named in `files` or `replaceable`.
 *
 * @param files content by plain file name
 * @throws CheckpointError where the folder holds something else, or the disk is full, read-only or fails; what was there stays
 */
export async function writeFolderAtomically(folder: string, files: ReadonlyMap<string, FileContent>, replaceable: readonly string[] = []): Promise<void> {
  for (const name of files.keys()) {
    if (name === "" || name === "." || name === ".." || /[/\\\0]/.test(name)) throw new CheckpointError(`Expected plain file names, got ${show(name)}; leave folders out.`);
  }
  let fresh: string | undefined;
  try {
    await recoverFolder(folder);
    const target = await realpath(folder).catch(() => resolve(folder));
    await refuseForeignFolder(target, new Set([...files.keys(), ...replaceable]));
    await mkdir(dirname(target), { recursive: true });
    await removeLeftovers(target);
    fresh = await makeFresh(target);
    for (const [name, content] of files) await writeSynced(join(fresh, name), content);
    await syncFolder(fresh);
    await swapIn(fresh, target);
  } catch (error) {
    if (fresh !== undefined) await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw error instanceof CheckpointError ? error : writeError(folder, error);
  } finally {
    if (fresh !== undefined) beingWritten.delete(marker(fresh));
  }
}

/**
 * Puts a folder back that a crash left renamed away between the two renames of a replacement. Does nothing where the folder exists or the writer is at work.
 */
export async function recoverFolder(folder: string): Promise<void> {
  const target = resolve(folder);
  if ((await stat(target).catch(() => undefined)) !== undefined) return;
  const old = (await siblings(target, "old")).find((path) => !isBeingWritten(path));
  if (old !== undefined) await rename(old, target).catch(() => undefined);
}

/** `/a/model` -> `/a/.model.new-`: hidden, and on the same file system. */
function beside(target: string, kind: "new" | "old"): string {
  return join(dirname(target), `.${basename(target)}.${kind}-`);
}

async function siblings(target: string, kind: "new" | "old"): Promise<string[]> {
  const start = basename(beside(target, kind));
  const names = await readdir(dirname(target)).catch(() => []);
  return names.filter((name) => name.startsWith(start) && /^\d+-\w+$/.test(name.slice(start.length))).map((name) => join(dirname(target), name));
}

async function refuseForeignFolder(target: string, known: ReadonlySet<string>): Promise<void> {
  const found = await stat(target).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (found === undefined) return;
  if (!found.isDirectory()) throw new CheckpointError(`Expected ${target} to be a folder or new, got a file; choose another path.`);
  for (const entry of await readdir(target, { withFileTypes: true })) {
    if (known.has(entry.name) && !entry.isDirectory()) continue;
    throw new CheckpointError(`Expected ${target} to be new, empty or of the same files, got ${show(entry.name)} in it; choose another folder.`);
  }
}

/** Removes what crashed writers left; a folder whose writer still runs is not touched. */
async function removeLeftovers(target: string): Promise<void> {
  const targetExists = (await stat(target).catch(() => undefined)) !== undefined;
  const leftovers = [...(await siblings(target, "new")), ...(targetExists ? await siblings(target, "old") : [])];
  for (const path of leftovers) {
    if (!isBeingWritten(path)) await rm(path, { recursive: true, force: true });
  }
}

/** `1234-abcdef`: the writer's process id and what makes the name unique. */
function marker(path: string): string {
  return /\d+-\w+$/.exec(path)?.[0] ?? "";
}

function isBeingWritten(path: string): boolean {
  const writer = Number.parseInt(marker(path), 10);
  if (writer === process.pid) return beingWritten.has(marker(path));
  try {
    return process.kill(writer, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Named by process, thread and count, so that no other write has it. */
async function makeFresh(target: string): Promise<string> {
  const fresh = `${beside(target, "new")}${process.pid}-${threadId}_${++writes}`;
  await mkdir(fresh);
  beingWritten.add(marker(fresh));
  return fresh;
}

async function writeSynced(path: string, content: FileContent): Promise<void> {
  const file = await open(path, "wx");
  try {
    if (typeof content === "string") await writeAll(file, new TextEncoder().encode(content));
    else if (content instanceof Uint8Array) await writeAll(file, content);
    else for (const chunk of content) await writeAll(file, chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(bytes.length - at, MOST_BYTES_A_WRITE));
    at += bytesWritten;
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

/** Makes renames and new names durable; systems that can't sync a folder do without. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

function writeError(folder: string, error: unknown): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "to have space, got a full disk; free some space",
    EDQUOT: "to have space, got a full quota; free some space",
    EACCES: "to be writable, got no permission; change it or choose another folder",
    EPERM: "to be writable, got no permission; change it or choose another folder",
    EROFS: "to be writable, got a read-only file system; choose another folder",
    ENOTDIR: "to be under a folder, got a file in its path; choose another path",
    ENAMETOOLONG: "to have a shorter name, got one that is too long; choose another",
  };
  if (code === undefined) return error;
  const reason = reasons[code] ?? `to be writable, got ${code}; choose another folder`;
  return new CheckpointError(`Expected ${show(folder)} ${reason}. What was there before is unchanged.`, { cause: error });
}
