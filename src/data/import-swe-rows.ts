import { lstatSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { TaskError, show } from "../errors.ts";
import { writeSweTask } from "../sandbox/repository/write-swe-task.ts";
import { readSweRow } from "../tasks/repository/swe-row.ts";
import { foreignJson } from "../text/foreign-json.ts";

const MOST_BYTES = 500_000_000;

/**
 * Makes the folder of a repository task of each row of a JSONL file in SWE-bench's form.
 *
 * @param repositories a folder with the repositories, each as `owner__name` or `owner__name.git`
 * @returns the tasks' folders
 * @throws TaskError for a row or a repository that can't be used; what was made before stays
 */
export async function importSweRows(file: string, repositories: string, out: string): Promise<string[]> {
  const found = lstatSync(file, { throwIfNoEntry: false });
  if (found?.isFile() !== true || found.size > MOST_BYTES)
    throw new TaskError(`Expected ${show(file)} to be a .jsonl file of at most ${MOST_BYTES} bytes; name another.`);
  mkdirSync(out, { recursive: true });
  const folders: string[] = [];
  const lines = readFileSync(file, "utf8").split("\n");
  for (const [place, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const json = foreignJson(Buffer.from(line));
    if (json.expected !== undefined)
      throw new TaskError(
        `Expected ${json.expected} in line ${place + 1} of ${show(file)}, got ${json.got ?? "none"}.`,
      );
    folders.push(await writeSweTask(json.value, cloneOf(readSweRow(json.value).repository, repositories), out));
  }
  return folders;
}

function cloneOf(repository: string, folder: string): string {
  const name = repository.replaceAll("/", "__");
  if (!/^[\w.-]+$/.test(name) || /^\.+$/.test(name))
    throw new TaskError(`Expected \`repo\` to be owner/name, got ${show(repository)}; correct the row.`);
  const place = [join(folder, name), join(folder, `${name}.git`)].find(
    (path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true,
  );
  if (place !== undefined) return place;
  throw new TaskError(
    `Expected a clone of ${show(repository)} at ${show(join(folder, name))}, got none; clone it there: nothing is fetched.`,
  );
}
