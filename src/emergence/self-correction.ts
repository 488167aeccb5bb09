import type { Attempt } from "../records/attempt.ts";
import type { StopReason } from "../records/rollout.ts";

/**
 * Whether a completion corrects itself: it rejects a candidate in its own words, and later considers another one.
 * Saying the rejected one again is not a correction. Differences of white space don't make another candidate. One that
 * was cut at the length limit, while it went from try to try, corrected nothing.
 */
export function correctsItself(attempts: readonly Attempt[], stop: StopReason): boolean {
  if (stop !== "end") return false;
  let rejected: string | undefined;
  for (const { text, outcome } of attempts) {
    const candidate = candidateOf(text);
    if (rejected !== undefined && candidate !== rejected) return true;
    if (outcome === "rejected") rejected = candidate;
  }
  return false;
}

/** What two attempts must share to be the same candidate. */
export function candidateOf(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
