/** The ten words whose count the paper follows. Nature 645:633 (2025), "Self-evolution of DeepSeek-R1-Zero". */
export const PAPER_REFLECTIVE_WORDS: readonly string[] = [
  "wait",
  "mistake",
  "however",
  "but",
  "retry",
  "error",
  "verify",
  "wrong",
  "evaluate",
  "check",
];

/**
 * A function that counts how often any of some words stands in a text: whole words, in any case. "Checked" is not
 * "check". Where two of the words begin at the same place, the longer one counts.
 */
export function reflectiveWordCounter(words: readonly string[]): (text: string) => number {
  const pattern = reflectiveWordPattern(words);
  return pattern === null ? () => 0 : (text) => text.match(pattern)?.length ?? 0;
}

/** What finds them, for `match` and `matchAll`; null where there are no words. */
export function reflectiveWordPattern(words: readonly string[]): RegExp | null {
  const known = words.filter((word) => word !== "").sort((a, b) => b.length - a.length);
  if (known.length === 0) return null;
  const escaped = known.map((word) => word.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  // \b knows ASCII letters only, and would find "but" in "début".
  return new RegExp(`(?<![\\p{L}\\p{N}_])(?:${escaped.join("|")})(?![\\p{L}\\p{N}_])`, "giu");
}

/**
 * Reflective words per thousand tokens, over all completions together: counts alone grow with length.
 *
 * @param tokens in all completions
 */
export function reflectionRate(count: number, tokens: number): number {
  return tokens === 0 ? 0 : (1000 * count) / tokens;
}
