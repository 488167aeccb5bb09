import { TaskError } from "../errors.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { countUnverifiable } from "../verifiers/verdict-score.ts";

/**
 * Checks that the verifier could judge any answer at all. Completions without an answer are wrong without it, so that
 * they say nothing of it.
 *
 * @throws TaskError in the verifier's own words where it could judge not one of some answers
 */
export function checkJudged(
  taskName: string,
  rollouts: readonly Pick<JudgedRollout, "problem" | "parsed" | "verdict">[],
): void {
  const asked = rollouts.filter(({ problem, parsed }) => problem.general !== true && parsed.answer !== null);
  const { count, reasons } = countUnverifiable(asked.map(({ verdict }) => verdict));
  if (count === 0 || count < asked.length) return;
  throw new TaskError(
    `Expected the verifier of the task ${taskName} to judge answers, but all ${count} are unverifiable (${reasons[0]!.reason}); mend it.`,
  );
}
