import { TaskError, show } from "../errors.ts";
import { SPLITS, type Task } from "./task.ts";

/** Checks that a value from outside has what training asks of a task. @throws TaskError naming what is missing */
export function checkTaskShape(value: unknown, where: string): Task {
  const wrong = (what: string): TaskError =>
    new TaskError(`Expected ${where} to be a task with ${what}; make it with defineTask.`);
  if (typeof value !== "object" || value === null) throw wrong(`a name, problems and verify, got ${show(value)}`);
  const task = value as Partial<Task>;
  if (typeof task.name !== "string" || task.name === "") throw wrong("a name");
  if (typeof task.verify !== "function") throw wrong("a function verify");
  if (typeof task.problems !== "function") throw wrong("a function problems");
  const ids = new Set<string>();
  for (const split of SPLITS) {
    const problems: unknown = task.problems(split);
    if (!Array.isArray(problems)) throw wrong(`a list of problems for the split ${split}`);
    for (const problem of problems as readonly { readonly id?: unknown; readonly question?: unknown }[]) {
      if (typeof problem?.id !== "string" || typeof problem.question !== "string")
        throw wrong(`problems that have an id and a question (split ${split})`);
      if (ids.has(problem.id)) throw wrong(`ids that come once, but ${show(problem.id)} comes twice`);
      ids.add(problem.id);
    }
  }
  return value as Task;
}
