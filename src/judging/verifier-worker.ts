/** The thread of a user's verifier: it may crash or hang without taking the run along. */
import type { Verdict } from "../tasks/index.ts";
import { loadTask, verifyWithDeadline } from "../tasks/index.ts";

export interface VerifierInit {
  /** The path of the module whose default export is the task. */
  readonly task: string;
}

export interface VerifierCalls {
  verify(problemId: string, answer: string, deadlineSeconds: number): Promise<Verdict>;
}

export default async function start({ task: path }: VerifierInit): Promise<VerifierCalls> {
  const task = await loadTask(path);
  const problems = new Map(
    (["train", "validation", "heldOut"] as const)
      .flatMap((split) => task.problems(split))
      .map((problem) => [problem.id, problem]),
  );
  return {
    verify: (problemId, answer, deadlineSeconds) =>
      verifyWithDeadline(task, problems.get(problemId)!, answer, deadlineSeconds),
  };
}
