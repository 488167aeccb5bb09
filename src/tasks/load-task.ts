import { pathToFileURL } from "node:url";
import { resolve } from "node:path";
import { TaskError, show } from "../errors.ts";
import { findTask, TASK_NAMES } from "./registry.ts";
import type { Task } from "./task.ts";
import { checkTaskShape } from "./task-shape.ts";

/**
 * A task of the package by name, or one of a user by the path of the module that exports it as default.
 *
 * @throws OptionError for an unknown name, TaskError for a module that can't be loaded or isn't a task
 */
export async function loadTask(nameOrPath: string): Promise<Task> {
  if (TASK_NAMES.includes(nameOrPath) || !/[./\\]/.test(nameOrPath)) return findTask(nameOrPath);
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
