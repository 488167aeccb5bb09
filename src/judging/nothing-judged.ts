import { TaskError } from "../errors.ts";
import type { Unverifiable } from "../records/verdict.ts";

/** @throws TaskError in the verifier's own words where not one of some answers could be judged */
export function checkJudged(taskName: string, judged: number, { count, reasons }: Unverifiable): void {
  if (judged > 0 || count === 0) return;
  throw new TaskError(
    `Expected the verifier of the task ${taskName} to judge answers, but all ${count} are unverifiable (${reasons[0]!.reason}); mend it.`,
  );
}
