import { sum, sumOf } from "./sum.ts";

/**
 * The chance that at least one of k samples is right, from n samples of which c are right: 1 - C(n - c, k) / C(n, k).
 * Chen et al. 2021, arXiv:2107.03374, eq. 1.
 */
export function passAtK(samples: number, right: number, k: number): number {
  if (samples - right < k) return 1;
  let missing = 1;
  for (let i = samples - right + 1; i <= samples; i++) missing *= 1 - k / i;
  return 1 - missing;
}

/** The most frequent answer of the first k (cons@k); ties go to the earlier one. Null where nobody answered. */
export function majorityVote(answers: readonly (string | null)[], k: number): string | null {
  const votes = new Map<string, number>();
  for (const answer of answers.slice(0, k)) if (answer !== null) votes.set(answer, (votes.get(answer) ?? 0) + 1);
  let winner: string | null = null;
  for (const [answer, count] of votes) if (winner === null || count > votes.get(winner)!) winner = answer;
  return winner;
}

/** The middle of some numbers, the mean of the two middle ones where they are even in number; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** The mean; 0 of nothing, for shares and lengths of what may not have come. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : sum(values) / values.length;
}

/** The mean; null of nothing, where 0 would be taken for a measurement. */
export function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean(values);
}

/** Standard error of a mean over independent values, from their sample deviation; 0 for fewer than two. */
export function standardError(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  const variance = sumOf(values, (value) => (value - centre) ** 2) / (values.length - 1);
  return Math.sqrt(variance / values.length);
}
