import { parseCompletion, type ParsedCompletion } from "../prompts/index.ts";
import type { Rollout, RolloutGroup } from "../records/rollout.ts";
import type { Problem } from "../records/problem.ts";
import type { Verdict } from "../records/verdict.ts";
import type { Attempt } from "../records/attempt.ts";
import type { Task } from "../tasks/index.ts";

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
      const verdict = await verdictOn(judge, group.problem, rollout, parsed);
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

/** What the rule says of a completion's answer; a general prompt has no rule. */
async function verdictOn(
  judge: Judge,
  problem: Problem,
  { status }: Rollout,
  { answer, reason }: ParsedCompletion,
): Promise<Verdict> {
  if (problem.general === true) return NO_RULE;
  if (answer !== null) return judge(problem, answer);
  const missing = status === "truncated" ? "cut at the length limit before an answer" : (reason ?? "no answer");
  return { kind: "wrong", reason: missing };
}
