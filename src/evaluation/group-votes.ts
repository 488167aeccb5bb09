import { majorityVote, mean, passAtK } from "../numbers/metrics.ts";
import type { JudgedRollout } from "../records/rollout.ts";
import { verdictScore } from "../verifiers/verdict-score.ts";

type VotingRollout = Pick<JudgedRollout, "parsed" | "verdict">;

/** Answers are counted as equal when they differ in white space only. */
export function answerKeyOf(answer: string, ofTask: ((answer: string) => string) | undefined): string {
  return ofTask?.(answer) ?? answer.replaceAll(/\s/g, "");
}

/**
 * The mean of pass@k over the problems of which at least k samples could be judged; partly right is not a pass. Null
 * where there are none.
 */
export function averagePassAtK(groups: readonly (readonly VotingRollout[])[], k: number): number | null {
  const shares = groups
    .map((group) => group.filter(({ verdict }) => verdict.kind !== "unverifiable"))
    .filter((group) => group.length >= k)
    .map((group) => passAtK(group.length, group.filter(({ verdict }) => verdict.kind === "right").length, k));
  return shares.length === 0 ? null : mean(shares);
}

/**
 * The mean score of each problem's most frequent answer of k, over the votes that could be judged; null where none
 * could.
 */
export function averageVote(
  groups: readonly (readonly VotingRollout[])[],
  k: number,
  answerKey?: (answer: string) => string,
): number | null {
  const scores = groups.map((group) => voteScore(group, k, answerKey)).filter((score) => score !== null);
  return scores.length === 0 ? null : mean(scores);
}

/** 0 where nobody answered; null where no answer that is equal to the winner could be judged. */
function voteScore(
  group: readonly VotingRollout[],
  k: number,
  answerKey: ((answer: string) => string) | undefined,
): number | null {
  const keys = group.map(({ parsed }) => (parsed.answer === null ? null : answerKeyOf(parsed.answer, answerKey)));
  const winner = majorityVote(keys, k);
  if (winner === null) return 0;
  const scores = group.filter((_, i) => keys[i] === winner).map(({ verdict }) => verdictScore(verdict));
  return scores.find((score) => score !== null) ?? null;
}
