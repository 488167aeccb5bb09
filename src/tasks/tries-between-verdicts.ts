import type { Attempt } from "../records/attempt.ts";

export interface VerdictWords {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
  /** The word that every try has: what is without it is no try; `=` where absent. */
  readonly within?: string;
}

const ENGLISH: VerdictWords = { accept: ["yes"], reject: ["no"] };

/**
 * The tries of a thinking text: what stands between one verdict word (`yes`, `no`) and the next, as far as it
 * is one.
 *
 * @param skipped words that may stand before a try without belonging to it
 * @param verdicts the words that accept and that reject a try
 */
export function triesBetweenVerdicts(
  thinking: string,
  skipped: ReadonlySet<string>,
  verdicts: VerdictWords = ENGLISH,
): Attempt[] {
  const attempts: Attempt[] = [];
  let words: string[] = [];
  let at = 0;
  const close = (outcome: Attempt["outcome"]): void => {
    if (words.includes(verdicts.within ?? "=")) attempts.push({ text: words.join(" "), outcome, at });
    words = [];
  };
  for (const { 0: word, index } of thinking.matchAll(/\S+/g)) {
    if (verdicts.accept.includes(word)) close("accepted");
    else if (verdicts.reject.includes(word)) close("rejected");
    else if (words.length > 0) words.push(word);
    else if (!skipped.has(word)) {
      words = [word];
      at = index;
    }
  }
  close("open");
  return attempts;
}
