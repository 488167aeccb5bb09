import { show } from "../errors.ts";
import type { Problem, Task, Verdict } from "../tasks/task.ts";

/**
 * Asks a verifier and takes whatever it does: what it throws, returns instead of a verdict, or doesn't return in time
 * becomes `unverifiable` with the task's name and the reason, never a wrong. A synchronous endless loop can't be stopped
 * in its own thread; training runs a user's verifier in a thread that can be ended.
 */
export async function verifyWithDeadline(
  task: Task,
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

/** A verdict as it is, a boolean as one; undefined for anything else. */
export function asVerdict(value: unknown): Verdict | undefined {
  if (value === true) return { kind: "right" };
  if (value === false) return { kind: "wrong", reason: "not what the task asks for" };
  if (typeof value !== "object" || value === null || !("kind" in value)) return undefined;
  if (value.kind === "right") return { kind: "right" };
  if (value.kind !== "wrong" && value.kind !== "unverifiable") return undefined;
  return {
    kind: value.kind,
    reason: "reason" in value && typeof value.reason === "string" ? value.reason : "no reason given",
  };
}
