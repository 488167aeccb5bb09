import type { Attempt } from "./task.ts";

/**
 * The tries of a thinking text: what stands between one verdict word (`yes`, `no`) and the next, as far as it
 * calculates anything.
 *
 * @param skipped words that may stand before a try without belonging to it
 */
export function triesBetweenVerdicts(thinking: string, skipped: ReadonlySet<string>): Attempt[] {
  const attempts: Attempt[] = [];
  let words: string[] = [];
  const close = (outcome: Attempt["outcome"]): void => {
    const first = words.findIndex((word) => !skipped.has(word));
    if (first >= 0 && words.includes("=", first)) attempts.push({ text: words.slice(first).join(" "), outcome });
    words = [];
  };
  for (const word of thinking.split(/\s+/)) {
    if (word === "yes") close("accepted");
    else if (word === "no") close("rejected");
    else if (word !== "") words.push(word);
  }
  close("open");
  return attempts;
}
