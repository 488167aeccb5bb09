/** The thread of a user's verifier: it may crash or hang without taking the run along. */
import type { Problem } from "../records/problem.ts";
import { loadTask, type Task } from "../tasks/index.ts";
import { problemsById } from "../tasks/problems-by-id.ts";
import { askVerifier, failedOutcome, isPromiseLike, type VerifierOutcome } from "../verifiers/ask-verifier.ts";

export interface VerifierInit {
  /** The path of the module whose default export is the task. */
  readonly module: string;
}

/** What the thread tells of a call: that it began, that it waits for something, how it ended. */
export type VerifierNotice =
  | { readonly call: number; readonly what: "began" | "waits" }
  | { readonly call: number; readonly what: "ended"; readonly outcome: VerifierOutcome };

export interface VerifierCalls {
  /**
   * Begins a verdict, which comes as notices: several may be under way. The problem itself, or its id where it can't be
   * sent.
   */
  begin(call: number, problem: Problem | string, answer: string): void;
  /** Answers while the thread is not blocked. */
  ping(): void;
}

export default async function start(
  { module }: VerifierInit,
  notify: (notice: unknown) => void,
): Promise<VerifierCalls> {
  const task = await loadTask(module);
  const find = problemFinder(task);
  const tell = (notice: VerifierNotice): void => notify(notice);
  return {
    begin(call, given, answer) {
      tell({ call, what: "began" });
      const problem = typeof given === "string" ? find(given) : given;
      const outcome =
        problem === undefined
          ? failedOutcome(task.name, `was asked of ${JSON.stringify(given)}, which is none of the task's problems`)
          : askVerifier(task, problem, answer);
      if (!isPromiseLike(outcome)) return tell({ call, what: "ended", outcome: outcome as VerifierOutcome });
      tell({ call, what: "waits" });
      void (outcome as Promise<VerifierOutcome>).then((settled) => tell({ call, what: "ended", outcome: settled }));
    },
    ping() {},
  };
}

/** Finds problems by id; the table is made when it is first needed. */
function problemFinder(task: Task): (id: string) => Problem | undefined {
  let byId: ReadonlyMap<string, Problem> | undefined;
  return (id) => {
    byId ??= problemsById(task);
    return byId.get(id);
  };
}
