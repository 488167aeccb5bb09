import type { Attempt } from "../task.ts";
import { REMARKS } from "./corpus-options.ts";

const SKIPPED = new Set([...REMARKS, ","]);

/** The tries of a thinking text: what stands between one verdict word and the next, as far as it calculates anything. */
export function countdownAttempts(thinking: string): Attempt[] {
  const attempts: Attempt[] = [];
  let words: string[] = [];
  const close = (outcome: Attempt["outcome"]): void => {
    while (words.length > 0 && SKIPPED.has(words[0]!)) words.shift();
    if (words.includes("=")) attempts.push({ text: words.join(" "), outcome });
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
