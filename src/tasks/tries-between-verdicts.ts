import type { Attempt } from "./task.ts";

export interface VerdictWords {
  readonly accept: readonly string[];
  readonly reject: readonly string[];
}

const ENGLISH: VerdictWords = { accept: ["yes"], reject: ["no"] };

/**
 * The tries of a thinking text: what stands between one verdict word (`yes`, `no`) and the next, as far as it
 * calculates anything.
 *
 * @param skipped words that may stand before a try without belonging to it
 * @param verdicts the words that accept and that reject a try
 */
export function triesBetweenVerdicts(thinking: string, skipped: ReadonlySet<string>, verdicts: VerdictWords = ENGLISH): Attempt[] {
  const attempts: Attempt[] = [];
  let words: string[] = [];
  const close = (outcome: Attempt["outcome"]): void => {
    const first = words.findIndex((word) => !skipped.has(word));
    if (first >= 0 && words.includes("=", first)) attempts.push({ text: words.slice(first).join(" "), outcome });
    words = [];
  };
  for (const word of thinking.split(/\s+/)) {
    if (verdicts.accept.includes(word)) close("accepted");
    else if (verdicts.reject.includes(word)) close("rejected");
    else if (word !== "") words.push(word);
  }
  close("open");
  return attempts;
}
