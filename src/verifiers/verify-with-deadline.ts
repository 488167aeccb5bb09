import { asVerdict } from "./as-verdict.ts";
import { show } from "../errors.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";

/** What has a verifier: a task. */
export interface Verifies {
  readonly name: string;
  verify(problem: Problem, answer: string): Verdict | Promise<Verdict>;
}

/**
 * Asks a verifier and takes whatever it does: what it throws, returns instead of a verdict, or doesn't return in time
 * becomes `unverifiable` with the task's name and the reason, never a wrong. A synchronous endless loop can't be
 * stopped in its own thread; training runs a user's verifier in a thread that can be ended.
 */
export async function verifyWithDeadline(
  task: Verifies,
  problem: Problem,
  answer: string,
  seconds: number,
): Promise<Verdict> {
  const unverifiable = (what: string): Verdict => ({
    kind: "unverifiable",
    reason: `the verifier of ${task.name} ${what}`,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Verdict>((done) => {
    timer = setTimeout(() => done(unverifiable(`did not end within ${seconds} s`)), seconds * 1000);
  });
  try {
    const verdict: unknown = await Promise.race([task.verify(problem, answer), late]);
    return asVerdict(verdict) ?? unverifiable(`gave ${show(verdict)} instead of a verdict`);
  } catch (error) {
    return unverifiable(`threw ${show(error instanceof Error ? error.message : error)}`);
  } finally {
    clearTimeout(timer);
  }
}
