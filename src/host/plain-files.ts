import { lstatSync, mkdirSync, rmSync, writeFileSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import { RunError, show } from "../errors.ts";
import { diskError } from "./disk-error.ts";

/**
 * What stands at a path itself, never what a link there names; null for nothing. @throws RunError where it can't be
 * seen
 */
export function entryAt(path: string): Stats | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) ?? null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return null;
    throw diskError("read", path, error);
  }
}

/** @returns the file; null where nothing is there. @throws RunError for a link, a folder, a pipe or a device */
export function plainFile(path: string): Stats | null {
  const found = entryAt(path);
  if (found === null || found.isFile()) return found;
  if (found.isDirectory())
    throw new RunError(
      `Expected ${show(path)} to be a plain file, but a folder stands where a file is needed; choose another path.`,
    );
  throw new RunError(
    `Expected ${show(path)} to be a plain file, got ${kindOf(found)}; it may lead out of the folder, so it ` +
      "isn't touched. Remove it if the folder is yours.",
  );
}

/**
 * Checks that a folder in another one is its own: neither it nor a folder between them is a link. What isn't there
 * yet is fine.
 *
 * @param names of the folders on the way
 * @throws RunError for a link or a file
 */
export function checkOwnFolder(folder: string, ...names: readonly string[]): void {
  let path = folder;
  for (const name of names) {
    path = join(path, name);
    const found = entryAt(path);
    if (found !== null && !found.isDirectory()) {
      throw new RunError(
        `Expected ${show(path)} to be a folder of its own, got ${kindOf(found)}; nothing is written out of ` +
          `${show(folder)}. Remove it if the folder is yours.`,
      );
    }
  }
}

/**
 * Makes a folder that its owner alone may read, and those above it as usual. One that is there stays as it is. @throws
 * RunError
 */
export function makeOwnFolder(folder: string): void {
  try {
    mkdirSync(dirname(folder), { recursive: true });
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST" && isFolder(folder)) return;
    throw diskError("make", folder, error);
  }
}

/**
 * Writes a new file in the place of whatever entry is there; a link there is replaced, never followed. @throws
 * RunError
 */
export function writeNewFile(path: string, content: string): void {
  try {
    rmSync(path, { force: true });
    writeFileSync(path, content, { flag: "wx" });
  } catch (error) {
    throw diskError("write", path, error);
  }
}

/** A link to a folder that its user made is one too. */
function isFolder(path: string): boolean {
  try {
    return entryAt(join(path, ".")) !== null;
  } catch {
    return false;
  }
}

function kindOf(found: Stats): string {
  if (found.isSymbolicLink()) return "a link";
  if (found.isDirectory()) return "a folder";
  return found.isFile() ? "a file" : "a pipe or a device";
}
