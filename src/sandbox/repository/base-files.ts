import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TaskError, show } from "../../errors.ts";
import { GitTree } from "./git-tree.ts";
import type { TaskFolder } from "./task-folder.ts";
import { readText } from "./work-copy.ts";

/** Texts of files of a task's base commit. @throws TaskError where one isn't a plain file there */
export async function readBaseFiles(
  { folder, task }: TaskFolder,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (paths.length === 0) return new Map();
  const own = mkdtempSync(join(tmpdir(), "aha-base-"));
  try {
    const { baseCommit, repository, budgets } = task;
    const tree = await GitTree.open(join(folder, repository), { baseCommit, seconds: budgets.setUpSeconds }, own);
    const copy = join(own, "copy");
    mkdirSync(copy);
    await tree.writeTo(copy);
    return new Map(paths.map((path) => [path, textOf(copy, path)]));
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function textOf(copy: string, path: string): string {
  const text = readText(copy, path);
  if (typeof text === "string") return text;
  throw new TaskError(
    `Expected \`shownFiles\` to be files of the base commit, got ${show(path)}${text === null ? "" : ` (${text.wrong})`}; correct task.json.`,
  );
}
