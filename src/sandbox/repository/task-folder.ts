import { lstatSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { TaskError, show } from "../../errors.ts";
import { parseJson } from "../../host/parse-json.ts";
import { readRepositoryTask, type RepositoryTask } from "../../tasks/repository/repository-task.ts";

/** The longest `task.json`, hidden test and edits that solve it, in bytes. */
const MOST_JSON_BYTES = 4_000_000;
const MOST_FILE_BYTES = 2_000_000;

/** A task's folder that was read. */
export interface TaskFolder {
  readonly folder: string;
  readonly task: RepositoryTask;
  /** Texts of the hidden tests by their paths. */
  readonly hidden: ReadonlyMap<string, string>;
}

/** @throws TaskError for a folder without a task, or with one that can't be used */
export function readTaskFolder(given: string): TaskFolder {
  const folder = resolve(given);
  const where = `${show(folder)}'s task.json`;
  const bytes = readPlain(folder, "task.json", MOST_JSON_BYTES);
  let json: unknown;
  try {
    json = parseJson(bytes, where, "correct the file");
  } catch (error) {
    throw new TaskError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const task = readRepositoryTask(json, where);
  const hidden = new Map(
    task.hiddenTests.map((path) => [path, readPlain(folder, join("hidden", path), MOST_FILE_BYTES).toString("utf8")]),
  );
  return { folder: realpathSync(folder), task, hidden };
}

/** The edits that solve a task. @throws TaskError where there are none */
export function readGold({ folder, task }: TaskFolder): string {
  return readPlain(folder, task.gold, MOST_FILE_BYTES).toString("utf8");
}

function readPlain(folder: string, name: string, most: number): Buffer {
  const path = join(folder, name);
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile())
    throw new TaskError(
      `Expected a file ${show(name)} in the task's folder ${show(folder)}, got ${found === undefined ? "none" : "another thing"}; a repository task has task.json, its repository, hidden/ and the edits that solve it.`,
    );
  if (found.size > most)
    throw new TaskError(`Expected ${show(path)} to have at most ${most} bytes, got ${found.size}; shorten it.`);
  return readFileSync(path);
}
