import { withDeadline } from "../host/deadline.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import { askVerifier, failedOutcome, type VerifierOutcome, type Verifies } from "./ask-verifier.ts";

/**
 * Asks a verifier and takes whatever it does: what it throws, returns instead of a verdict, or doesn't return in time
 * becomes `unverifiable` with the task's name and the reason, never a wrong. A synchronous endless loop can't be
 * stopped in its own thread; judging/ runs a user's verifier in a thread that can be ended.
 */
export async function verifyWithDeadline(
  task: Verifies,
  problem: Problem,
  answer: string,
  seconds: number,
): Promise<Verdict> {
  return (await outcomeWithin(task, problem, answer, seconds)).verdict;
}

/** The same, with whether the verifier failed. */
export async function outcomeWithin(
  task: Verifies,
  problem: Problem,
  answer: string,
  seconds: number,
): Promise<VerifierOutcome> {
  const outcome = Promise.resolve(askVerifier(task, problem, answer));
  return withDeadline(outcome, seconds, () => failedOutcome(task.name, `did not end within ${seconds} s`));
}
