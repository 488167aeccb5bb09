import { cpSync, existsSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { TaskError, show } from "../../errors.ts";
import { readSweRow, sweTaskFiles } from "../../tasks/repository/swe-row.ts";
import { GitTree } from "./git-tree.ts";
import { readText } from "./work-copy.ts";

/** Seconds that git may take. */
const SECONDS = 60;

/**
 * Makes a task's folder of a row of SWE-bench's form. Nothing is fetched: the repository is one on this machine, whose
 * objects are copied.
 *
 * @param repository a folder with a git repository, bare or not
 * @param above the folder in which the task's is made, under its `instance_id`
 * @returns the task's folder
 * @throws TaskError for a row or a repository that can't be used
 */
export async function writeSweTask(row: unknown, repository: string, above: string): Promise<string> {
  const { id, baseCommit } = readSweRow(row);
  const folder = join(above, id);
  if (existsSync(folder))
    throw new TaskError(`Expected no folder at ${show(folder)}, but there is one; choose another or remove it.`);
  const inner = join(repository, ".git", "objects");
  const objects = existsSync(inner) ? inner : join(repository, "objects");
  if (lstatSync(objects, { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new TaskError(`Expected a git repository at ${show(repository)}, got none; clone it there.`);
  const own = mkdtempSync(join(tmpdir(), "aha-swe-"));
  try {
    cpSync(objects, join(own, "task", "repository.git", "objects"), { recursive: true, verbatimSymlinks: true });
    const tree = await GitTree.open(join(own, "task", "repository.git"), { baseCommit, seconds: SECONDS }, own);
    const copy = join(own, "copy");
    mkdirSync(copy);
    await tree.writeTo(copy);
    for (const [path, text] of sweTaskFiles(row, (name) => readText(copy, name))) {
      mkdirSync(dirname(join(own, "task", path)), { recursive: true });
      writeFileSync(join(own, "task", path), text);
    }
    cpSync(join(own, "task"), folder, { recursive: true, verbatimSymlinks: true });
    return folder;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}
