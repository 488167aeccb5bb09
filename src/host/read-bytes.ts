import type { FileHandle } from "node:fs/promises";
import { CheckpointError } from "../errors.ts";

const MOST_BYTES_A_READ = 2 ** 30;

/** Reads a range that is known to lie within the file. @throws CheckpointError where the file has become shorter */
export async function readBytes(file: FileHandle, position: number, length: number, path: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readBytesInto(file, position, bytes, path);
  return bytes;
}

/** The same into memory that is there. */
export async function readBytesInto(
  file: FileHandle,
  position: number,
  bytes: Uint8Array,
  path: string,
): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(bytes.length - at, MOST_BYTES_A_READ), position + at);
    if (bytesRead === 0)
      throw new CheckpointError(
        `Expected ${path} to have ${position + bytes.length} bytes, got ${position + at}; it changed while it was read, try again.`,
      );
    at += bytesRead;
  }
}
