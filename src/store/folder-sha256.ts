import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TaskError, show } from "../errors.ts";
import { entryAt } from "../host/plain-files.ts";

/** Objects of git are named by their content, and what names them is outside; packages belong to the machine. */
const LEFT_OUT: readonly string[] = ["objects", "node_modules"];
const MOST_FILES = 10_000;
const MOST_BYTES = 2 ** 28;

/**
 * SHA-256 of the files of a folder of repository tasks and their names, 64 hexadecimal digits. Git's objects and
 * `node_modules` are left out; links are never followed.
 *
 * @throws TaskError for one with too many files or bytes, and for what can't be read
 */
export function folderSha256(folder: string): string {
  const hash = createHash("sha256");
  const left = { files: MOST_FILES, bytes: MOST_BYTES };
  const visit = (path: string, name: string): void => {
    const found = entryAt(path);
    if (found === null || --left.files < 0 || (left.bytes -= found.isFile() ? found.size : 0) < 0)
      throw new TaskError(
        `Expected ${show(folder)} to be repository tasks of at most ${MOST_FILES} files and ${MOST_BYTES} bytes outside of git's objects, got more or less; check the folder.`,
      );
    if (found.isFile()) hash.update(`${name} ${found.size}\n`).update(readFileSync(path));
    if (!found.isDirectory()) return;
    for (const child of readdirSync(path).sort()) {
      if (!LEFT_OUT.includes(child)) visit(join(path, child), `${name}/${child}`);
    }
  };
  visit(folder, ".");
  return hash.digest("hex");
}
