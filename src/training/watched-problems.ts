import type { JudgedRollout } from "../judging/judge.ts";
import type { StoredRollout } from "../store/index.ts";
import type { Problem } from "../records/problem.ts";

/**
 * Some of a list, evenly from its beginning to its end, in its order: the order of problems may have a meaning, such as
 * easy ones first.
 */
export function spreadOver<T>(all: readonly T[], count: number): readonly T[] {
  return count >= all.length
    ? all
    : Array.from({ length: count }, (_, i) => all[Math.floor((i * all.length) / count)]!);
}

/**
 * The problems that are followed through time: some from the easiest to the hardest, always the same of the same list.
 */
export function watchedProblems(problems: readonly Problem[], count: number): readonly Problem[] {
  return spreadOver(
    problems.toSorted((a, b) => a.difficulty - b.difficulty),
    count,
  );
}

/**
 * Their completions in an evaluation, as the store keeps them: nothing was learnt from them, so they have no advantage.
 */
export function watchedRollouts(
  judged: readonly (readonly JudgedRollout[])[],
  problems: readonly Problem[],
  step: number,
): StoredRollout[] {
  const byProblem = new Map(judged.map((group) => [group[0]?.problem.id, group]));
  return problems.flatMap(({ id }, problemIndex) =>
    (byProblem.get(id) ?? []).map((one) => storedRollout(one, problemIndex, step)),
  );
}

function storedRollout(
  { problem, prompt, rollout, verdict }: JudgedRollout,
  problemIndex: number,
  step: number,
): StoredRollout {
  const total = verdict.kind === "unverifiable" ? null : Number(verdict.kind === "right");
  return {
    step,
    problemIndex,
    problemId: problem.id,
    prompt,
    difficulty: problem.difficulty,
    rollout,
    reward: { total, breakdown: total === null ? {} : { accuracy: total }, verdict },
    advantage: null,
  };
}
