import { parseCompletion, type ParsedCompletion } from "../prompts/index.ts";
import type { Rollout, RolloutGroup } from "../records/rollout.ts";
import type { Attempt, Problem, Task, Verdict } from "../tasks/index.ts";

/** Decides on an answer; a task's own verifier, or one that runs it under a deadline. */
export type Judge = (problem: Problem, answer: string) => Verdict | Promise<Verdict>;

/** A rollout that was read and decided on. */
export interface JudgedRollout {
  readonly problem: Problem;
  readonly prompt: string;
  readonly rollout: Rollout;
  readonly parsed: ParsedCompletion;
  readonly verdict: Verdict;
  readonly attempts: readonly Attempt[] | undefined;
}

const NO_RULE: Verdict = { kind: "unverifiable", reason: "a general prompt: no rule decides on it" };

/** Parses every completion of a group and asks the verifier. A completion without one answer is wrong, and says why. */
export async function judgeGroup(task: Task, judge: Judge, group: RolloutGroup<Problem>): Promise<JudgedRollout[]> {
  return Promise.all(
    group.rollouts.map(async (rollout) => {
      const parsed = parseCompletion(rollout.text, group.prompt);
      const missing =
        rollout.status === "truncated" ? "cut at the length limit before an answer" : (parsed.reason ?? "no answer");
      const verdict: Verdict =
        group.problem.general === true
          ? NO_RULE
          : parsed.answer === null
            ? { kind: "wrong", reason: missing }
            : await judge(group.problem, parsed.answer);
      return {
        problem: group.problem,
        prompt: group.prompt,
        rollout,
        parsed,
        verdict,
        attempts: task.attempts?.(parsed.thinking ?? ""),
      };
    }),
  );
}
