import type { Attempt } from "../records/attempt.ts";
import type { Problem } from "../records/problem.ts";
import { problemsById } from "../tasks/problems-by-id.ts";
import type { Task } from "../tasks/task.ts";

/** The candidates that a thinking text about a problem considers, in order. */
export type AttemptFinder = (thinking: string, problemId: string) => readonly Attempt[];

/**
 * The tries of a thinking text, each with whether it answers the problem, where the task can tell; undefined where the
 * task doesn't count tries.
 */
export function judgedAttempts(task: Task, thinking: string, problem: Problem): readonly Attempt[] | undefined {
  const attempts = task.attempts?.(thinking);
  if (attempts === undefined || task.attemptIsRight === undefined || problem.general === true) return attempts;
  return attempts.map((attempt) => ({ ...attempt, right: task.attemptIsRight!(problem, attempt.text) }));
}

/** The same for those who know a problem by its id; one that the task does not have gets tries without a verdict. */
export function attemptFinder(task: Task): AttemptFinder | undefined {
  if (task.attempts === undefined) return undefined;
  let problems: ReadonlyMap<string, Problem> | undefined;
  return (thinking, problemId) => {
    problems ??= problemsById(task);
    const problem = problems.get(problemId);
    return (problem === undefined ? task.attempts?.(thinking) : judgedAttempts(task, thinking, problem)) ?? [];
  };
}
