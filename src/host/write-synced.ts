import { open, type FileHandle } from "node:fs/promises";
import { CheckpointError, show } from "../errors.ts";

/** What a file is to hold; an iterable is written piece by piece. */
export type FileContent = Uint8Array | string | Iterable<Uint8Array>;

const MOST_BYTES_A_WRITE = 2 ** 26;

/** Writes a new file, to the disk. @param mode who may read it, as `open` takes it; by the user's mask where absent */
export async function writeSynced(path: string, content: FileContent, mode?: number): Promise<void> {
  const file = await open(path, "wx", mode);
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
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(bytes.length - at, MOST_BYTES_A_WRITE));
    at += bytesWritten;
  }
}

/** Makes renames and new names durable; systems that can't sync a folder do without. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r").catch(() => undefined);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/**
 * The error to throw where writing failed: a CheckpointError that says why for what a disk refuses, the error itself
 * otherwise.
 */
export function writeError(target: string, error: unknown, another: "folder" | "file"): unknown {
  const code = (error as NodeJS.ErrnoException).code;
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: "to have space, got a full disk; free some space",
    EDQUOT: "to have space, got a full quota; free some space",
    EACCES: `to be writable, got no permission; change it or choose another ${another}`,
    EPERM: `to be writable, got no permission; change it or choose another ${another}`,
    EROFS: `to be writable, got a read-only file system; choose another ${another}`,
    ENOTDIR: "to be under a folder, got a file in its path; choose another path",
    ENAMETOOLONG: "to have a shorter name, got one that is too long; choose another",
  };
  if (code === undefined || error instanceof CheckpointError) return error;
  const reason = reasons[code] ?? `to be writable, got ${code}; choose another ${another}`;
  return new CheckpointError(`Expected ${show(target)} ${reason}. What was there before is unchanged.`, {
    cause: error,
  });
}
