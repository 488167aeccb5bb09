import type { JudgedRollout, StoredRollout } from "../records/rollout.ts";
import { spreadOver } from "../numbers/spread.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import { storedRollout } from "../rollout/stored-rollout.ts";
import type { Problem } from "../records/problem.ts";

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
    (byProblem.get(id) ?? []).map((one) => watchedRollout(one, problemIndex, step)),
  );
}

function watchedRollout(judged: JudgedRollout, problemIndex: number, step: number): StoredRollout {
  const total = verdictScore(judged.verdict);
  const reward = { total, breakdown: total === null ? {} : { accuracy: total }, verdict: judged.verdict };
  return { ...storedRollout({ ...judged, reward, advantage: null }, step), problemIndex };
}
