/** A run of words that stayed, came or went. */
export interface Difference {
  readonly kind: "same" | "added" | "removed";
  readonly text: string;
}

/** Words that are compared at most: the table has the square of it. */
export const MOST_WORDS = 1200;
/** Characters of both texts that are compared at most. */
export const MOST_CHARACTERS = 60_000;

/**
 * What changed from one text to the next, word by word: a longest common subsequence. The parts that are `same` or
 * `added` are the new text, those `same` or `removed` the old one; white space goes with the word before it.
 *
 * @returns null where the texts are too long to be compared
 */
export function wordDifferences(before: string, after: string): Difference[] | null {
  if (before.length + after.length > MOST_CHARACTERS) return null;
  const old = wordsOf(before);
  const now = wordsOf(after);
  let start = 0;
  while (start < old.length && start < now.length && old[start] === now[start]) start++;
  let end = 0;
  while (end < old.length - start && end < now.length - start && old.at(-1 - end) === now.at(-1 - end)) end++;
  const oldMiddle = old.slice(start, old.length - end);
  const nowMiddle = now.slice(start, now.length - end);
  if (oldMiddle.length > MOST_WORDS || nowMiddle.length > MOST_WORDS) return null;
  return joined([
    ...now.slice(0, start).map((text): Difference => ({ kind: "same", text })),
    ...middleDifferences(oldMiddle, nowMiddle),
    ...now.slice(now.length - end).map((text): Difference => ({ kind: "same", text })),
  ]);
}

function wordsOf(text: string): string[] {
  return text.match(/^\s+|\S+\s*/g) ?? [];
}

function middleDifferences(old: readonly string[], now: readonly string[]): Difference[] {
  const width = now.length + 1;
  // lengths[i * width + j]: of the longest common subsequence of old from i on and now from j on.
  const lengths = new Uint16Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = now.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        old[i] === now[j]
          ? (lengths[(i + 1) * width + j + 1] as number) + 1
          : Math.max(lengths[(i + 1) * width + j] as number, lengths[i * width + j + 1] as number);
    }
  }
  const found: Difference[] = [];
  let i = 0;
  let j = 0;
  while (i < old.length || j < now.length) {
    if (i < old.length && j < now.length && old[i] === now[j]) {
      found.push({ kind: "same", text: now[j] as string });
      i++;
      j++;
    } else if (
      j >= now.length ||
      (i < old.length && (lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number))
    )
      found.push({ kind: "removed", text: old[i++] as string });
    else found.push({ kind: "added", text: now[j++] as string });
  }
  return found;
}

function joined(differences: readonly Difference[]): Difference[] {
  const runs: { kind: Difference["kind"]; text: string }[] = [];
  for (const { kind, text } of differences) {
    const last = runs.at(-1);
    if (last?.kind === kind) last.text += text;
    else runs.push({ kind, text });
  }
  return runs;
}
