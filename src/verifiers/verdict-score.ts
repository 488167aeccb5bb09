import { mean } from "../numbers/metrics.ts";
import type { ReasonCount, Unverifiable, Verdict } from "../records/verdict.ts";

/**
 * What a verdict counts: 1, 0 or the part in between; null where the answer could not be judged, which is never a 0.
 */
export function verdictScore(verdict: Verdict): number | null {
  switch (verdict.kind) {
    case "right":
      return 1;
    case "wrong":
      return 0;
    case "partly":
      return verdict.score;
    case "unverifiable":
      return null;
  }
}

/** Why a verdict isn't right; null where it is, or where a part has no reason. */
export function verdictReason(verdict: Verdict): string | null {
  return verdict.kind === "right" ? null : (verdict.reason ?? null);
}

/** Whether the verifier had no verdict when its time was over. */
export function cameLate(verdict: Verdict): boolean {
  return verdict.kind === "unverifiable" && / did not end within [\d.]+ s$/.test(verdict.reason);
}

/** The scores of what could be judged. */
export function judgedScores(verdicts: readonly Verdict[]): number[] {
  return verdicts.map(verdictScore).filter((score) => score !== null);
}

/** Mean score of what could be judged; null where nothing could. Accuracy everywhere is this mean. */
export function meanScore(verdicts: readonly Verdict[]): number | null {
  const scores = judgedScores(verdicts);
  return scores.length === 0 ? null : mean(scores);
}

/** By group, the mean score of what could be judged of it; groups of which nothing could be are left out. */
export function groupScores(groups: readonly (readonly Verdict[])[]): number[] {
  return groups.map(meanScore).filter((score) => score !== null);
}

/** Reasons that are kept, and the most characters of each. */
const MOST_REASONS = 10;
const LONGEST_REASON = 300;

/**
 * Counts reasons, the commonest first; among equals the order of the alphabet, so that it depends on the counts alone.
 */
export function countReasons(reasons: readonly string[]): ReasonCount[] {
  const counts = new Map<string, number>();
  for (const long of reasons) {
    const reason = long.length > LONGEST_REASON ? `${long.slice(0, LONGEST_REASON - 3)}...` : long;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return byCount.slice(0, MOST_REASONS).map(([reason, count]) => ({ reason, count }));
}

/** What could not be judged among verdicts. */
export function countUnverifiable(verdicts: readonly Verdict[]): Unverifiable {
  const reasons = verdicts.flatMap((verdict) => (verdict.kind === "unverifiable" ? [verdict.reason] : []));
  return { count: reasons.length, reasons: countReasons(reasons) };
}
