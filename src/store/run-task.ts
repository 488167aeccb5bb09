import { findTask, TASK_NAMES } from "../tasks/registry.ts";
import type { Task } from "../tasks/task.ts";
import type { RunConfig } from "../records/run-event.ts";

/** What readers of completions need of a run's task: how candidates are found, and its reflective words. */
export type RunTask = Pick<Task, "name" | "attempts" | "reflectiveWords">;

/**
 * The task that a run was trained on, where it comes with the package; null for a user's task module and for runs
 * without a task. A module is code that its user chose to run when training: whoever merely looks at a run folder,
 * which may come from anywhere, must not run what it names.
 */
export function taskOfRun(config: RunConfig): Task | null {
  const name = config["task"];
  return typeof name === "string" && TASK_NAMES.includes(name) ? findTask(name) : null;
}
