import { isTaskFolder, loadTask, type Task } from "../tasks/index.ts";
import { repositoryTask } from "./repository-task.ts";

/**
 * A task of the package by name, one of a user by the path of its module, or one of repositories by their folder.
 *
 * @throws OptionError for an unknown name; TaskError for what can't be loaded or isn't a task
 */
export async function openTask(nameOrPath: string): Promise<Task> {
  return isTaskFolder(nameOrPath) ? ((await repositoryTask(nameOrPath)) as Task) : loadTask(nameOrPath);
}
