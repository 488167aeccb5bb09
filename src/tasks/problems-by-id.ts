import { SPLITS, type Problem } from "../records/problem.ts";
import type { Task } from "./task.ts";

/** The problems of all splits of a task by their ids. */
export function problemsById(task: Pick<Task, "problems">): ReadonlyMap<string, Problem> {
  return new Map(SPLITS.flatMap((split) => task.problems(split)).map((problem) => [problem.id, problem]));
}
