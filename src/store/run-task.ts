import { attemptFinder, type AttemptFinder } from "../emergence/index.ts";
import { findTask, TASK_NAMES } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import type { RunConfig } from "../records/run-event.ts";

/** What readers of completions need of a run's task: how candidates are found, and its reflective words. */
export interface RunTask {
  readonly name: string;
  readonly attempts?: AttemptFinder;
  readonly reflectiveWords?: readonly string[];
}

/**
 * The task that a run was trained on, where it comes with the package; null for a user's task module and for runs
 * without a task. A module is code that its user chose to run when training: whoever merely looks at a run folder,
 * which may come from anywhere, must not run what it names.
 */
export function taskOfRun(config: RunConfig): Task | null {
  const name = config["task"];
  return typeof name === "string" && TASK_NAMES.includes(name) ? findTask(name) : null;
}

/** The same as its readers need it. */
export function runTaskOf(config: RunConfig): RunTask | null {
  const task = taskOfRun(config);
  if (task === null) return null;
  const attempts = attemptFinder(task);
  return {
    name: task.name,
    ...(attempts === undefined ? {} : { attempts }),
    ...(task.reflectiveWords === undefined ? {} : { reflectiveWords: task.reflectiveWords }),
  };
}
