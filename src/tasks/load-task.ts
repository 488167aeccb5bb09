import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { TaskError, show } from "../errors.ts";
import { isRemotePath } from "../text/local-path.ts";
import { findTask, TASK_NAMES } from "./registry.ts";
import type { Task } from "./task.ts";
import { checkTaskShape } from "./task-shape.ts";

/** Whether a task's name is the path of a module, which is code; names of the package's tasks never are. */
export function isTaskModule(nameOrPath: string): boolean {
  return !TASK_NAMES.includes(nameOrPath) && (/[./\\]/.test(nameOrPath) || isRemotePath(nameOrPath));
}

/** @throws TaskError for a path on a share and for an address: code comes from this machine alone */
export function checkTaskPath(path: string): void {
  if (isRemotePath(path))
    throw new TaskError(
      `Expected a task's module by its path on this machine, got ${show(path)}, an address or a share; copy it here and look at it.`,
    );
}

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
  let module: { readonly default?: unknown };
  try {
    module = (await import(pathToFileURL(resolve(nameOrPath)).href)) as { readonly default?: unknown };
  } catch (error) {
    throw new TaskError(
      `Expected ${show(nameOrPath)} to be a module that exports a task, but it can't be loaded: ${show((error as Error).message)}.`,
      { cause: error },
    );
  }
  return checkTaskShape(module.default, `the default export of ${show(nameOrPath)}`);
}
