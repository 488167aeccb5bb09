import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { threadId } from "node:worker_threads";

/** Process ids come back after a restart in a container, so a process knows its own writes by this. */
const beingWritten = new Set<string>();
let writes = 0;

/** `/a/model` -> `/a/.model.new-`: hidden, and on the same file system. */
export function beside(target: string, kind: "new" | "old"): string {
  return join(dirname(target), `.${basename(target)}.${kind}-`);
}

/** What writers left beside a target, by those that run or ran. */
export async function siblings(target: string, kind: "new" | "old"): Promise<string[]> {
  const start = basename(beside(target, kind));
  const names = await readdir(dirname(target)).catch(() => []);
  return names
    .filter((name) => name.startsWith(start) && /^\d+-\w+$/.test(name.slice(start.length)))
    .map((name) => join(dirname(target), name));
}

/**
 * Makes the folder that a target is to be in, and removes what crashed writers left there; what a running writer makes
 * is not touched.
 */
export async function makeRoom(target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  const targetExists = (await stat(target).catch(() => undefined)) !== undefined;
  const leftovers = [...(await siblings(target, "new")), ...(targetExists ? await siblings(target, "old") : [])];
  for (const path of leftovers) {
    if (!isBeingWritten(path)) await rm(path, { recursive: true, force: true });
  }
}

/**
 * A path beside the target, named by process, thread and count, so that no other write has it; it is `endWriting`'s to
 * free.
 */
export function startWriting(target: string): string {
  const fresh = `${beside(target, "new")}${process.pid}-${threadId}_${++writes}`;
  beingWritten.add(marker(fresh));
  return fresh;
}

/** Frees what `startWriting` gave. */
export function endWriting(fresh: string): void {
  beingWritten.delete(marker(fresh));
}

/** Whether the writer that named a path still runs. */
export function isBeingWritten(path: string): boolean {
  const writer = Number.parseInt(marker(path), 10);
  if (writer === process.pid) return beingWritten.has(marker(path));
  try {
    return process.kill(writer, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** `1234-abcdef`: the writer's process id and what makes the name unique. */
function marker(path: string): string {
  return /\d+-\w+$/.exec(path)?.[0] ?? "";
}
