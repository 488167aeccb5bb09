import { show } from "../errors.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import { readVerdict } from "./read-verdict.ts";

/** What has a verifier: a task. */
export interface Verifies {
  readonly name: string;
  verify(problem: Problem, answer: string): Verdict | Promise<Verdict>;
}

/** What came of asking a verifier. */
export interface VerifierOutcome {
  readonly verdict: Verdict;
  /** It crashed or didn't end, as opposed to having answered, be it that it can't tell. */
  readonly failed: boolean;
}

/** The outcome of a verifier that failed. */
export function failedOutcome(taskName: string, what: string): VerifierOutcome {
  return { verdict: { kind: "unverifiable", reason: `the verifier of ${taskName} ${what}` }, failed: true };
}

/**
 * Asks a verifier and takes whatever it does; only what never ends is left to the caller. An asynchronous one gives a
 * promise, which never rejects.
 */
export function askVerifier(
  task: Verifies,
  problem: Problem,
  answer: string,
): VerifierOutcome | Promise<VerifierOutcome> {
  const answered = (value: unknown): VerifierOutcome => ({ verdict: readVerdict(task.name, value), failed: false });
  const threw = (error: unknown): VerifierOutcome =>
    failedOutcome(task.name, `threw ${show(error instanceof Error ? error.message : error)}`);
  try {
    const value: unknown = task.verify(problem, answer);
    return isPromiseLike(value) ? Promise.resolve(value).then(answered, threw) : answered(value);
  } catch (error) {
    return threw(error);
  }
}

/** Whether a value is to be awaited. */
export function isPromiseLike(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
