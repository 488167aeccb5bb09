import { statSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { TaskError, show } from "../errors.ts";
import { isRemotePath } from "../text/local-path.ts";
import { findTask, TASK_NAMES } from "./registry.ts";
import type { Task } from "./task.ts";
import { checkTaskShape } from "./task-shape.ts";

/**
 * Whether a task's name is the path of a module, or of a folder of repository tasks, which are code; names of the
 * package's tasks never are.
 */
export function isTaskModule(nameOrPath: string): boolean {
  if (TASK_NAMES.includes(nameOrPath) || nameOrPath === "") return false;
  return /[./\\]/.test(nameOrPath) || isRemotePath(nameOrPath) || isTaskFolder(nameOrPath);
}

/** Whether it is a folder on this machine; names of the package's tasks never are. */
export function isTaskFolder(nameOrPath: string): boolean {
  if (TASK_NAMES.includes(nameOrPath) || nameOrPath === "" || isRemotePath(nameOrPath)) return false;
  try {
    return statSync(nameOrPath).isDirectory();
  } catch {
    return false;
  }
}

/** @throws TaskError for a path on a share and for an address: code comes from this machine alone */
export function checkTaskPath(path: string): void {
  if (isRemotePath(path))
    throw new TaskError(
      `Expected a task's module by its path on this machine, got ${show(path)}, an address or a share; copy it here and look at it.`,
    );
}

const DATA_FILE = /\.(jsonl|ndjson|json|csv|tsv|parquet)$/i;

/**
 * A task of the package by name, or one of a user by the path of the module that exports it as default. The module
 * runs:
 * only what the user himself named may come here, never what a file says (`runs/run-code.ts`).
 *
 * @throws OptionError for an unknown name, TaskError for a module that can't be loaded or isn't a task
 */
export async function loadTask(nameOrPath: string): Promise<Task> {
  if (!isTaskModule(nameOrPath)) return findTask(nameOrPath);
  checkTaskPath(nameOrPath);
  if (DATA_FILE.test(nameOrPath))
    throw new TaskError(
      `Expected \`task\` to be a task's name or its module, got the data ${show(nameOrPath)}; name them as \`data\`.`,
    );
  if (isTaskFolder(nameOrPath))
    throw new TaskError(`Expected a task's module, got the folder ${show(nameOrPath)}; name a module in it.`);
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(nameOrPath)).href)) as { readonly default?: unknown };
  } catch (error) {
    throw loadError(nameOrPath, error as NodeJS.ErrnoException);
  }
  return checkTaskShape(module.default, `the default export of ${show(nameOrPath)}`);
}

/** Why a module can't be loaded. What a task says of itself (`defineTask`) is told as it is, in full. */
function loadError(path: string, error: NodeJS.ErrnoException): TaskError {
  // By its name: the user's module may have another copy of this package.
  if (error.name === TaskError.name) return new TaskError(error.message, { cause: error });
  const typescript =
    error.code === "ERR_UNKNOWN_FILE_EXTENSION" && /\.[cm]?ts$/.test(path)
      ? `Node ${process.versions.node} runs no TypeScript; use Node 22.18 or newer, set NODE_OPTIONS="--import tsx", or write it as JavaScript`
      : show(error.message);
  const own = /Cannot find package '(aha-rl)'/.exec(error.message);
  const why =
    own === null
      ? typescript
      : `it imports ${own[1]}, which isn't installed in its folder; run \`npm install ${own[1]}\` there, or let it import nothing and export { name, problems, verify } as they are`;
  return new TaskError(`Expected ${show(path)} to be a module that exports a task, but it can't be loaded: ${why}.`, {
    cause: error,
  });
}
