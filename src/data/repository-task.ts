import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { TaskError, show } from "../errors.ts";
import type { RepositoryExecution } from "../records/execution.ts";
import { readBaseFiles } from "../sandbox/repository/base-files.ts";
import { readTaskFolder, type TaskFolder } from "../sandbox/repository/task-folder.ts";
import { defineTask, type Task } from "../tasks/index.ts";
import { normalisedEdits } from "../tasks/edits/parse-edits.ts";

/** What a problem of a repository task knows. */
export interface RepositoryData {
  readonly folder: string;
}

const FORM =
  "Answer with the path of a file and an edit of it, one or more:\n\npath/of/file\n<<<<<<< SEARCH\nlines as they are\n=======\nlines as they should be\n>>>>>>> REPLACE";

/**
 * A task whose problems are issues of repositories: a folder of them, each with its `task.json`. Answers are edits,
 * which the tests of each judge under bubblewrap.
 *
 * @throws TaskError for a folder without tasks, one that can't be used, or too few of them to learn and to measure
 */
export async function repositoryTask(folder: string): Promise<Task<RepositoryData>> {
  const sources = taskFolders(folder).map((path) => readTaskFolder(path));
  const problems = [];
  for (const source of sources)
    problems.push({
      id: `repository:${basename(source.folder)}`,
      question: await questionOf(source),
      data: { folder: source.folder },
    });
  const task = defineTask<RepositoryData>({
    name: "repository",
    problems,
    // A judge asks the sandbox instead.
    verify: () => ({ kind: "unverifiable", reason: "only its tests can tell, and they weren't run" }),
    answerKey: normalisedEdits,
  });
  return { ...task, execution: ({ data }): RepositoryExecution => ({ kind: "repository", folder: data.folder }) };
}

/** The folder itself where it is a task's, else those in it that are, by their names. */
export function taskFolders(given: string): string[] {
  const folder = resolve(given);
  if (existsSync(join(folder, "task.json"))) return [folder];
  const names = existsSync(folder) ? readdirSync(folder).sort() : [];
  const found = names.map((name) => join(folder, name)).filter((path) => existsSync(join(path, "task.json")));
  if (found.length === 0)
    throw new TaskError(`Expected a folder of repository tasks, each with its task.json, got ${show(given)}.`);
  return found;
}

/** What a model is asked: the issue, the files that the task shows, and the form of an answer. */
export async function questionOf(source: TaskFolder): Promise<string> {
  const shown = await readBaseFiles(source, source.task.shownFiles);
  return [
    source.task.issue,
    ...[...shown].map(([path, text]) => `${path}\n\`\`\`\n${text.trimEnd()}\n\`\`\``),
    FORM,
  ].join("\n\n");
}
