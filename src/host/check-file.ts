import { stat } from "node:fs/promises";
import { CheckpointError } from "../errors.ts";

/**
 * The size of a file in bytes; null where there is none.
 *
 * @throws CheckpointError for a folder, a device, or what may not be read
 */
export async function bytesOfFile(path: string): Promise<number | null> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) =>
    error.code === "ENOENT" || error.code === "ENOTDIR" ? null : rethrowReadError(path, error),
  );
  if (found?.isFile() === false)
    throw new CheckpointError(`Expected ${path} to be a file, got a folder or device; is this a model folder?`);
  return found?.size ?? null;
}

/** @throws CheckpointError where a file is missing or can't be what it should be */
export async function checkFile(path: string, mostBytes: number = Number.POSITIVE_INFINITY): Promise<void> {
  const size = await bytesOfFile(path);
  if (size === null)
    throw new CheckpointError(`Expected a readable file ${path}, got no such file; is this a model folder?`);
  if (size > mostBytes)
    throw new CheckpointError(`Expected ${path} to have at most ${mostBytes} bytes, got ${size}; copy it again.`);
}

/** Says in one line why the system gave no file; other errors stay as they are. */
export function rethrowReadError(path: string, error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === undefined) throw error;
  const came = code === "ENOENT" ? "no such file" : code;
  throw new CheckpointError(`Expected a readable file ${path}, got ${came}; is this a model folder?`, { cause: error });
}
