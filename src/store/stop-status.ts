import { STOP_REASONS, type StopReason } from "../records/rollout.ts";

/** The column keeps the words that it had before other ways to end came: those runs stay readable, and both by both. */
const OLDER_WORDS: Readonly<Partial<Record<StopReason, string>>> = { end: "finished", length: "truncated" };

export const STATUSES: readonly string[] = STOP_REASONS.map(statusOf);

/** How a completion ended, in the words of the column. */
export function statusOf(stop: StopReason): string {
  return OLDER_WORDS[stop] ?? stop;
}

/** @param status one of STATUSES, as the row's shape was checked */
export function stopOf(status: string): StopReason {
  return STOP_REASONS.find((reason) => statusOf(reason) === status)!;
}
