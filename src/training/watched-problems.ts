import type { JudgedRollout, StoredRollout } from "../records/rollout.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";
import { storedRollout } from "./stored-rollout.ts";
import type { Problem } from "../records/problem.ts";

/** Places of a list of some length, evenly from its beginning to its end, at most `count` of them. */
export function spreadPlaces(length: number, count: number): number[] {
  const most = Math.min(length, count);
  return Array.from({ length: most }, (_, i) => Math.floor((i * length) / most));
}

/**
 * Some of a list, evenly from its beginning to its end, in its order: the order of problems may have a meaning, such as
 * easy ones first.
 */
export function spreadOver<T>(all: readonly T[], count: number): readonly T[] {
  return spreadPlaces(all.length, count).map((place) => all[place]!);
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
    (byProblem.get(id) ?? []).map((one) => watchedRollout(one, problemIndex, step)),
  );
}

function watchedRollout(judged: JudgedRollout, problemIndex: number, step: number): StoredRollout {
  const total = verdictScore(judged.verdict);
  const reward = { total, breakdown: total === null ? {} : { accuracy: total }, verdict: judged.verdict };
  return { ...storedRollout({ ...judged, reward, advantage: null }, step), problemIndex };
}
