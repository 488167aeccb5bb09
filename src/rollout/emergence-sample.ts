import type { EmergenceSample } from "../emergence/index.ts";
import type { JudgedRollout } from "../judging/judge.ts";

/** What the measures of emergence read of a judged rollout. */
export function emergenceSample({ rollout, verdict, attempts, problem }: JudgedRollout): EmergenceSample {
  return {
    text: rollout.text,
    tokens: rollout.tokens.length,
    status: rollout.status,
    verdict,
    attempts: attempts ?? null,
    difficulty: problem.difficulty,
  };
}
